import type { GradedInstance } from '../instance.ts';
import { LogFormatError } from '../parsers/parser.ts';
import { ERROR, FAILED, PASSED, SKIPPED, XFAIL } from '../parsers/status.ts';
import type { StatusMap } from './read-log.ts';

export interface TestGroup {
  readonly success: readonly string[];
  readonly failure: readonly string[];
}

/** The official report's `tests_status`; the last two groups are always empty. */
export interface TestsStatus {
  readonly FAIL_TO_PASS: TestGroup;
  readonly PASS_TO_PASS: TestGroup;
  readonly FAIL_TO_FAIL: TestGroup;
  readonly PASS_TO_FAIL: TestGroup;
}

/** True: as expected, false: not, undefined: in neither list (a status that is no official word). */
type Judgement = boolean | undefined;

const PASSING: readonly string[] = [PASSED, XFAIL];
const KEPT: readonly string[] = [PASSED, XFAIL, SKIPPED];
const FAILING: readonly string[] = [FAILED, ERROR, SKIPPED];

/**
 * The key of an expected test in a status map. Some expected ids are cut inside a parameter; such a one stands for
 * the first test that starts with it, when all of these agree on passing or not.
 */
export function resolveTest(test: string, statuses: StatusMap): string | undefined {
  if (statuses.has(test)) return test;
  if (count(test, '[') <= count(test, ']')) return undefined;
  const last = test.charCodeAt(test.length - 1);
  let first: string | undefined;
  let passing: boolean | undefined;
  for (const [name, status] of statuses) {
    // One character rules out most; this loop is what takes time in a long log.
    if (name.charCodeAt(test.length - 1) !== last || !name.startsWith(test)) continue;
    first ??= name;
    const passes = PASSING.includes(status);
    if (passes !== (passing ?? passes)) return undefined;
    passing = passes;
  }
  return first;
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1))
    found += 1;
  return found;
}

/** The status that counts for an expected test; undefined when the map does not name it. */
export function statusOf(test: string, statuses: StatusMap): string | undefined {
  const status = statuses.get(test);
  if (status !== undefined) return status;
  const name = resolveTest(test, statuses);
  return name === undefined ? undefined : statuses.get(name);
}

function judge(test: string, statuses: StatusMap, good: readonly string[]): Judgement {
  const status = statusOf(test, statuses);
  if (status === undefined) return false;
  if (good.includes(status)) return true;
  return FAILING.includes(status) ? false : undefined;
}

function group(tests: readonly string[], judgeTest: (test: string) => Judgement): TestGroup {
  const success: string[] = [];
  const failure: string[] = [];
  for (const test of tests) {
    const outcome = judgeTest(test);
    if (outcome !== undefined) (outcome ? success : failure).push(test);
  }
  return { success, failure };
}

/**
 * Compares a status map with what the row expects. A skipped test counts as kept in PASS_TO_PASS and as failed in
 * FAIL_TO_PASS; under `fail_only` a test fails only when a failure is recorded for its exact name.
 *
 * @throws {LogFormatError} for an evaluation type that does not exist
 */
export function gradeTests(statuses: StatusMap, instance: GradedInstance): TestsStatus {
  const { evalType, failToPass, passToPass } = instance;
  if (evalType !== 'pass_and_fail' && evalType !== 'fail_only') {
    throw new LogFormatError(`${instance.id}: unknown eval_type ${JSON.stringify(evalType)}`);
  }
  const notFailed = (test: string) => statuses.get(test) !== FAILED;
  const passed = (test: string) => judge(test, statuses, PASSING);
  const kept = (test: string) => judge(test, statuses, KEPT);
  const none = { success: [], failure: [] };
  return {
    FAIL_TO_PASS: group(failToPass, evalType === 'fail_only' ? notFailed : passed),
    PASS_TO_PASS: group(passToPass, evalType === 'fail_only' ? notFailed : kept),
    FAIL_TO_FAIL: none,
    PASS_TO_FAIL: none,
  };
}

export type Resolution = 'RESOLVED_FULL' | 'RESOLVED_PARTIAL' | 'RESOLVED_NO';

/** A group without tests counts as whole. */
export function resolution({ FAIL_TO_PASS, PASS_TO_PASS }: TestsStatus): Resolution {
  if (PASS_TO_PASS.failure.length > 0) return 'RESOLVED_NO';
  if (FAIL_TO_PASS.failure.length === 0) return 'RESOLVED_FULL';
  return FAIL_TO_PASS.success.length > 0 ? 'RESOLVED_PARTIAL' : 'RESOLVED_NO';
}
