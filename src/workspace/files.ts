import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  type Stats,
  statSync,
} from 'node:fs';
import { mkdir, open, realpath, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { messageOf, ToolError } from '../errors.ts';
import type { FileStat, Workspace } from './workspace.ts';

/** Larger files are refused: they would not fit into an observation or an edit anyway. */
const MAX_FILE = 64 * 1024 * 1024;
const MAX_LINKS = 40;

/** A folder that commands see at `seenAs` and the host at `host`. */
export interface Place {
  readonly seenAs: string;
  readonly host: string;
  /** Files in it are read, never written or removed. */
  readonly readOnly?: boolean;
}

export type FileOperations = Pick<Workspace, 'readFile' | 'writeFile' | 'removeFile' | 'stat'>;

/**
 * File operations within some folders of the host. A path is relative to the first place, or absolute inside one of
 * them as commands see it. Links are followed as long as they stay inside; devices, pipes and sockets are never opened.
 * What is quick on any disk is done at once: handing it to another thread costs many times what it takes.
 */
export function fileOperations(places: readonly [Place, ...Place[]]): FileOperations {
  const locate = (path: string) => resolveInside(places, path);
  return {
    async readFile(path) {
      const target = await locate(path);
      const file = openToRead(target, path);
      try {
        const info = fstatSync(file);
        refuseUnlessFile(info, path);
        if (info.size > MAX_FILE) {
          throw new ToolError(
            `${path} has ${Math.round(info.size / 2 ** 20)} MB, more than the ${MAX_FILE / 2 ** 20} MB that can be read at once. Look at a part of it with a command such as head, tail, sed -n or grep.`,
          );
        }
        return readFileSync(file);
      } finally {
        closeSync(file);
      }
    },

    async writeFile(path, content) {
      const target = await locate(path);
      await refuseReadOnly(places, target, path);
      try {
        const old = existing(target);
        if (old) refuseUnlessFile(old, path);
        await mkdir(dirname(target), { recursive: true });
        await replaceFile(target, content, old);
      } catch (error) {
        throw explain(error, path);
      }
    },

    async removeFile(path) {
      const { parent, name } = await locateEntry(places, path);
      await refuseReadOnly(places, parent, path);
      try {
        const target = join(parent, name);
        const info = existing(target);
        if (!info) return;
        if (info.isDirectory()) {
          throw new ToolError(`${path} is a folder; only files are removed here.`);
        }
        await unlink(target);
      } catch (error) {
        throw explain(error, path);
      }
    },

    async stat(path) {
      const target = await locate(path);
      try {
        const info = statSync(target, { throwIfNoEntry: false });
        return info ? describe(info) : null;
      } catch (error) {
        if (isMissing(error)) return null;
        throw explain(error, path);
      }
    },
  };
}

/** A crash in the middle leaves the old file or the new one, never half of one; the mode bits stay. */
async function replaceFile(target: string, content: Uint8Array, old: Stats | null): Promise<void> {
  const temporary = join(
    dirname(target),
    `.${basename(target).slice(0, 100)}.${randomBytes(6).toString('hex')}~`,
  );
  try {
    const handle = await open(temporary, 'wx', 0o666);
    try {
      await handle.writeFile(content);
      if (old) await handle.chmod(old.mode & 0o7777);
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

const knownRoots = new WeakMap<readonly Place[], Promise<readonly string[]>>();

/** Real paths of the places' own folders: as they were at first, whatever is put in their place later. */
function rootsOf(places: readonly Place[]): Promise<readonly string[]> {
  const known = knownRoots.get(places);
  if (known) return known;
  const roots = Promise.all(places.map(({ host }) => realpath(host)));
  knownRoots.set(places, roots);
  roots.catch(() => knownRoots.delete(places));
  return roots;
}

/**
 * @returns the real host path of `path`; what does not exist yet is allowed at its end
 * @throws {ToolError} when it leads out of every place
 */
async function resolveInside(places: readonly Place[], path: string): Promise<string> {
  const { host, place } = lookUp(places, path);
  const roots = await rootsOf(places);
  let pending = relative(place.host, host).split(sep).filter(Boolean);
  let at = roots[places.indexOf(place)] ?? place.host;
  let links = 0;
  while (pending.length > 0) {
    const [name = '', ...rest] = pending;
    pending = rest;
    const next = name === '..' ? dirname(at) : join(at, name);
    const info = look(next, path);
    if (!info?.isSymbolicLink()) {
      at = next;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS)
      throw new ToolError(`${path} is a link that goes round in a circle. Name a file itself.`);
    const target = readlinkSync(next);
    if (isAbsolute(target)) {
      const inside = placeOf(places, target);
      if (!inside) throw outside(path);
      at = roots[places.indexOf(inside)] ?? inside.host;
      pending = [
        ...relative(inside.seenAs, resolve(target)).split(sep).filter(Boolean),
        ...pending,
      ];
    } else {
      pending = [...target.split('/').filter((part) => part !== '' && part !== '.'), ...pending];
    }
  }
  if (!roots.some((root) => isWithin(root, at))) throw outside(path);
  return at;
}

async function refuseReadOnly(
  places: readonly Place[],
  target: string,
  path: string,
): Promise<void> {
  const roots = await rootsOf(places);
  const isReadOnly = places.some(
    (place, index) => place.readOnly && isWithin(roots[index] ?? place.host, target),
  );
  if (!isReadOnly) return;
  throw new ToolError(`${path} lies in a folder that can only be read. Put the file elsewhere.`);
}

/** Like `resolveInside`, without following the last part itself. */
async function locateEntry(
  places: readonly Place[],
  path: string,
): Promise<{ parent: string; name: string }> {
  const { host } = lookUp(places, path);
  if (places.some((place) => resolve(place.host) === host)) {
    throw new ToolError(`${path} is the folder of the workspace itself; name a file in it.`);
  }
  const parent = await resolveInside(places, dirname(resolveSeen(places, path)));
  return { parent, name: basename(host) };
}

function resolveSeen(places: readonly Place[], path: string): string {
  const first = places[0];
  return isAbsolute(path) || !first ? resolve(path) : resolve(first.seenAs, path);
}

function lookUp(places: readonly Place[], path: string): { place: Place; host: string } {
  if (path.includes('\0')) throw new ToolError('The path holds a NUL character; leave it out.');
  const seen = resolveSeen(places, path);
  const place = placeOf(isAbsolute(path) ? places : places.slice(0, 1), seen);
  if (!place) throw outside(path);
  return { place, host: join(resolve(place.host), relative(place.seenAs, seen)) };
}

function placeOf(places: readonly Place[], seen: string): Place | undefined {
  return places.find((place) => isWithin(place.seenAs, resolve(seen)));
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function outside(path: string): ToolError {
  return new ToolError(
    `${path} leads out of the workspace. Use a path inside the repository, relative to its top folder.`,
  );
}

function openToRead(target: string, path: string): number {
  try {
    return openSync(target, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    throw explain(error, path);
  }
}

function look(target: string, path: string): Stats | null {
  try {
    return existing(target);
  } catch (error) {
    throw explain(error, path);
  }
}

function existing(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function describe(info: Stats): FileStat {
  const kind = info.isFile() ? 'file' : info.isDirectory() ? 'directory' : 'other';
  return { kind, size: info.size, mode: info.mode & 0o7777 };
}

function refuseUnlessFile(info: Stats, path: string): void {
  if (info.isFile()) return;
  if (info.isDirectory()) throw new ToolError(`${path} is a folder, not a file.`);
  throw new ToolError(`${path} is a device, pipe or socket, not a regular file. Name another one.`);
}

function explain(error: unknown, path: string): ToolError {
  if (error instanceof ToolError) return error;
  const cause = { cause: error };
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return new ToolError(`${path} does not exist. Search for the right path first.`, cause);
    case 'ENOTDIR':
    case 'EEXIST':
      return new ToolError(
        `${path} goes through a file as if it were a folder. Choose a path through folders.`,
        cause,
      );
    case 'EISDIR':
      return new ToolError(`${path} is a folder, not a file.`, cause);
    case 'ENXIO':
      return new ToolError(
        `${path} is a device, pipe or socket, not a regular file. Name another one.`,
        cause,
      );
    case 'EACCES':
    case 'EPERM':
      return new ToolError(
        `${path}: permission denied. Change its mode first, or leave it.`,
        cause,
      );
    case 'ENAMETOOLONG':
      return new ToolError('The path is too long for the file system; use a shorter one.', cause);
    case 'ENOSPC':
    case 'EDQUOT':
      return new ToolError(`${path} was not written: the disk is full.`, cause);
    default:
      return new ToolError(`${path}: ${messageOf(error)}`, cause);
  }
}
