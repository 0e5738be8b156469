import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import { readFolder } from '../repair/bench/folder/task.ts';
import { readRows } from '../repair/bench/rows/read-rows.ts';
import { taskOfRow } from '../repair/bench/rows/task.ts';
import type { BenchTask, Visible } from '../repair/bench/task.ts';

/**
 * Reads what is to be repaired: a file of rows, or a folder of programs with tests.
 *
 * @throws {UsageError} when there is nothing, before anything is written
 */
export async function readTasks(
  { rows, out }: { readonly rows: string; readonly out?: string },
  visible: Visible,
  cwd: string,
): Promise<BenchTask[]> {
  const path = resolve(cwd, rows);
  const unreadable = (error: unknown) =>
    new UsageError(`${path} cannot be read (${messageOf(error)})`, { cause: error });
  const info = await stat(path).catch((error: unknown) => {
    throw unreadable(error);
  });
  if (info.isDirectory()) {
    if (out !== undefined && `${resolve(cwd, out)}/`.startsWith(`${path}/`)) {
      throw new UsageError(`--out ${out} lies in ${path}, which is only read; name another folder`);
    }
    return readFolder(path, visible);
  }
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(error);
  });
  return (await readRows(text, basename(path))).map((row) => taskOfRow(row, visible));
}

/** Names of folders for ids, which may hold anything; no two are the same. */
export function folderNames(ids: readonly string[]): string[] {
  const taken = new Set<string>();
  return ids.map((id) => {
    const name =
      id
        .replace(/[^\w.-]+/g, '-')
        .replace(/^\.+/, '')
        .slice(0, 100) || 'task';
    let free = name;
    for (let count = 2; taken.has(free.toLowerCase()); count++) free = `${name}-${count}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

/** @throws {UsageError} when `--out` holds trajectories of these tasks: none is written over */
export function refuseUsed(out: string | undefined, names: readonly string[], cwd: string): void {
  const used = out !== undefined && names.find((name) => existsSync(resolve(cwd, out, name)));
  if (!used) return;
  throw new UsageError(`--out ${out} holds ${used} already; name a new folder`);
}
