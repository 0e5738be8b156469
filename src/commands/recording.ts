import { constants } from 'node:buffer';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import type { TrajectoryEvent } from '../trajectory/event.ts';
import { importTrajectory } from '../trajectory/formats/import.ts';
import { type RecordedRun, recordedRun } from '../trajectory/formats/own-run.ts';
import { parseTrajectory, type ReadTrajectory } from '../trajectory/reader.ts';
import type { Host } from './host.ts';

export const TRAJECTORY_FILE = 'trajectory.jsonl';

/** Where runs without `--out` are kept: `$XDG_STATE_HOME/patchwright/runs`. */
export function runsFolder(host: Pick<Host, 'env' | 'home'>): string {
  const state = host.env.XDG_STATE_HOME || join(host.home, '.local', 'state');
  return join(state, 'patchwright', 'runs');
}

/**
 * Finds a trajectory: a file, the folder of a run, or the id of a run without `--out`.
 *
 * @throws {UsageError} when there is none
 */
export function findTrajectory(named: string, host: Host): string {
  const path = resolve(host.cwd, named);
  const byId = join(runsFolder(host), named, TRAJECTORY_FILE);
  for (const candidate of [path, join(path, TRAJECTORY_FILE), byId]) {
    if (existsSync(candidate) && statSync(candidate).isFile()) return candidate;
  }
  throw new UsageError(
    `${named}: no trajectory there; give a trajectory file, the folder of a run (with ${TRAJECTORY_FILE}), or the id of a run in ${runsFolder(host)}`,
  );
}

export interface Recording {
  readonly file: string;
  readonly events: readonly TrajectoryEvent[];
  readonly run: RecordedRun;
  /** Set when the file is damaged: the events before the damage are there. */
  readonly problem?: string | undefined;
}

/**
 * Reads a trajectory of ours, or of another agent.
 *
 * @throws {UsageError} when there is none, or none that can be read
 */
export async function readRecording(named: string, host: Host): Promise<Recording> {
  const file = findTrajectory(named, host);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new UsageError(`${named}: cannot be read (${messageOf(error)})`, { cause: error });
  });
  if (!file.endsWith('.jsonl')) {
    if (bytes.length > constants.MAX_STRING_LENGTH) {
      throw new UsageError(`${named}: has more characters than can be read at once`);
    }
    const importedAt = statSync(file).mtime.toISOString();
    const events = importTrajectory(bytes.toString('utf8'), { name: named, importedAt });
    return { file, events, run: recordedRun(events) };
  }
  const { events, problem }: ReadTrajectory = parseTrajectory(bytes);
  if (events[0]?.type !== 'header') {
    const why = problem ?? (bytes.length === 0 ? 'it is empty' : 'the first event is no header');
    throw new UsageError(`${named}: no run in it; ${why}`);
  }
  return { file, events, run: recordedRun(events), problem };
}
