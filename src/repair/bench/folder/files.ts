import { constants } from 'node:fs';
import { copyFile, mkdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeEntry } from '../../../workspace/tree-entries.ts';
import { leadsInside } from './list.ts';

/** Where files lie on this machine, by their path in a repository. */
export type Files = ReadonlyMap<string, string>;

/** Copies files, and links that stay inside of it, into an empty folder. */
export async function copyInto(folder: string, files: Files, links: Files): Promise<void> {
  for (const [path, from] of files) await copyTo(join(folder, path), from);
  for (const [path, from] of links) {
    const target = await readlink(from);
    if (!leadsInside(path, target)) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await symlink(target, join(folder, path));
  }
}

/** Copies files over what stands in a folder, a link or a folder in their way included. */
export async function layOver(folder: string, files: Files): Promise<void> {
  for (const [path, from] of files) {
    await removeEntry(folder, path);
    await copyTo(join(folder, path), from);
  }
}

async function copyTo(to: string, from: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
}
