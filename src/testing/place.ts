import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';
import { copyTree } from '../workspace/copy-tree.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { RunPlace } from './runner.ts';

/** Its time stamp is the start of the run. */
const MARKER = '.started';

interface Installed {
  /** Folder of this process in the scratch folder; its name cannot be guessed from inside. */
  readonly name: string;
  readonly pythonPath: string;
  runs: number;
}

const installed = new WeakMap<Workspace, Promise<Installed>>();

/**
 * A place for one run, outside the repository. The hooks are written once for each workspace.
 *
 * @param fresh results kept by the runner itself do not count
 */
export async function newPlace(workspace: Workspace, fresh: boolean): Promise<RunPlace> {
  const known = await placeOf(workspace);
  const { name, pythonPath } = known;
  const run = known.runs++;
  const folder = join(workspace.hostScratch, name, `run-${run}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, MARKER), '', { flag: 'wx' });
  const base = `${workspace.scratchRoot}/${name}`;
  return {
    root: workspace.root,
    hooks: `${base}/hooks`,
    reports: `${base}/run-${run}`,
    cache: `${base}/cache`,
    pythonPath,
    isolated: workspace.kind !== 'local',
    fresh,
  };
}

/**
 * Gives a copy of a workspace what the runners of the other have cached so far, so that it does not build everything
 * anew.
 */
export async function inheritCache(from: Workspace, to: Workspace): Promise<void> {
  const known = await installed.get(from);
  if (!known) return;
  const cache = join(await realpath(from.hostScratch), known.name, 'cache');
  // Commands can put a link in its place.
  if ((await realpath(cache).catch(() => '')) !== cache) return;
  const { name } = await placeOf(to);
  const target = join(to.hostScratch, name, 'cache');
  await copyTree({ from: cache, to: target, merge: true, leaveOut: () => false });
}

async function placeOf(workspace: Workspace): Promise<Installed> {
  let known = installed.get(workspace);
  if (!known) {
    known = install(workspace);
    installed.set(workspace, known);
    known.catch(() => installed.delete(workspace));
  }
  return known;
}

async function install(workspace: Workspace): Promise<Installed> {
  const name = `tests-${randomBytes(6).toString('hex')}`;
  const source = join(packageRoot, 'src/testing/hooks');
  for (const file of readdirSync(source)) {
    if (!/\.(?:py|cjs|rb)$/.test(file)) continue;
    const target = `${workspace.scratchRoot}/${name}/hooks/${file}`;
    await workspace.writeFile(target, readFileSync(join(source, file)));
  }
  await mkdir(join(workspace.hostScratch, name, 'cache'), { recursive: true });
  const printed = await workspace.exec(['printenv', 'PYTHONPATH'], { timeoutMs: 10_000 });
  return { name, pythonPath: printed.exitCode === 0 ? printed.stdout.trim() : '', runs: 0 };
}

/**
 * Reads and removes what a run left in its report folder, and reads what it left in the repository; anything but a
 * plain file of sane size is left out.
 *
 * @param find patterns for `find -path`; only files that this run wrote are taken
 */
export async function collectReports(
  workspace: Workspace,
  place: RunPlace,
  find: readonly string[] = [],
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const path of await findReports(workspace, place, find)) {
    await readInto(files, workspace, path, path);
  }
  const folder = join(workspace.hostScratch, place.reports.slice(workspace.scratchRoot.length));
  const inside = await realpath(workspace.hostScratch);
  if (!(await realpath(folder)).startsWith(`${inside}/`)) return files;
  for (const name of await readdir(folder)) {
    if (name !== MARKER) await readInto(files, workspace, name, `${place.reports}/${name}`);
  }
  await rm(folder, { recursive: true, force: true });
  return files;
}

async function readInto(
  files: Map<string, string>,
  workspace: Workspace,
  name: string,
  path: string,
): Promise<void> {
  try {
    files.set(name, (await workspace.readFile(path)).toString('utf8'));
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
  }
}

async function findReports(
  workspace: Workspace,
  place: RunPlace,
  find: readonly string[],
): Promise<string[]> {
  if (find.length === 0) return [];
  const patterns = find.flatMap((pattern, index) => [
    ...(index > 0 ? ['-o'] : []),
    '-path',
    pattern,
  ]);
  const since = ['-newer', `${place.reports}/${MARKER}`];
  const argv = ['find', '.', '(', ...patterns, ')', '-type', 'f', ...since, '-print0'];
  const found = await workspace.exec(argv, { timeoutMs: 30_000, maxBytes: 4 * 1024 * 1024 });
  return found.stdout.split('\0').filter((path) => path !== '');
}
