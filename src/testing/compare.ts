import type { TestCase, TestReport } from './report.ts';

/** How a run differs from the baseline; lists are in the order of the run. */
export interface Comparison {
  /** Did not fail before and fails now, new tests included. */
  readonly newlyFailing: readonly TestCase[];
  /** Failed before and passes now. */
  readonly newlyPassing: readonly TestCase[];
  readonly stillFailing: readonly TestCase[];
  /** Passed before and are not in the run; their cases of the baseline. */
  readonly missing: readonly TestCase[];
  readonly counts: Counts;
}

export interface Counts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Compares a run with the baseline of the same scope, by id. A baseline that was not run knows nothing: then every
 * failure is newly failing.
 */
export function compareReports(baseline: TestReport | null, now: TestReport): Comparison {
  const before = new Map(
    (baseline?.state === 'ran' ? baseline.cases : []).map((one) => [one.id, one]),
  );
  const failing = now.cases.filter(isFailing);
  const failedBefore = (one: TestCase) => isFailing(before.get(one.id));
  const present = new Set(now.cases.map((one) => one.id));
  return {
    newlyFailing: failing.filter((one) => !failedBefore(one)),
    stillFailing: failing.filter(failedBefore),
    newlyPassing: now.cases.filter((one) => one.verdict === 'passed' && failedBefore(one)),
    missing: [...before.values()].filter((one) => one.verdict === 'passed' && !present.has(one.id)),
    counts: countCases(now.cases),
  };
}

/** An error counts as failed. */
export function countCases(cases: readonly TestCase[]): Counts {
  const passed = cases.filter((one) => one.verdict === 'passed').length;
  const skipped = cases.filter((one) => one.verdict === 'skipped').length;
  return { total: cases.length, passed, skipped, failed: cases.length - passed - skipped };
}

export function isFailing(one: TestCase | undefined): boolean {
  return one?.verdict === 'failed' || one?.verdict === 'error';
}
