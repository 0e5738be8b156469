import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { RunPlace } from './runner.ts';

interface Installed {
  /** Folder of this process in the scratch folder; its name cannot be guessed from inside. */
  readonly name: string;
  readonly pythonPath: string;
  runs: number;
}

const installed = new WeakMap<Workspace, Promise<Installed>>();

/** A place for one run, outside the repository. The hooks are written once for each workspace. */
export async function newPlace(workspace: Workspace): Promise<RunPlace> {
  let known = installed.get(workspace);
  if (!known) {
    known = install(workspace);
    installed.set(workspace, known);
    known.catch(() => installed.delete(workspace));
  }
  const { name, pythonPath } = await known;
  const run = (await known).runs++;
  await mkdir(join(workspace.hostScratch, name, `run-${run}`), { recursive: true });
  const base = `${workspace.scratchRoot}/${name}`;
  return {
    root: workspace.root,
    hooks: `${base}/hooks`,
    reports: `${base}/run-${run}`,
    cache: `${base}/cache`,
    pythonPath,
  };
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

/** Reads and removes what a run left in its report folder; anything but a plain file of sane size is left out. */
export async function collectReports(
  workspace: Workspace,
  place: RunPlace,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const folder = join(workspace.hostScratch, place.reports.slice(workspace.scratchRoot.length));
  const inside = await realpath(workspace.hostScratch);
  if (!(await realpath(folder)).startsWith(`${inside}/`)) return files;
  for (const name of await readdir(folder)) {
    try {
      const content = await workspace.readFile(`${place.reports}/${name}`);
      files.set(name, content.toString('utf8'));
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
    }
  }
  await rm(folder, { recursive: true, force: true });
  return files;
}
