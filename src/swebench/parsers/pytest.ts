import type { LogParser, RecordResult } from './parser.ts';
import { before, eachLine, pattern, words } from './python-text.ts';
import { FAILED, PASSED, SKIPPED, STATUSES } from './status.ts';

/** `SKIPPED [3] path:line: reason` counts tests and names none. */
const COUNT = pattern('^\\[\\d+\\]$');

const FIRST_LETTERS = new Set(STATUSES.map((status) => status.charCodeAt(0)));
const LAST_LETTERS = new Set(STATUSES.map((status) => status.charCodeAt(status.length - 1)));

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
  eachLine(log, (start, end, at) => {
    if (!FIRST_LETTERS.has(log.charCodeAt(start))) return;
    const found = summaryLine(prepare(log.slice(start, end)));
    if (found) record(rename(found.test), found.status, at);
  });
}

/** A parameter that is one absolute path keeps its last part only: the rest differs from machine to machine. */
function shortenPath(test: string): string {
  const open = test.indexOf('[');
  const close = test.lastIndexOf(']');
  if (open === -1 || close < open) return test;
  const option = test.slice(open + 1, close);
  const isPath = option.startsWith('/') && !option.startsWith('//') && !option.includes('*');
  const kept = isPath ? option.slice(option.lastIndexOf('/')) : option;
  return `${test.slice(0, open)}[${kept}]`;
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
// biome-ignore lint/suspicious/noControlCharactersInRegex: the format is about them
const CONTROLS = /[\x01-\x1f]/;

/** Whether a bracket is followed by digits and `m`, where digits of other scripts count as soon as they may be one. */
function mayHoldColor(line: string): boolean {
  for (let at = line.indexOf('['); at !== -1; at = line.indexOf('[', at + 1)) {
    let next = at + 1;
    while (line.charCodeAt(next) >= 0x30 && line.charCodeAt(next) <= 0x39) next += 1;
    const end = line.charCodeAt(next);
    if (end >= 0x80 || (end === 0x6d && next > at + 1)) return true;
  }
  return false;
}

/** Coloured lines, ids with spaces, and the `test STATUS` lines of old versions. */
export const parsePytestV2: LogParser = (log, record) => {
  eachLine(log, (start, end, at) => {
    const isPlain =
      !FIRST_LETTERS.has(log.charCodeAt(start)) && !LAST_LETTERS.has(log.charCodeAt(end - 1));
    const raw = log.slice(start, end);
    const changes = mayHoldColor(raw) || CONTROLS.test(raw);
    if (isPlain && !changes) return;
    const line = changes ? raw.replace(COLOR, '').replace(CONTROL, '') : raw;
    if (startsWithStatus(line)) {
      const [status, ...test] = words(line.startsWith(FAILED) ? before(line, ' - ') : line);
      const [first] = test;
      if (status === undefined || first === undefined) return;
      if (status === SKIPPED && COUNT.test(first)) return;
      record(test.length === 1 ? first : test.join(' '), status, at);
    } else if (STATUSES.some((status) => line.endsWith(status))) {
      const test = words(line);
      const status = test.pop();
      if (status !== undefined && test.length > 0) record(test.join(' '), status, at);
    }
  });
};

export const parseSeaborn: LogParser = (log, record) => {
  eachLine(log, (start, end, at) => {
    const line = log.slice(start, end);
    if (!line.includes(FAILED) && !line.includes(PASSED)) return;
    const [first, second] = words(line, 2);
    if (first === undefined || second === undefined) return;
    if (line.startsWith(FAILED)) record(second, FAILED, at);
    else if (line.includes(` ${PASSED} `)) {
      if (second === PASSED) record(first, PASSED, at);
    } else if (line.startsWith(PASSED)) record(second, PASSED, at);
  });
};
