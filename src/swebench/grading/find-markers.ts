import { isAscii } from 'node:buffer';
import { pattern } from '../parsers/python-text.ts';
import {
  BAD_CODES,
  END_TEST_OUTPUT,
  MARKER_START,
  START_TEST_OUTPUT,
  TEST_EXIT_CODE,
} from './markers.ts';

/** A log as text, or as the bytes of its file, of which only what is looked at is decoded. */
export type Log = string | Buffer;

/** Where the markers of a log stand, as offsets into it in ascending order. */
export interface Markers {
  /** The first bad code that stands in the log. */
  readonly bad: string | undefined;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Every exit status that is recorded; the official grader looks at the first. */
  readonly exitCodes: readonly number[];
}

/** A part of a log as text; invalid UTF-8 is shown with U+FFFD. */
export function textOf(log: Log, start = 0, end = log.length): string {
  if (typeof log === 'string') return log.slice(start, end);
  const bytes = log.subarray(start, end);
  // Most logs are ASCII, which is copied and not decoded.
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

const EXIT_CODE = pattern(`^${TEST_EXIT_CODE}:\\s*(-?\\d+)`);
/** Far more than a marker with its exit code takes. */
const WINDOW = 256;

/** All markers begin alike, so one walk through the log finds every one. */
export function findMarkers(log: Log): Markers {
  let bad: string | undefined;
  const starts: number[] = [];
  const ends: number[] = [];
  const exitCodes: number[] = [];
  for (let at = log.indexOf(MARKER_START); at !== -1; at = log.indexOf(MARKER_START, at + 1)) {
    const text = textOf(log, at, at + WINDOW);
    if (text.startsWith(START_TEST_OUTPUT)) starts.push(at);
    else if (text.startsWith(END_TEST_OUTPUT)) ends.push(at);
    else if (text.startsWith(TEST_EXIT_CODE)) exitCodes.push(...exitCode(log, at, text));
    else bad ??= BAD_CODES.find((code) => text.startsWith(code));
  }
  return { bad, starts, ends, exitCodes };
}

/** The exit code that a marker at an offset gives, if any; `text` is what follows there, perhaps cut. */
function exitCode(log: Log, at: number, text: string): number[] {
  const near = EXIT_CODE.exec(text);
  // Any white space may come between, and any number of digits: only a match well inside is one for sure.
  const isWhole = near !== null && near[0].length < WINDOW / 2;
  const [, digits] = (isWhole ? near : EXIT_CODE.exec(textOf(log, at))) ?? [];
  return digits === undefined ? [] : [toNumber(digits)];
}

/** The part of a log that is parsed first: from the first start marker to the next marker behind it. */
export function markedPart(
  log: Log,
  { starts, ends }: Markers,
): { readonly text: string; readonly start: number } {
  const [first = 0, second = log.length] = starts;
  const start = first + START_TEST_OUTPUT.length;
  const end = ends.find((at) => at >= start) ?? log.length;
  return { text: textOf(log, start, Math.min(second, end)), start };
}

/** Python's `int` takes the decimal digits of every script, which come in runs of ten. */
function toNumber(digits: string): number {
  return Number(
    digits.replace(/\p{Nd}/gu, (digit) => {
      const code = digit.codePointAt(0) ?? 0;
      let zero = code;
      while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
      return String(code - zero);
    }),
  );
}
