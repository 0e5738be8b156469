import { readLog } from '../grading/read-log.ts';
import { statusOf } from '../grading/verdict.ts';
import type { Instance } from '../instance.ts';

/** Expected tests whose status is not the same in all logs of the same patch. */
export function flakyTests(logs: readonly string[], instance: Instance): string[] {
  const maps = logs.map((log) => {
    const reading = readLog(log, instance);
    return reading.valid ? reading.statuses : new Map<string, string>();
  });
  return [...instance.failToPass, ...instance.passToPass].filter((test) => {
    const found = maps.map((statuses) => statusOf(test, statuses));
    return new Set(found).size > 1;
  });
}
