import type { GradedInstance } from '../instance.ts';
import { findMarkers, markedPart } from './find-markers.ts';
import { TEST_EXIT_CODE } from './markers.ts';
import { contextOf, EXIT_CODE_PARSER, parserOf, readLog } from './read-log.ts';
import { gradeTests, resolveTest, type TestsStatus } from './verdict.ts';

export interface ExplainedTest {
  readonly test: string;
  readonly group: 'FAIL_TO_PASS' | 'PASS_TO_PASS';
  /** In which list of the report it is; a status that is no official word puts it in neither. */
  readonly verdict: 'success' | 'failure' | 'neither';
  /** Undefined when the log does not name it. */
  readonly status?: string | undefined;
  /** Where the log gives the status that counts; `number` counts the file's lines from 1. */
  readonly line?: { readonly number: number; readonly text: string } | undefined;
}

export interface Explanation {
  /** Why no result of the log counts, when none does. */
  readonly invalid?: string;
  readonly tests: readonly ExplainedTest[];
}

/**
 * Tells for every expected test which line of the log decided it.
 *
 * @throws {LogFormatError} where the log has no verdict
 */
export function explainLog(text: string, instance: GradedInstance): Explanation {
  const reading = readLog(text, instance);
  if (!reading.valid) return { invalid: reading.why, tests: [] };
  const { statuses } = reading;
  const tests = gradeTests(statuses, instance);
  const lineOf: FindLine =
    instance.logParser === EXIT_CODE_PARSER ? exitCodeLine(text) : resultLines(text, instance);
  const explain = (group: ExplainedTest['group'], test: string): ExplainedTest => {
    const name = resolveTest(test, statuses);
    return {
      test,
      group,
      verdict: verdictOf(tests, group, test),
      status: name === undefined ? undefined : statuses.get(name),
      line: name === undefined ? undefined : lineOf(name),
    };
  };
  return {
    tests: [
      ...instance.failToPass.map((test) => explain('FAIL_TO_PASS', test)),
      ...instance.passToPass.map((test) => explain('PASS_TO_PASS', test)),
    ],
  };
}

function verdictOf(tests: TestsStatus, group: ExplainedTest['group'], test: string) {
  if (tests[group].success.includes(test)) return 'success';
  return tests[group].failure.includes(test) ? 'failure' : 'neither';
}

type FindLine = (test: string) => { number: number; text: string } | undefined;

function exitCodeLine(text: string): FindLine {
  const line = numberedLines(text).find((candidate) => candidate.text.startsWith(TEST_EXIT_CODE));
  return () => line;
}

/** The line of each test's last result, in the part of the log that was graded. */
function resultLines(text: string, instance: GradedInstance): FindLine {
  const lines = numberedLines(text);
  const log = lines.map((line) => line.text).join('\n');
  const { text: marked, start } = markedPart(log, findMarkers(log));
  const parser = parserOf(instance);
  const collect = (part: string) => {
    const places = new Map<string, number | null>();
    parser(part, (test, _status, line) => places.set(test, line), contextOf(instance));
    return places;
  };
  let first = log.slice(0, start).split('\n').length - 1;
  let places = collect(marked);
  if (places.size === 0) {
    first = 0;
    places = collect(log);
  }
  return (test) => {
    const place = places.get(test);
    if (place === undefined) return undefined;
    if (place !== null) return lines[first + place];
    // The format spreads a test over lines: the last part of its name is looked for.
    const word = test.split(/ > | - |: |\n/).at(-1) ?? test;
    return lines.slice(first).find((line) => line.text.includes(word));
  };
}

/** Lines as Python splits them, each with its number in the file, where only a line feed ends a line. */
function numberedLines(text: string): { number: number; text: string }[] {
  let number = 1;
  return text.split(/(\r\n|\r|\n)/).flatMap((part, index) => {
    if (index % 2 === 0) return [{ number, text: part }];
    if (part !== '\r') number += 1;
    return [];
  });
}
