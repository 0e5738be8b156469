import type { LogParser } from './parser.ts';
import { pattern, strip } from './python-text.ts';
import { FAILED, PASSED, SKIPPED } from './status.ts';

interface LineFormat {
  /** Matched from the start of the stripped line, with the groups `status` and `test`. */
  readonly line: RegExp;
  /** The format's own words; a line with any other word is no result. */
  readonly statuses: Readonly<Record<string, string>>;
  /** Last touch to a test's name. */
  readonly rename?: (test: string, status: string) => string;
}

/** A parser for a format that says everything about one test on one line. */
function lineParser({ line: format, statuses, rename = (test) => test }: LineFormat): LogParser {
  return (log, record) => {
    log.split('\n').forEach((raw, at) => {
      const { status: word = '', test = '' } = format.exec(strip(raw))?.groups ?? {};
      const status = Object.hasOwn(statuses, word) ? statuses[word] : undefined;
      if (status !== undefined) record(rename(test, status), status, at);
    });
  };
}

/** `--- PASS: TestName (0.00s)`, subtests included. */
export const parseGoTest = lineParser({
  line: pattern('^--- (?<status>PASS|FAIL|SKIP): (?<test>.+) \\((.+)\\)$'),
  statuses: { PASS: PASSED, FAIL: FAILED, SKIP: SKIPPED },
});

/** `test module::name ... ok`; ignored tests have no status. */
export const parseCargo = lineParser({
  line: pattern('^test\\s+(?<test>\\S+)\\s+\\.\\.\\.\\s+(?<status>\\w+)$'),
  statuses: { ok: PASSED, FAILED },
});

const IN_FILE = pattern('\\s+in\\s+\\S+$');

/** `[ok]: name (12 ms)`, of Redis' and Valkey's test suites. */
export const parseRedis = lineParser({
  line: pattern('^\\[(?<status>ok|err|skip|ignore)\\]:\\s(?<test>.+?)(?:\\s\\((\\d+\\s*m?s)\\))?$'),
  statuses: { ok: PASSED, err: FAILED, skip: SKIPPED, ignore: SKIPPED },
  rename: (test, status) => (status === FAILED ? test.replace(IN_FILE, '') : test),
});

/** `PASS: name`, of automake. */
export const parseJq = lineParser({
  line: pattern('^\\s*(?<status>PASS|FAIL):\\s(?<test>.+)$'),
  statuses: { PASS: PASSED, FAIL: FAILED },
});

/** `pass  file.py`. */
export const parseMicropython = lineParser({
  line: pattern('^(?<status>pass|FAIL|skip)\\s+(?<test>.+)$'),
  statuses: { pass: PASSED, FAIL: FAILED, skip: SKIPPED },
});

/** `[       OK ] suite.test (0 ms)`. */
export const parseGoogleTest = lineParser({
  line: pattern('^.*\\[\\s*(?<status>OK|FAILED)\\s*\\]\\s(?<test>.*)\\s\\(.*\\)$'),
  statuses: { OK: PASSED, FAILED },
});

/** `[junit] [PASS] test`. */
export const parseAnt = lineParser({
  line: pattern('^\\s*\\[junit\\]\\s+\\[(?<status>PASS|FAIL|ERR)\\]\\s+(?<test>.*)$'),
  statuses: { PASS: PASSED, FAIL: FAILED, ERR: FAILED },
});

/** `Test#name = 0.00 s = .`, of `minitest -v`; the last letter of the outcome on the line counts. */
export const parseMinitest = lineParser({
  line: pattern('^(?<test>.+)\\. .*=.*(?<status>\\.|F|E).*$'),
  statuses: { '.': PASSED, F: FAILED, E: FAILED },
});

/** `feature.feature ....F`, of cucumber's progress format. */
export const parseCucumber = lineParser({
  line: pattern('^(?<test>.*) \\.+(?<status>\\.|F)'),
  statuses: { '.': PASSED, F: FAILED },
});

/** `test: name:  .: (0.01)`, of test-unit's verbose format. */
export const parseRubyUnit = lineParser({
  line: pattern('^\\s*(?:test: )?(?<test>.+):\\s+(?<status>\\.|E\\b|F\\b|O\\b)'),
  statuses: { '.': PASSED, E: FAILED, F: FAILED, O: SKIPPED },
});

/** `name - passed`, as made from RSpec's JSON. */
export const parseRspec = lineParser({
  line: pattern('^(?<test>.+) - (?<status>passed|failed)'),
  statuses: { passed: PASSED, failed: FAILED },
});

/** `ok 1 name`. */
export const parseTap = lineParser({
  line: pattern('^(?<status>ok|not ok) (\\d+) (?<test>.+)$'),
  statuses: { ok: PASSED, 'not ok': FAILED },
});

/** `✓ name (3 ms)`, of `jest --verbose`. */
export const parseJest = lineParser({
  line: pattern('^\\s*(?<status>✓|✕|○)\\s(?<test>.+?)(?:\\s\\((\\d+\\s*m?s)\\))?$'),
  statuses: { '✓': PASSED, '✕': FAILED, '○': SKIPPED },
  rename: strip,
});

/** `[PASSED] describe > name`, as made from Jest's JSON. */
export const parseJestJson = lineParser({
  line: pattern('^\\[(?<status>PASSED|FAILED)\\]\\s(?<test>.+)$'),
  statuses: { PASSED, FAILED },
});

/** `✓ file > name 3ms`, of vitest's verbose reporter. */
export const parseVitest = lineParser({
  line: pattern('^\\s*(?<status>✓|×|↓)\\s(?<test>.+?)(?:\\s(\\d+\\s*m?s?|\\[skipped\\]))?$'),
  statuses: { '✓': PASSED, '×': FAILED, '↓': SKIPPED },
});
