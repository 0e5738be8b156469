import type { LogParser, RecordResult } from './parser.ts';
import { before, pattern, words } from './python-text.ts';
import { FAILED, PASSED, SKIPPED, STATUSES } from './status.ts';

/** `SKIPPED [3] path:line: reason` counts tests and names none. */
const COUNT = pattern('^\\[\\d+\\]$');

function startsWithStatus(line: string): boolean {
  return STATUSES.some((status) => line.startsWith(status));
}

/** The first two words of a summary line, `STATUS test`, or nothing where there is no test in it. */
function summaryLine(line: string): { status: string; test: string } | undefined {
  if (!startsWithStatus(line)) return undefined;
  const [status, test] = words(line.startsWith(FAILED) ? line.replaceAll(' - ', ' ') : line, 2);
  if (status === undefined || test === undefined) return undefined;
  if (status === SKIPPED && COUNT.test(test)) return undefined;
  return { status, test };
}

/** Summary lines of `pytest -rA`. */
export const parsePytest: LogParser = (log, record) => eachSummaryLine(log, record);

function eachSummaryLine(
  log: string,
  record: RecordResult,
  { prepare = (line: string) => line, rename = (test: string) => test } = {},
): void {
  log.split('\n').forEach((line, at) => {
    const found = summaryLine(prepare(line));
    if (found) record(rename(found.test), found.status, at);
  });
}

const OPTION = pattern('(.*?)\\[(.*)\\]');

/** A parameter that is one absolute path keeps its last part only: the rest differs from machine to machine. */
function shortenPath(test: string): string {
  const [, main, option] = OPTION.exec(test) ?? [];
  if (main === undefined || option === undefined) return test;
  const isPath = option.startsWith('/') && !option.startsWith('//') && !option.includes('*');
  return `${main}[${isPath ? option.slice(option.lastIndexOf('/')) : option}]`;
}

export const parsePytestOptions: LogParser = (log, record) =>
  eachSummaryLine(log, record, { rename: shortenPath });

export const parseMatplotlib: LogParser = (log, record) =>
  eachSummaryLine(log, record, {
    prepare: (line) =>
      line.includes('MouseButton')
        ? line.replaceAll('MouseButton.LEFT', '1').replaceAll('MouseButton.RIGHT', '3')
        : line,
  });

const COLOR = pattern('\\[\\d+m', 'g');
// biome-ignore lint/suspicious/noControlCharactersInRegex: the format is about them
const CONTROL = /[\x01-\x1f]/g;

/** Coloured lines, ids with spaces, and the `test STATUS` lines of old versions. */
export const parsePytestV2: LogParser = (log, record) => {
  log.split('\n').forEach((raw, at) => {
    const line = raw.replace(COLOR, '').replace(CONTROL, '');
    if (startsWithStatus(line)) {
      const [status, ...test] = words(line.startsWith(FAILED) ? before(line, ' - ') : line);
      const [first] = test;
      if (status === undefined || first === undefined) return;
      if (status === SKIPPED && COUNT.test(first)) return;
      record(test.join(' '), status, at);
    } else if (STATUSES.some((status) => line.endsWith(status))) {
      const test = words(line);
      const status = test.pop();
      if (status !== undefined && test.length > 0) record(test.join(' '), status, at);
    }
  });
};

export const parseSeaborn: LogParser = (log, record) => {
  log.split('\n').forEach((line, at) => {
    const [first, second] = words(line, 2);
    if (first === undefined || second === undefined) return;
    if (line.startsWith(FAILED)) record(second, FAILED, at);
    else if (line.includes(` ${PASSED} `)) {
      if (second === PASSED) record(first, PASSED, at);
    } else if (line.startsWith(PASSED)) record(second, PASSED, at);
  });
};
