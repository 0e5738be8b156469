import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { type ListedRun, listRuns } from '../trajectory/find-runs.ts';
import type { Host } from './host.ts';

/**
 * The runs under a folder; what could not be read is told on standard error.
 *
 * @throws {UsageError} when it is no folder or holds no run
 */
export async function readRunSet(named: string, host: Host): Promise<readonly ListedRun[]> {
  const folder = resolve(host.cwd, named);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${named}: no such folder; give one that holds runs`);
  }
  const { runs, problems } = await listRuns(folder);
  for (const { file, problem } of problems) host.stderr.write(`left out ${file}: ${problem}\n`);
  if (runs.length === 0) {
    throw new UsageError(`${named}: no run in it; a run is a folder with trajectory.jsonl`);
  }
  return runs;
}
