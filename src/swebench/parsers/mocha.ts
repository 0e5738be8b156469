import { parseJestSuites } from './jest-suites.ts';
import { LogFormatError, type LogParser, type RecordResult } from './parser.ts';
import { after, afterLast, beforeLast, eachLine, pattern, strip, stripped } from './python-text.ts';
import { FAILED, PASSED } from './status.ts';
import { SuiteStack } from './suite-stack.ts';

const EPILOGUE = pattern('\\n[ \\t]*\\d+ passing', 'y');
const DURATION = pattern('\\(\\d+ms\\)', 'g');
const FAILURE = pattern('^\\d+\\)');
const CHECKS = ['✓', '✔'];

/** Mocha's spec reporter up to its summary; a test's name is the heading just above and its own. */
export const parseHighlightJs: LogParser = (log, record) => {
  const end = epilogue(log);
  let suite: string | undefined;
  const nameOf = (text: string) => {
    const test = strip(text.includes('ms)') ? text.replace(DURATION, '') : text);
    return suite === undefined ? test : `${suite}.${test}`;
  };
  eachLine(log.slice(0, end), (lineStart, lineEnd, at) => {
    const [start, stop] = stripped(log, lineStart, lineEnd);
    const first = log.charCodeAt(start);
    const mayCount = (first >= 0x30 && first <= 0x39) || first >= 0x80;
    const check = mayCount ? CHECKS.find((mark) => log.startsWith(mark, start)) : undefined;
    if (check !== undefined) {
      record(nameOf(log.slice(start + check.length, lineEnd)), PASSED, at);
    } else if (mayCount && FAILURE.test(log.slice(start, stop))) {
      record(nameOf(after(log.slice(lineStart, lineEnd), ')')), FAILED, at);
    } else if (log.startsWith('  ', lineStart) && lineEnd - lineStart >= 2) {
      suite = log.slice(start, stop);
    }
  });
};

/** Where the line break before the summary stands, or the end of the log. */
function epilogue(log: string): number {
  let at = log.indexOf(' passing');
  while (at !== -1) {
    const lineBreak = log.lastIndexOf('\n', at);
    EPILOGUE.lastIndex = Math.max(0, lineBreak);
    if (lineBreak !== -1 && EPILOGUE.test(log)) return lineBreak;
    at = log.indexOf(' passing', at + 1);
  }
  return log.length;
}

/** The JSON reporter of Mocha, printed after its command line. */
export const parsePrismJs: LogParser = (log, record) => {
  for (const run of log.split('./node_modules/.bin/mocha tests/run.js --reporter json').slice(1)) {
    const text = `{${beforeLast(after(run, '{'), '}')}}`;
    for (const { name, status } of readMochaJson(text)) record(name, status, null);
  }
};

/** Strings, which stay as they are, and numbers that Python's JSON takes and JSON itself does not have. */
const STRING_OR_NO_NUMBER = /("(?:[^"\\]|\\.)*")|NaN|-?Infinity/g;

function readMochaJson(text: string): { name: string; status: string }[] {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(STRING_OR_NO_NUMBER, (_, string = '0') => string));
  } catch (error) {
    throw new LogFormatError('the report of the test runner is not JSON', { cause: error });
  }
  const results = json as { failures?: unknown; passes?: unknown };
  return [
    ...titles(results.failures).map((name) => ({ name, status: FAILED })),
    ...titles(results.passes).map((name) => ({ name, status: PASSED })),
  ];
}

function titles(tests: unknown): string[] {
  if (!Array.isArray(tests)) throw new LogFormatError('the report of the test runner is not whole');
  return tests.map((test: { fullTitle?: unknown } | null) => {
    const title = test?.fullTitle;
    if (typeof title !== 'string') throw new LogFormatError('a test in the report has no title');
    return title;
  });
}

const RUN = pattern('running\\s\\d+\\stest\\sfiles', 'g');
const PASSING = pattern('\\d+\\spassing');
const SPEC_LINES = [
  { line: pattern('^✔\\s(.*)\\s\\(\\d+m+s\\)'), status: PASSED },
  { line: pattern('^✔\\s(.*)'), status: PASSED },
  { line: pattern('^\\d+\\)\\s(.*)\\s\\(\\d+m+s\\)'), status: FAILED },
  { line: pattern('^\\d+\\)\\s(.*)'), status: FAILED },
];

function parseSpecRuns(log: string, record: RecordResult): void {
  for (const run of log.split(RUN).slice(1)) {
    const suites = new SuiteStack();
    const end = PASSING.exec(run)?.index ?? run.length;
    for (const line of strip(run.slice(0, end)).split('\n')) {
      const text = strip(line);
      const found = SPEC_LINES.map(({ line: form, status }) => ({
        test: form.exec(text)?.[1],
        status,
      })).find(({ test }) => test !== undefined);
      if (found) record([...suites.names(), found.test].join(' - '), found.status, null);
      else suites.enter(line);
    }
  }
}

const TITLE = pattern('"fullTitle":\\s"(.*)",\\n', 'g');

/** Lighthouse, whose runner changed with its version. */
export const parseLighthouse: LogParser = (log, record, context) => {
  const { version } = context;
  if (['9.5', '10.0', '10.2'].includes(version)) return parseSpecRuns(log, record);
  if (toFloat(version) >= 3) return parseJestSuites(log, record, context);
  for (const run of log.split('./node_modules/.bin/mocha --reporter json').slice(1)) {
    const passes = beforeLast(afterLast(run, '"passes": ['), ']');
    const failures = beforeLast(afterLast(run, '"failures": ['), '],');
    for (const [, test] of passes.matchAll(TITLE)) record(test ?? '', PASSED, null);
    for (const [, test] of failures.matchAll(TITLE)) record(test ?? '', FAILED, null);
  }
};

function toFloat(version: string): number {
  if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(version)) {
    throw new LogFormatError(`version ${JSON.stringify(version)} is not a number`);
  }
  return Number(version);
}
