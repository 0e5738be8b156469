import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ExitCode, messageOf, UsageError } from '../errors.ts';
import { runName } from '../trajectory/find-runs.ts';
import { TrajectoryWriter } from '../trajectory/writer.ts';
import type { Host } from './host.ts';
import { readRecording, TRAJECTORY_FILE } from './recording.ts';

export interface ImportOptions {
  readonly files: readonly string[];
  readonly out?: string;
}

/**
 * `patchwright import`: trajectories of other agents as trajectories of ours, each in a folder named after its file.
 *
 * @returns 1 when one of several files could not be read
 * @throws {UsageError} when none could
 */
export async function importFiles({ files, out }: ImportOptions, host: Host): Promise<number> {
  const into = resolve(host.cwd, out ?? '.');
  const failures: string[] = [];
  for (const file of files) {
    try {
      const line = await importFile(file, into, host);
      host.stdout.write(`${line}\n`);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      failures.push(messageOf(error));
    }
  }
  if (failures.length === files.length) throw new UsageError(failures.join('\n'));
  for (const failure of failures) host.stderr.write(`${failure}\n`);
  return failures.length === 0 ? ExitCode.submitted : ExitCode.noPatch;
}

async function importFile(named: string, into: string, host: Host): Promise<string> {
  const { file, events, run, problem } = await readRecording(named, host);
  const target = join(into, runName(file), TRAJECTORY_FILE);
  if (existsSync(target)) {
    throw new UsageError(`${named}: ${target} is there already; name another folder with --out`);
  }
  const writer = new TrajectoryWriter(target);
  for (const event of events) writer.write(event);
  writer.close();
  if (writer.failure) {
    throw new UsageError(`--out: ${target} cannot be written (${messageOf(writer.failure)})`);
  }
  const status = run.outcome?.status ?? 'no outcome';
  const damage = problem ? `, damaged: ${problem}` : '';
  return `${target}  ${run.steps.length} steps, ${status}${damage}`;
}
