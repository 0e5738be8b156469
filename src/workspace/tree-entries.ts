import { lstatSync, type Stats } from 'node:fs';
import { lstat, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Asks what git would find at paths of a working tree.
 *
 * @param root host folder
 * @returns whether a path is a file or link that is not reached through a link; true also when it cannot be seen
 */
export function presence(root: string): (path: string) => boolean {
  const folders = new Map<string, boolean>();
  const look = (path: string, isWanted: (info: Stats) => boolean): boolean => {
    try {
      const info = lstatSync(join(root, path), { throwIfNoEntry: false });
      return info !== undefined && isWanted(info);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EACCES';
    }
  };
  const isFolder = (path: string): boolean => {
    if (path === '.') return true;
    const known = folders.get(path);
    if (known !== undefined) return known;
    const is = isFolder(dirname(path)) && look(path, (info) => info.isDirectory());
    folders.set(path, is);
    return is;
  };
  return (path) =>
    isFolder(dirname(path)) && look(path, (info) => info.isFile() || info.isSymbolicLink());
}

/** Removes what lies at a path. A link in the place of a folder is removed itself; what it leads to is not touched. */
export async function removeEntry(root: string, path: string): Promise<void> {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length += 1) {
    const at = join(root, ...parts.slice(0, length));
    const info = await lstat(at).catch(() => null);
    if (!info) return;
    if (length < parts.length && info.isDirectory()) continue;
    await rm(at, { recursive: true, force: true });
    return;
  }
}
