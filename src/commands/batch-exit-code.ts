import type { InstanceResult } from '../batch/instance-result.ts';
import { ExitCode } from '../errors.ts';

/** @returns 1 when no instance of a batch has a patch */
export function batchExitCode(results: ReadonlyMap<string, InstanceResult>): number {
  const hasPatch = [...results.values()].some(({ patch }) => patch !== '');
  return hasPatch ? ExitCode.submitted : ExitCode.noPatch;
}
