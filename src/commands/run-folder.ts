import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import { TrajectoryWriter } from '../trajectory/writer.ts';
import type { Host } from './host.ts';
import { runsFolder, TRAJECTORY_FILE } from './recording.ts';

/** `20261123-142530-1f9c`: sorts by time, in UTC. */
export function newRunId(now = new Date()): string {
  const [day, time] = now.toISOString().split('T');
  const clock = time?.slice(0, 8).replaceAll(':', '') ?? '';
  return `${day?.replaceAll('-', '')}-${clock}-${randomBytes(2).toString('hex')}`;
}

/** Where a run leaves its trajectory and its patch. Made only when the run begins. */
export interface RunFolder {
  readonly path: string;
  readonly trajectoryFile: string;
  readonly patchFile: string;
  readonly writer: TrajectoryWriter;
  /** Writes the patch; into the temporary folder when this one is full. @returns the file */
  writePatch(patch: string): Promise<string>;
  /** Takes back what `open` made: the run never began. */
  discard(): Promise<void>;
}

/** `--out DIR`, else a folder of the run's own under `$XDG_STATE_HOME/patchwright/runs`. */
export function runFolderPath(out: string | undefined, runId: string, host: Host): string {
  if (out !== undefined) return resolve(host.cwd, out);
  return join(runsFolder(host), runId);
}

/** @throws {UsageError} when the folder holds a run already or cannot be made */
export async function openRunFolder(path: string, runId: string): Promise<RunFolder> {
  const trajectoryFile = join(path, TRAJECTORY_FILE);
  if (existsSync(trajectoryFile)) {
    throw new UsageError(`--out: ${path} holds a run already; name another folder`);
  }
  const existed = existsSync(path);
  let writer: TrajectoryWriter;
  try {
    await mkdir(path, { recursive: true });
    writer = new TrajectoryWriter(trajectoryFile);
  } catch (error) {
    throw new UsageError(`--out: ${path} cannot be written (${messageOf(error)})`, {
      cause: error,
    });
  }
  return runFolder(path, runId, {
    writer,
    async discard() {
      writer.close();
      await rm(trajectoryFile, { force: true });
      if (!existed) await rmdir(path).catch(() => {});
    },
  });
}

/**
 * Opens the folder of a run that is taken up again.
 *
 * @param keepBytes of the trajectory that stay; what comes after them is written anew
 * @throws {UsageError} when it cannot be written
 */
export function reopenRunFolder(path: string, runId: string, keepBytes: number): RunFolder {
  try {
    const writer = new TrajectoryWriter(join(path, TRAJECTORY_FILE), keepBytes);
    return runFolder(path, runId, { writer, discard: async () => writer.close() });
  } catch (error) {
    throw new UsageError(`${path}: cannot be written (${messageOf(error)})`, { cause: error });
  }
}

function runFolder(
  path: string,
  runId: string,
  rest: Pick<RunFolder, 'writer' | 'discard'>,
): RunFolder {
  const patchFile = join(path, 'patch.diff');
  return {
    path,
    trajectoryFile: join(path, TRAJECTORY_FILE),
    patchFile,
    ...rest,
    async writePatch(patch) {
      try {
        await writeFile(patchFile, patch);
        return patchFile;
      } catch {
        const spare = join(tmpdir(), `patchwright-${runId}.diff`);
        await writeFile(spare, patch);
        return spare;
      }
    },
  };
}
