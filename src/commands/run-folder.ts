import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import { TrajectoryWriter } from '../trajectory/writer.ts';
import type { Host } from './host.ts';

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
  const state = host.env.XDG_STATE_HOME || join(host.home, '.local', 'state');
  return join(state, 'patchwright', 'runs', runId);
}

/** @throws {UsageError} when the folder holds a run already or cannot be made */
export async function openRunFolder(path: string, runId: string): Promise<RunFolder> {
  const trajectoryFile = join(path, 'trajectory.jsonl');
  const patchFile = join(path, 'patch.diff');
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
  return {
    path,
    trajectoryFile,
    patchFile,
    writer,
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
    async discard() {
      writer.close();
      await rm(trajectoryFile, { force: true });
      if (!existed) await rmdir(path).catch(() => {});
    },
  };
}
