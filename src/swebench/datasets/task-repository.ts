import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { Asset, Instance } from '../instance.ts';
import { officialInstance } from './row.ts';
import { readJson, readText, readYaml } from './text-files.ts';

const TEXTS = {
  patch: 'gold.patch',
  test_patch: 'test.patch',
  eval_script: 'eval.sh',
  problem_statement: 'problem_statement.md',
} as const;

/** Whether a folder is a task repository of the official package. */
export function isTaskRepository(folder: string): boolean {
  return existsSync(join(folder, 'tasks')) && existsSync(join(folder, 'sweb.yaml'));
}

/**
 * The tasks of a task repository in one split; tasks that are named come from any split.
 *
 * @throws {UsageError} for a task that is not whole, an unknown id, or an empty split
 */
export async function readTaskRepository(
  folder: string,
  split: string,
  ids: readonly string[] | undefined,
): Promise<Instance[]> {
  const root = join(folder, 'tasks');
  const names = (await readdir(root)).filter((name) => existsSync(join(root, name, 'task.yaml')));
  const unknown = ids?.filter((id) => !names.includes(id)) ?? [];
  if (unknown.length > 0) throw new UsageError(`--ids: ${root} has no task ${unknown.join(', ')}`);
  const tasks: Instance[] = [];
  for (const name of ids ?? names.sort()) tasks.push(await readTask(join(root, name)));
  if (ids) return tasks;
  const wanted = tasks.filter((task) => task.split === split);
  if (wanted.length > 0) return wanted;
  const splits = [...new Set(tasks.map((task) => task.split ?? 'none'))].sort().join(', ');
  throw new UsageError(
    `--split: ${folder} has no tasks in ${JSON.stringify(split)}; it has ${splits}`,
  );
}

async function readTask(folder: string): Promise<Instance> {
  const file = join(folder, 'task.yaml');
  const metadata = (await readYaml(file)) as Record<string, unknown>;
  const texts = await Promise.all(
    Object.entries(TEXTS).map(async ([column, name]) => [
      column,
      await readText(join(folder, name)),
    ]),
  );
  const hints = join(folder, 'hints.md');
  const tests = (await readJson(join(folder, 'tests.json'))) as Record<string, unknown>;
  const row = {
    ...metadata,
    ...Object.fromEntries(texts),
    hints_text: existsSync(hints) ? await readText(hints) : '',
    ...tests,
  };
  const instance = officialInstance(row, { source: file, row: 1 });
  return { ...instance, assets: await withFiles(instance.assets, folder) };
}

/** Gives each declared asset the file that the repository keeps of it. */
async function withFiles(assets: readonly Asset[], folder: string): Promise<Asset[]> {
  const kept = new Map<string, string>();
  for (const name of ['assets', 'test_assets']) {
    const root = join(folder, name);
    if (!existsSync(root)) continue;
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      kept.set(relative(root, file).split(sep).join('/'), file);
    }
  }
  return assets.map((asset) => {
    const file = kept.get(asset.path);
    return file === undefined ? asset : { ...asset, file };
  });
}
