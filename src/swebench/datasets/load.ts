import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { Instance } from '../instance.ts';
import { COLUMNS, instanceOf } from './formats.ts';
import { fetchSplit, type HubOptions } from './hub.ts';
import { parseHubId, resolveAlias, SHORT_NAMES } from './names.ts';
import { readParquet } from './parquet.ts';
import { arrange, isWanted, type Selection } from './selection.ts';
import { filesOfSplit } from './split-files.ts';
import { readTaskFolders } from './task-folder.ts';
import { isTaskRepository, readTaskRepository } from './task-repository.ts';
import { readJson, readJsonLines } from './text-files.ts';

export interface LoadOptions {
  /** Relative paths are read from here. */
  readonly cwd: string;
  /** Of datasets that have several; default `test`. */
  readonly split?: string | undefined;
  readonly selection?: Selection;
  readonly hub: HubOptions;
}

/**
 * Reads a dataset in any of its forms: a short name, an id on Hugging Face, a `.parquet`, `.json` or `.jsonl` file, a
 * folder of such files, a task repository, a plain task or a folder of them.
 *
 * @throws {UsageError} naming file, row and field, or what else is wrong
 */
export async function loadDataset(name: string, options: LoadOptions): Promise<Instance[]> {
  const { selection = {} } = options;
  const instances: Instance[] = [];
  for await (const instance of instancesOf(name, options)) {
    if (isWanted(instance, selection)) instances.push(instance);
  }
  return arrange(instances, selection, name);
}

async function* instancesOf(name: string, options: LoadOptions): AsyncGenerator<Instance> {
  const { cwd, split = 'test', hub, selection } = options;
  const path = resolve(cwd, name);
  const full = resolveAlias(name);
  const there = full === name ? await stat(path).catch(() => null) : null;
  if (there?.isDirectory()) {
    yield* folderInstances(path, split, selection?.ids);
    return;
  }
  if (there) {
    yield* fileInstances(path);
    return;
  }
  const id = parseHubId(full);
  if (/\.(parquet|jsonl?|gz)$/.test(name) || !id) {
    throw new UsageError(
      `--dataset: there is no file or folder ${path}; give one, an id on Hugging Face (owner/name), or one of ${SHORT_NAMES.join(', ')}`,
    );
  }
  for (const file of await fetchSplit(id, split, hub)) yield* fileInstances(file);
}

async function* folderInstances(
  folder: string,
  split: string,
  ids: readonly string[] | undefined,
): AsyncGenerator<Instance> {
  if (isTaskRepository(folder)) {
    yield* await readTaskRepository(folder, split, ids);
    return;
  }
  const tasks = await readTaskFolders(folder);
  if (tasks.length > 0) {
    yield* tasks;
    return;
  }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  for (const file of filesOfSplit(files, split, folder)) yield* fileInstances(join(folder, file));
}

async function* fileInstances(path: string): AsyncGenerator<Instance> {
  let row = 0;
  for await (const value of rowsOf(path)) {
    row += 1;
    yield instanceOf(value, { source: path, row });
  }
}

async function* rowsOf(path: string): AsyncGenerator<unknown> {
  if (path.endsWith('.parquet')) yield* readParquet(path, COLUMNS);
  else if (path.endsWith('.jsonl')) yield* await readJsonLines(path);
  else {
    const value = await readJson(path);
    if (!Array.isArray(value)) throw new UsageError(`${path} has to hold a JSON list of rows`);
    yield* value;
  }
}
