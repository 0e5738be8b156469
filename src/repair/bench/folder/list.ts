import { readdirSync, readlinkSync } from 'node:fs';
import { join, posix } from 'node:path';
import { UsageError } from '../../../errors.ts';
import { looksPrivate } from '../../../workspace/private-files.ts';

const MOST_FILES = 50_000;
/** What version control and tools leave behind. */
const PASSED_OVER =
  /^(?:\.git|\.hg|\.svn|__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.tox|\.nox|\.nyc_output|coverage)$/;

/** What lies in a folder; all paths relative to it, with `/`. */
export interface Listing {
  /** Regular files. */
  readonly files: readonly string[];
  /** Symbolic links that stay inside of the folder. They are never followed. */
  readonly links: readonly string[];
  /** Folders of installed packages: `node_modules` and virtual environments. Not looked into. */
  readonly dependencies: readonly string[];
}

/**
 * Lists a folder without following links. Caches, version control and files that look like secrets are left out.
 *
 * @throws {UsageError} when it cannot be read, or holds too many files to be a folder of programs
 */
export function listFolder(root: string): Listing {
  const files: string[] = [];
  const links: string[] = [];
  const dependencies: string[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = readFolder(join(root, folder));
    if (folder !== '' && entries.some(({ name }) => name === 'pyvenv.cfg')) {
      dependencies.push(folder);
      continue;
    }
    for (const entry of entries) {
      const path = posix.join(folder, entry.name);
      if (PASSED_OVER.test(entry.name) || looksPrivate(path, entry.isDirectory())) continue;
      if (entry.isDirectory()) (entry.name === 'node_modules' ? dependencies : folders).push(path);
      else if (entry.isFile()) files.push(path);
      else if (entry.isSymbolicLink() && staysInside(root, path)) links.push(path);
    }
    if (files.length > MOST_FILES) {
      throw new UsageError(
        `${root} holds more than ${MOST_FILES} files; name a folder of programs with tests`,
      );
    }
  }
  return { files: files.sort(), links: links.sort(), dependencies: dependencies.sort() };
}

function readFolder(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}

function staysInside(root: string, path: string): boolean {
  return leadsInside(path, readlinkSync(join(root, path)));
}

/** @returns whether a link at a path, relative to a folder, leads to somewhere in that folder */
export function leadsInside(path: string, target: string): boolean {
  if (posix.isAbsolute(target)) return false;
  const end = posix.normalize(posix.join(posix.dirname(path), target));
  return end !== '..' && !end.startsWith('../');
}
