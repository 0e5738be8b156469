import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import { importTrajectory } from './formats/import.ts';
import { type RecordedRun, recordedRun } from './formats/own-run.ts';
import { parseTrajectory } from './reader.ts';
import { type RunSummary, summariseRun } from './run-summary.ts';

const SKIPPED = new Set(['node_modules', '.git']);
const MAX_DEPTH = 8;
const HEADER_BYTES = 256;
/** What a run's own trajectory is called in its folder. */
const OWN_NAME = 'trajectory.jsonl';

/** A file or folder that holds no run, or cannot be read, and why. */
export interface RunProblem {
  readonly file: string;
  readonly problem: string;
}

/**
 * Finds the trajectories under a folder: ours by their name or first line, other agents' by the ending `.traj` or
 * `.traj.json`. Links are not followed.
 *
 * @returns files, sorted, and what cannot be read
 */
export async function findTrajectories(
  folder: string,
): Promise<{ files: string[]; problems: RunProblem[] }> {
  const files: string[] = [];
  const problems: RunProblem[] = [];
  const walk = async (place: string, depth: number): Promise<void> => {
    const entries = await readdir(place, { withFileTypes: true }).catch((error: unknown) => {
      problems.push({ file: place, problem: messageOf(error) });
      return [];
    });
    for (const entry of entries) {
      const path = join(place, entry.name);
      if (entry.isDirectory() && depth < MAX_DEPTH && !SKIPPED.has(entry.name)) {
        await walk(path, depth + 1);
      } else if (entry.isFile() && (await isTrajectory(path))) files.push(path);
    }
  };
  await walk(folder, 0);
  return { files: files.sort(), problems };
}

/** A file that cannot be read counts by its name: reading it says why. */
async function isTrajectory(path: string): Promise<boolean> {
  if (/\.traj(\.json)?$/.test(path) || basename(path) === OWN_NAME) return true;
  if (!path.endsWith('.jsonl')) return false;
  const file = await open(path).catch(() => null);
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return /^\{.*"type"\s*:\s*"header"/.test(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await file.close();
  }
}

/** A name for a run by its file: that of its folder, where the file is called as every run's is. */
export function runName(file: string): string {
  const name = basename(file);
  if (name === OWN_NAME) return basename(dirname(file));
  return name.replace(/(\.traj)?\.(jsonl|json|traj)$/, '');
}

/**
 * Reads one trajectory, whichever format it is in, whole or damaged.
 *
 * @throws {UsageError} when there is no run in it
 */
export async function readRun(file: string): Promise<RecordedRun> {
  const bytes = await readFile(file);
  if (file.endsWith('.jsonl')) {
    const { events, problem } = parseTrajectory(bytes);
    if (events.length === 0) throw new UsageError(problem ?? 'the file is empty');
    return recordedRun(events);
  }
  const importedAt = (await stat(file)).mtime.toISOString();
  return recordedRun(importTrajectory(bytes.toString('utf8'), { name: file, importedAt }));
}

/** A run with what it sums up to. */
export interface ListedRun {
  readonly file: string;
  readonly summary: RunSummary;
}

/** Runs that were summed up before, by file, with the state of the file then. */
export type KnownRuns = Map<string, { readonly stamp: string; readonly run: ListedRun }>;

/**
 * Sums up every run under a folder.
 *
 * @param known runs of earlier calls; a file that has not changed is not read again
 * @returns the runs, and the files that hold none, with the reason
 */
export async function listRuns(
  folder: string,
  known: KnownRuns = new Map(),
): Promise<{ runs: ListedRun[]; problems: RunProblem[] }> {
  const runs: ListedRun[] = [];
  const { files, problems } = await findTrajectories(folder);
  for (const file of files) {
    try {
      const { size, mtimeMs } = await stat(file);
      const stamp = `${size} ${mtimeMs}`;
      const before = known.get(file);
      if (before?.stamp === stamp) {
        runs.push(before.run);
        continue;
      }
      const run = await readRun(file);
      const resolved = await readVerdict(dirname(file), run.header.task.id);
      const listed = { file, summary: summariseRun(run, resolved) };
      known.set(file, { stamp, run: listed });
      runs.push(listed);
    } catch (error) {
      problems.push({ file, problem: messageOf(error) });
    }
  }
  return { runs, problems };
}

/** Reads the verdict of an evaluation beside a run: `report.json`, as the SWE-bench harness writes it. */
async function readVerdict(folder: string, taskId: string): Promise<boolean | null> {
  const text = await readFile(join(folder, 'report.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const report = JSON.parse(text) as Record<string, unknown>;
    const own = (report[taskId] ?? report) as { resolved?: unknown };
    return typeof own.resolved === 'boolean' ? own.resolved : null;
  } catch {
    return null;
  }
}
