import type { GradedInstance } from '../instance.ts';
import { LogFormatError, type LogParser, type ParserContext } from '../parsers/parser.ts';
import { pattern } from '../parsers/python-text.ts';
import { PARSERS } from '../parsers/registry.ts';
import { ERROR, FAILED, PASSED } from '../parsers/status.ts';
import {
  BAD_CODES,
  END_TEST_OUTPUT,
  normalizeLineEnds,
  START_TEST_OUTPUT,
  TEST_EXIT_CODE,
} from './markers.ts';

/** Test to status, in the order of their first appearance. */
export type StatusMap = ReadonlyMap<string, string>;

/** What a log says: a status map, or why no result of it counts. */
export type LogReading =
  | { readonly valid: true; readonly statuses: StatusMap }
  | {
      readonly valid: false;
      readonly why: string;
      /** The log is of a harness before 5.0, which graded a run without any result like every other. */
      readonly before5?: boolean;
    };

/**
 * Signs that a suite ran although no result of it was parsed. Every count must not be zero: a runner whose browser
 * never started also prints a summary.
 */
const SUITE_RAN = pattern(
  [
    'Executed [1-9]\\d* of \\d+',
    'TOTAL: [1-9]\\d* (?:SUCCESS|FAILED)',
    '[1-9]\\d* passing',
    'Tests:\\s+[1-9]\\d*',
    'Test Suites:\\s+(?:\\d+ \\w+, )*[1-9]\\d* total',
    '^# tests [1-9]\\d*',
    '[1-9]\\d* specs?, \\d+ failures?',
    "': ok$",
  ].join('|'),
  'm',
);

/** Whether a log shows that tests were run, also where no result of theirs can be parsed. */
export function suiteRan(log: string): boolean {
  return SUITE_RAN.test(log);
}

const EXIT_CODE = pattern(`${TEST_EXIT_CODE}:\\s*(-?\\d+)`, 'g');

/** Every exit status that the log records, in its order; the official grader looks at the first. */
export function exitCodes(log: string): number[] {
  return [...log.matchAll(EXIT_CODE)].map(([, digits = '']) =>
    Number(digits.replace(/\p{Nd}/gu, decimal)),
  );
}

/** Value of any decimal digit of Unicode, which come in runs of ten. */
function decimal(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((code - zero) % 10);
}

/** In the place of a parser: the exit code of the tests decides, as the status of one test. */
export const EXIT_CODE_PARSER = 'exit_code';
export const EXIT_CODE_TEST = 'exit code 0';

/** The status map of a task without a log parser. */
export function exitCodeStatus(code: number | undefined): StatusMap {
  return new Map(code === undefined ? [] : [[EXIT_CODE_TEST, code === 0 ? PASSED : FAILED]]);
}

/** @throws {LogFormatError} when the row names a parser that is not in the registry */
export function parserOf({ id, logParser }: GradedInstance): LogParser {
  const parser = PARSERS.get(logParser);
  if (parser) return parser;
  throw new LogFormatError(`${id}: there is no log parser ${JSON.stringify(logParser)}`);
}

function statusMap(text: string, parser: LogParser, instance: GradedInstance): StatusMap {
  const statuses = new Map<string, string>();
  parser(text, (test, status) => statuses.set(test, status), contextOf(instance));
  return statuses;
}

export function contextOf({ id, version }: GradedInstance): ParserContext {
  return { instanceId: id, version };
}

/** The part of a log that is parsed first: from the first start marker to the first end marker behind it. */
export function markedPart(log: string): { readonly text: string; readonly start: number } {
  const start = log.indexOf(START_TEST_OUTPUT) + START_TEST_OUTPUT.length;
  const stop = earliest(log.indexOf(START_TEST_OUTPUT, start), log.indexOf(END_TEST_OUTPUT, start));
  return { text: log.slice(start, stop), start };
}

function earliest(...offsets: number[]): number | undefined {
  const found = offsets.filter((offset) => offset !== -1);
  return found.length === 0 ? undefined : Math.min(...found);
}

/**
 * Reads a log as the official grader does.
 *
 * @param text the whole output of the evaluation
 * @throws {LogFormatError} where the official grader raises
 */
export function readLog(text: string, instance: GradedInstance): LogReading {
  const parser = instance.logParser === EXIT_CODE_PARSER ? undefined : parserOf(instance);
  const log = normalizeLineEnds(text);
  const bad = BAD_CODES.find((code) => log.includes(code));
  if (bad !== undefined) return { valid: false, why: `the log says "${bad}"` };
  for (const marker of [START_TEST_OUTPUT, END_TEST_OUTPUT]) {
    if (!log.includes(marker)) return { valid: false, why: `the log has no "${marker}"` };
  }
  if (!parser) {
    const statuses = exitCodeStatus(exitCodes(log)[0]);
    if (statuses.size > 0) return { valid: true, statuses };
    return { valid: false, why: 'the log records no exit code' };
  }
  let statuses = statusMap(markedPart(log).text, parser, instance);
  if (statuses.size === 0) statuses = statusMap(log, parser, instance);
  if (statuses.size === 0) {
    if (suiteRan(log)) return { valid: true, statuses };
    const why = 'no result can be parsed and nothing shows that a suite ran';
    return { valid: false, why, before5: exitCodes(log).length === 0 };
  }
  const [exitCode = 0] = exitCodes(log);
  if (exitCode !== 0 && !hasFailure(statuses)) {
    const why = `the tests ended with exit code ${exitCode}, but the log tells of no failure`;
    return { valid: false, why };
  }
  return { valid: true, statuses };
}

export function hasFailure(statuses: StatusMap): boolean {
  for (const status of statuses.values()) if (status === FAILED || status === ERROR) return true;
  return false;
}
