import { type LogParser, lineCounter } from './parser.ts';
import { eachLine, pattern, strip, withoutAnsi } from './python-text.ts';
import { FAILED } from './status.ts';

/** A parser for a runner that names its failures only; `failures` in turn, the last group of each is the name. */
function failureParser(
  failures: readonly RegExp[],
  rename: (test: string) => string = (test) => test,
): LogParser {
  return (log, record) => {
    for (const failure of failures) {
      const lineAt = lineCounter(log);
      for (const match of log.matchAll(failure)) {
        record(rename(match.at(-1) ?? ''), FAILED, lineAt(match.index));
      }
    }
  };
}

const SPACES = pattern('\\s+', 'g');
const oneLine = (test: string) => strip(test.replace(SPACES, ' '));

export const parseBpmnJs = failureParser([
  pattern('2KPhantomJS\\s[\\d.]+\\s\\(Linux\\s[\\d.]+\\)\\s(.*)FAILED\\n', 'g'),
  pattern('2KPhantomJS\\s[\\d.]+\\s\\(Linux\\sx86_64\\)\\s(.*)FAILED\\n', 'g'),
  pattern('Chrome\\sHeadless\\s(.*)\\s\\(Linux\\sx86_64\\)\\s(.*)FAILED\\n', 'g'),
  pattern('HeadlessChrome\\s[\\d.]+\\s\\(Linux\\s[\\d.]+\\)\\s(.*)FAILED\\n', 'g'),
]);

export const parseOpenLayers = failureParser(
  [
    pattern('Chrome\\sHeadless\\s[\\d.]+\\s\\(Linux\\s[\\d._\\S]+\\)\\s(.*)\\sFAILED\\n', 'g'),
    pattern('Chrome\\s[\\d.]+\\s\\(Linux\\s[\\d._\\S]+\\)\\s(.*)FAILED\\n', 'g'),
    pattern('^\\s{2}\\d+\\)(\\p{Any}*?)Error:', 'gm'),
    pattern('^case\\s(.*):\\smismatch', 'gm'),
  ],
  oneLine,
);

const parseChrome = failureParser([
  pattern('Chrome\\s[\\d.]+[^\\S\\r\\n]\\(.+?\\)[^\\S\\r\\n](.*)FAILED$', 'gm'),
]);

/** Karma's progress lines, on one line with escape sequences between them. */
export const parseChartJs: LogParser = (log, record, context) =>
  parseChrome(withoutAnsi(log), record, context);

const ESLINT = pattern('\\s{2}\\d+\\)(\\p{Any}*?)\\s+(?:.*Error)', 'g');

/** Mocha's `min` reporter: the title of a failure is all up to the line of its error. */
export const parseEslint: LogParser = (log, record) => {
  const lineAt = lineCounter(log);
  for (const match of log.matchAll(ESLINT)) {
    record(oneLine(match[1] ?? ''), FAILED, lineAt(match.index));
  }
};

const JASMINE = pattern('^\\d+\\)\\s(.*)');

/** Jasmine's list of failures. */
export const parseMarked: LogParser = (log, record) => {
  eachLine(log, (start, end, at) => {
    // The first character is a digit, of any script.
    const first = log.charCodeAt(start);
    if (!(first >= 0x30 && first <= 0x39) && first < 0x80) return;
    const [, test] = JASMINE.exec(log.slice(start, end)) ?? [];
    if (test !== undefined) record(strip(test), FAILED, at);
  });
};
