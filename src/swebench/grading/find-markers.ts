import { pattern } from '../parsers/python-text.ts';
import {
  BAD_CODES,
  END_TEST_OUTPUT,
  MARKER_START,
  START_TEST_OUTPUT,
  TEST_EXIT_CODE,
} from './markers.ts';

/** Offsets of the markers of a log, each list in ascending order. */
export interface Markers {
  /** The first bad code that stands in the log. */
  readonly bad: string | undefined;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Every exit status that is recorded; the official grader looks at the first. */
  readonly exitCodes: readonly number[];
}

const EXIT_CODE = pattern(`${TEST_EXIT_CODE}:\\s*(-?\\d+)`, 'y');

/** All markers begin alike, so one walk through the log finds every one. */
export function findMarkers(log: string): Markers {
  let bad: string | undefined;
  const starts: number[] = [];
  const ends: number[] = [];
  const exitCodes: number[] = [];
  for (let at = log.indexOf(MARKER_START); at !== -1; at = log.indexOf(MARKER_START, at + 1)) {
    if (log.startsWith(START_TEST_OUTPUT, at)) starts.push(at);
    else if (log.startsWith(END_TEST_OUTPUT, at)) ends.push(at);
    else if (log.startsWith(TEST_EXIT_CODE, at)) {
      EXIT_CODE.lastIndex = at;
      const digits = EXIT_CODE.exec(log)?.[1];
      if (digits !== undefined) exitCodes.push(toNumber(digits));
    } else bad ??= BAD_CODES.find((code) => log.startsWith(code, at));
  }
  return { bad, starts, ends, exitCodes };
}

/** The part of a log that is parsed first: from the first start marker to the next marker behind it. */
export function markedPart(
  log: string,
  { starts, ends }: Markers,
): { readonly text: string; readonly start: number } {
  const [first = 0, second = log.length] = starts;
  const start = first + START_TEST_OUTPUT.length;
  const end = ends.find((at) => at >= start) ?? log.length;
  return { text: log.slice(start, Math.min(second, end)), start };
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
