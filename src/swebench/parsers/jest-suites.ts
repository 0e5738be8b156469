import { LogFormatError, type LogParser, lineCounter } from './parser.ts';
import { pattern, strip } from './python-text.ts';
import { FAILED, PASSED } from './status.ts';
import { SuiteStack } from './suite-stack.ts';

const DURATIONS = ['\\s\\([\\d.]+ms\\)', '\\s\\([\\d.]+\\ss\\)', '\\s\\([\\d.]+s\\)', ''];
const SUITES = [
  { word: 'PASS', status: PASSED },
  { word: 'FAIL', status: FAILED },
].map(({ word, status }) => ({
  word,
  status,
  forms: DURATIONS.map((duration) => pattern(`^${word}\\s(.*)${duration}`)),
}));

/** `PASS path/of/suite.test.js (1.2 s)`: a suite is one test. */
export const parseJestSuites: LogParser = (log, record) => {
  log.split('\n').forEach((line, at) => {
    const suite = SUITES.find(({ word }) => line.startsWith(word));
    if (!suite) return;
    for (const form of suite.forms) {
      const [, name] = form.exec(line) ?? [];
      if (name === undefined) continue;
      record(name, suite.status, at);
      return;
    }
  });
};

const SUITE_DURATION = pattern('\\s\\([\\d.]+\\s?(?:ms|s)\\)$');
const FAILED_SUITES = pattern('^FAIL\\s(.*)', 'gm');
const PASSED_SUITES = pattern('^PASS\\s(.*)', 'gm');

/** Like {@link parseJestSuites}, all failures before all passes, so that a pass wins. */
export const parseGrommet: LogParser = (log, record) => {
  for (const [suites, status] of [
    [FAILED_SUITES, FAILED],
    [PASSED_SUITES, PASSED],
  ] as const) {
    const lineAt = lineCounter(log);
    for (const match of log.matchAll(suites)) {
      record(strip(match[1] ?? '').replace(SUITE_DURATION, ''), status, lineAt(match.index));
    }
  }
};

const COMMAND = ' ./node_modules/.bin/jest ';
const DURATION = pattern('\\(\\d+ms\\)');
const MARKS = [
  { mark: '✓', status: PASSED },
  { mark: '✕', status: FAILED },
].map(({ mark, status }) => ({
  mark,
  status,
  timed: pattern(`^\\s+${mark}\\s(.*)\\(\\d+ms\\)$`),
  plain: pattern(`^\\s+${mark}\\s(.*)`),
}));

/** Output of several Jest commands, each shown by the shell's trace; tests under indented headings. */
export const parseCalypso: LogParser = (log, record) => {
  const suites = new SuiteStack();
  const [skipped = '', ...runs] = log.split(COMMAND);
  let firstLine = skipped.split('\n').length - 1;
  for (const run of runs) {
    const lines = run.split('\n');
    for (const [at, line] of lines.entries()) {
      if (line.startsWith('Test Suites') || line.startsWith('  ● ')) break;
      const text = strip(line);
      const form = MARKS.find(({ mark }) => text.startsWith(mark));
      if (!form) {
        suites.enter(line);
        continue;
      }
      const [, test] = (DURATION.test(line) ? form.timed : form.plain).exec(line) ?? [];
      if (test === undefined) {
        throw new LogFormatError(`no test can be read from ${JSON.stringify(line)}`);
      }
      const name = strip([suites.names().join(' - '), test].join(' - '));
      record(name, form.status, firstLine + at);
    }
    firstLine += lines.length - 1;
  }
};
