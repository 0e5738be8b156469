import type { GradedInstance } from '../instance.ts';
import { LogFormatError, type LogParser, type ParserContext } from '../parsers/parser.ts';
import { PARSERS } from '../parsers/registry.ts';
import { ERROR, FAILED, PASSED } from '../parsers/status.ts';
import { findMarkers, type Log, markedPart, textOf } from './find-markers.ts';
import {
  END_TEST_OUTPUT,
  EXIT_CODE_VARIABLE,
  normalizeLineEnds,
  START_TEST_OUTPUT,
} from './markers.ts';
import { suiteRan } from './suite-ran.ts';

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

/**
 * Reads a log as the official grader does.
 *
 * @param log the whole output of the evaluation; of bytes, no more is decoded than has to be
 * @throws {LogFormatError} where the official grader raises
 */
export function readLog(log: Log, instance: GradedInstance): LogReading {
  const parser = instance.logParser === EXIT_CODE_PARSER ? undefined : parserOf(instance);
  const markers = findMarkers(log);
  const { bad, starts, ends, exitCodes } = markers;
  if (bad !== undefined) return { valid: false, why: `the log says "${bad}"` };
  if (starts.length === 0) return { valid: false, why: `the log has no "${START_TEST_OUTPUT}"` };
  if (ends.length === 0) return { valid: false, why: `the log has no "${END_TEST_OUTPUT}"` };
  if (!parser) {
    const statuses = exitCodeStatus(exitCodes[0]);
    if (statuses.size > 0) return { valid: true, statuses };
    return { valid: false, why: 'the log records no exit code' };
  }
  const part = normalizeLineEnds(markedPart(log, markers).text);
  let statuses = statusMap(part, parser, instance);
  if (statuses.size === 0) {
    const whole = normalizeLineEnds(textOf(log));
    statuses = statusMap(whole, parser, instance);
    if (statuses.size === 0 && suiteRan(whole)) return { valid: true, statuses };
  }
  if (statuses.size === 0) {
    const why = 'no result can be parsed and nothing shows that a suite ran';
    const before5 = exitCodes.length === 0 && !textOf(log).includes(EXIT_CODE_VARIABLE);
    return { valid: false, why, before5 };
  }
  const [exitCode = 0] = exitCodes;
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
