import {
  constants,
  copyFileSync,
  type Dirent,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long the copy keeps the process to itself before it lets it do something else. */
const SLICE_MS = 20;

export interface CopyEntry {
  /** Relative to the copied folder, `/` between; bytes that are not UTF-8 are replaced. */
  readonly path: string;
  readonly name: string;
  readonly isDirectory: boolean;
}

export interface CopyTreeOptions {
  readonly from: string;
  /** Must exist. */
  readonly to: string;
  /** Folders may exist already, and what lies in them is kept. */
  readonly merge?: boolean;
  /** Entries it answers true for are left out, a folder with all it holds. */
  readonly leaveOut: (entry: CopyEntry) => boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface CopiedTree {
  /** Regular files and symbolic links that were copied. */
  readonly files: ReadonlySet<string>;
  /** What could not be read, and devices, pipes and sockets. */
  readonly skipped: readonly string[];
}

/**
 * Copies a folder with mode bits, times and symbolic links as they are; blocks are shared where the file system can.
 * A file that changes or vanishes meanwhile does not fail the copy.
 */
export async function copyTree(options: CopyTreeOptions): Promise<CopiedTree> {
  const files = new Set<string>();
  const skipped: string[] = [];
  const folders: { from: Buffer; to: Buffer; path: string }[] = [
    { from: Buffer.from(options.from), to: Buffer.from(options.to), path: '' },
  ];
  let sliceStart = performance.now();
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    for (const entry of list(folder.from, () => skipped.push(`${folder?.path ?? ''}/`))) {
      if (performance.now() - sliceStart > SLICE_MS) {
        await nextTurn();
        options.signal?.throwIfAborted();
        sliceStart = performance.now();
      }
      const name = entry.name.toString('utf8');
      const path = folder.path === '' ? name : `${folder.path}/${name}`;
      const isDirectory = entry.isDirectory();
      if (options.leaveOut({ path, name, isDirectory })) continue;
      const from = join(folder.from, entry.name);
      const to = join(folder.to, entry.name);
      try {
        if (isDirectory) {
          makeFolder(to, (lstatSync(from).mode & 0o777) | 0o700, options.merge ?? false);
          folders.push({ from, to, path });
        } else if (copyEntry(entry, from, to)) files.add(path);
        else skipped.push(path);
      } catch {
        skipped.push(path);
      }
    }
  }
  return { files, skipped };
}

function makeFolder(path: Buffer, mode: number, mayExist: boolean): void {
  try {
    mkdirSync(path, mode);
  } catch (error) {
    if (!mayExist || (error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!lstatSync(path).isDirectory()) throw error;
  }
}

/** @returns false for what is neither a file nor a link */
function copyEntry(entry: Dirent<Buffer>, from: Buffer, to: Buffer): boolean {
  const info = lstatSync(from);
  if (entry.isSymbolicLink()) {
    symlinkSync(readlinkSync(from, { encoding: 'buffer' }), to);
    lutimesSync(to, info.atime, info.mtime);
    return true;
  }
  if (!info.isFile()) return false;
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  utimesSync(to, info.atime, info.mtime);
  return true;
}

function list(folder: Buffer, onUnreadable: () => void): Dirent<Buffer>[] {
  try {
    return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' }) as Dirent<Buffer>[];
  } catch {
    onUnreadable();
    return [];
  }
}

const SLASH = Buffer.from('/');

function join(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, SLASH, name]);
}
