import type { LogParser, RecordResult } from './parser.ts';
import { before, eachLine, pattern, wordEnd, words } from './python-text.ts';
import { FAILED, PASSED, SKIPPED, STATUSES } from './status.ts';

/** `SKIPPED [3] path:line: reason` counts tests and names none. */
const COUNT = pattern('^\\[\\d+\\]$');

/** No two statuses begin with the same letter. */
const BY_LETTER = new Map(STATUSES.map((status) => [status.charCodeAt(0), status]));
const LAST_LETTERS = new Set(STATUSES.map((status) => status.charCodeAt(status.length - 1)));

/** The status that a text has at an offset. */
function statusAt(text: string, at: number): string | undefined {
  const status = BY_LETTER.get(text.charCodeAt(at));
  return status !== undefined && text.startsWith(status, at) ? status : undefined;
}

/** Summary lines of `pytest -rA`: status and test are the first two words. */
export const parsePytest: LogParser = (log, record) => eachSummaryLine(log, record);

interface Changes {
  /** Only lines with this text are prepared. */
  readonly mark?: string;
  readonly prepare?: (line: string) => string;
  readonly rename?: (test: string) => string;
}

function eachSummaryLine(
  log: string,
  record: RecordResult,
  { mark, prepare = (line) => line, rename = (test) => test }: Changes = {},
): void {
  const isMarked = mark !== undefined && log.includes(mark);
  eachLine(log, (start, end, at) => {
    const known = statusAt(log, start);
    if (known === undefined) return;
    if (known !== FAILED && known !== SKIPPED && !isMarked) {
      // The usual line: one blank, and all up to the next white space is the test.
      const from = start + known.length + 1;
      const to = wordEnd(log, from, end);
      if (log.charCodeAt(from - 1) === 0x20 && to > from) {
        record(rename(log.slice(from, to)), known, at);
        return;
      }
    }
    const line = prepare(log.slice(start, end));
    const [status, test] = words(known === FAILED ? line.replaceAll(' - ', ' ') : line, 2);
    if (status === undefined || test === undefined) return;
    if (status === SKIPPED && COUNT.test(test)) return;
    record(rename(test), status, at);
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
    mark: 'MouseButton',
    prepare: (line) =>
      line.replaceAll('MouseButton.LEFT', '1').replaceAll('MouseButton.RIGHT', '3'),
  });

const COLOR = pattern('\\[\\d+m', 'g');
// biome-ignore lint/suspicious/noControlCharactersInRegex: the format is about them
const CONTROL = /[\x01-\x1f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the format is about them
const CONTROLS = /[\x01-\x1f]/;

/** Whether a blank and one word of plain ASCII are all that follows, with nothing that could be a colour or a count. */
function isOneWord(log: string, start: number, end: number): boolean {
  if (log.charCodeAt(start) !== 0x20 || start + 1 >= end) return false;
  for (let at = start + 1; at < end; at += 1) {
    const code = log.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f) return false;
    if (code === 0x5b) {
      const next = log.charCodeAt(at + 1);
      if (next >= 0x30 && next <= 0x39) return false;
    }
  }
  return true;
}

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
      !BY_LETTER.has(log.charCodeAt(start)) && !LAST_LETTERS.has(log.charCodeAt(end - 1));
    const status = statusAt(log, start);
    if (status !== undefined && isOneWord(log, start + status.length, end)) {
      record(log.slice(start + status.length + 1, end), status, at);
      return;
    }
    const raw = log.slice(start, end);
    const changes = mayHoldColor(raw) || CONTROLS.test(raw);
    if (isPlain && !changes) return;
    const line = changes ? raw.replace(COLOR, '').replace(CONTROL, '') : raw;
    if (statusAt(line, 0) !== undefined) {
      const [word, ...test] = words(line.startsWith(FAILED) ? before(line, ' - ') : line);
      const [first] = test;
      if (word === undefined || first === undefined) return;
      if (word === SKIPPED && COUNT.test(first)) return;
      record(test.join(' '), word, at);
    } else if (
      LAST_LETTERS.has(line.charCodeAt(line.length - 1)) &&
      STATUSES.some((status) => line.endsWith(status))
    ) {
      const test = words(line);
      const word = test.pop();
      if (word !== undefined && test.length > 0) record(test.join(' '), word, at);
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
