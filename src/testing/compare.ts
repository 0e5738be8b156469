import type { TestCase, TestReport } from './report.ts';

/** How a run differs from the baseline of the same scope, by id; lists are in the order of the run. */
export interface Comparison {
  /** Did not fail before and fails now. Tests that cannot be loaded any more are in it, with what stops them as trace. */
  readonly newlyFailing: readonly TestCase[];
  /** Failed before and passes now. */
  readonly newlyPassing: readonly TestCase[];
  readonly stillFailing: readonly TestCase[];
  /** Fails now and was not in the baseline: a new test, or a baseline that was not run. Causes of lost tests are not in it. */
  readonly failingUnknown: readonly TestCase[];
  /** Passed before and is not in the run, for another reason than an error in loading it. */
  readonly missing: readonly TestCase[];
  readonly counts: Counts;
}

/** Number of cases by verdict; an error counts as failed. */
export interface Counts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** @param baseline null, or one that was not run, knows nothing: then every failure is `failingUnknown` */
export function compareReports(baseline: TestReport | null, now: TestReport): Comparison {
  const before = new Map(
    (baseline?.state === 'ran' ? baseline.cases : []).map((one) => [one.id, one]),
  );
  const failing = now.cases.filter(isFailing);
  const present = new Set(now.cases.map((one) => one.id));
  const gone = [...before.values()].filter(
    (one) => one.verdict === 'passed' && !present.has(one.id),
  );
  const causes = new Set<TestCase>();
  const lost = gone.flatMap((one) => {
    const cause = failing.find((error) => keepsFromLoading(error, one));
    if (cause) causes.add(cause);
    return cause ? [{ ...one, verdict: 'error' as const, trace: cause.trace ?? cause.id }] : [];
  });
  const lostIds = new Set(lost.map((one) => one.id));
  const known = (one: TestCase) => before.has(one.id);
  const failedBefore = (one: TestCase) => isFailing(before.get(one.id));
  return {
    newlyFailing: [...failing.filter((one) => known(one) && !failedBefore(one)), ...lost],
    stillFailing: failing.filter(failedBefore),
    newlyPassing: now.cases.filter((one) => one.verdict === 'passed' && failedBefore(one)),
    failingUnknown: failing.filter((one) => !known(one) && !causes.has(one)),
    missing: gone.filter((one) => !lostIds.has(one.id)),
    counts: countCases(now.cases),
  };
}

/** True for an error told of a whole file, module or package that holds the test. */
function keepsFromLoading(error: TestCase, lost: TestCase): boolean {
  if (error.verdict !== 'error') return false;
  if (error.id === error.file) return error.file === lost.file;
  return ['::', '.', '/'].some((separator) => lost.id.startsWith(error.id + separator));
}

export function countCases(cases: readonly TestCase[]): Counts {
  const passed = cases.filter((one) => one.verdict === 'passed').length;
  const skipped = cases.filter((one) => one.verdict === 'skipped').length;
  return { total: cases.length, passed, skipped, failed: cases.length - passed - skipped };
}

export function isFailing(one: TestCase | undefined): boolean {
  return one?.verdict === 'failed' || one?.verdict === 'error';
}

/** Ids of the tests that passed in one and failed in the other of two runs of the same tree. */
export function differingTests(first: TestReport, second: TestReport): string[] {
  if (first.state !== 'ran' || second.state !== 'ran') return [];
  const before = new Map(first.cases.map((one) => [one.id, one]));
  return second.cases
    .filter((one) => {
      const other = before.get(one.id);
      if (!other || other.verdict === 'skipped' || one.verdict === 'skipped') return false;
      return isFailing(other) !== isFailing(one);
    })
    .map((one) => one.id);
}
