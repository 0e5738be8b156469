import type { GradedInstance } from '../instance.ts';
import { type Log, textOf } from './find-markers.ts';
import { classifyFailure } from './infrastructure.ts';
import { type LogReading, readLog } from './read-log.ts';
import { gradeTests, resolution, type TestsStatus } from './verdict.ts';

/** One instance's part of the official `report.json`, its fields in the official order. */
export interface InstanceReport {
  readonly patch_is_None: boolean;
  readonly patch_exists: boolean;
  readonly patch_successfully_applied: boolean;
  readonly resolved: boolean;
  readonly infra_failure: boolean;
  readonly infra_failure_reason?: string;
  readonly tests_status?: TestsStatus;
}

export interface Grade {
  readonly report: InstanceReport;
  /** Undefined where there was no patch, and so no log to read. */
  readonly reading?: LogReading;
}

/**
 * Grades one instance as the official package does.
 *
 * @param log the whole output of its evaluation; null when the prediction has no patch at all (null, not empty)
 * @throws {LogFormatError} where the official package raises: the instance then counts as an error
 */
export function gradeInstance(instance: GradedInstance, log: Log | null): Grade {
  const report = {
    patch_is_None: log === null,
    patch_exists: log !== null,
    patch_successfully_applied: false,
    resolved: false,
    infra_failure: false,
  };
  if (log === null) return { report };
  const reading = readLog(log, instance);
  if (!reading.valid) {
    return { report: { ...report, ...invalidReport(instance, log, reading.before5) }, reading };
  }
  const tests = gradeTests(reading.statuses, instance);
  return {
    report: {
      ...report,
      patch_successfully_applied: true,
      resolved: resolution(tests) === 'RESOLVED_FULL',
      tests_status: tests,
    },
    reading,
  };
}

/**
 * The fields of a report without valid results. Where a harness before 5.0 wrote the log (it records no exit code),
 * its report is kept: all expected tests have failed.
 */
function invalidReport(
  instance: GradedInstance,
  log: Log,
  before5 = false,
): Partial<InstanceReport> {
  const failure = classifyFailure(textOf(log));
  const label = failure && {
    infra_failure: failure.tier === 'environment',
    infra_failure_reason: failure.reason,
  };
  if (!before5 || instance.evalType !== 'pass_and_fail') return { ...label };
  const tests = gradeTests(new Map(), instance);
  return { ...label, patch_successfully_applied: true, tests_status: tests };
}

/** JSON as Python writes it with an indent of four: everything outside of ASCII is escaped. */
export function pythonJson(value: unknown): string {
  return JSON.stringify(value, null, 4).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
