import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyTree } from './copy-tree.ts';
import { git, ownGit } from './git.ts';
import { RAW_ATTRIBUTES } from './own-git.ts';
import { isDependency, looksPrivate } from './private-files.ts';
import type { Source } from './source.ts';

/** What the agent starts from. */
export interface StartingTree {
  /** Files and links that belong to the tree. */
  readonly paths: readonly string[];
  /** Repositories inside of it, which a patch cannot reach. */
  readonly foreign: readonly string[];
  /** Dependencies that lie beside it, whether or not it ignores them itself. */
  readonly dependencies: readonly string[];
}

export interface CheckOutOptions {
  readonly source: Source;
  /** A git directory of ours that holds the base commit. */
  readonly gitDir: string;
  /** Empty folder to fill. */
  readonly hostRoot: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fills a folder with exactly the base commit's tree, line endings as the user's own checkouts have them, and with the
 * ignored folders of the user's working tree that hold dependencies.
 */
export async function checkOutBase(options: CheckOutOptions): Promise<StartingTree> {
  const { source, gitDir, hostRoot, signal } = options;
  const index = join(gitDir, 'base-index');
  const attributes = join(gitDir, 'info', 'attributes');
  const run = (args: string[]) =>
    git(args, {
      cwd: hostRoot,
      env: { ...ownGit(gitDir, hostRoot), GIT_INDEX_FILE: index },
      config: ['core.attributesFile=/dev/null', ...source.lineEndings],
      signal,
    });
  try {
    await writeFile(attributes, '');
    await run(['read-tree', source.baseCommitTree]);
    const [listed] = await Promise.all([
      run(['ls-files', '-z', '--stage']),
      run(['checkout-index', '--all', '--force', '--quiet']),
    ]);
    const entries = listed.split('\0').filter(Boolean);
    const ofKind = (isSubmodule: boolean) =>
      entries
        .filter((entry) => entry.startsWith('160000 ') === isSubmodule)
        .map((entry) => entry.slice(entry.indexOf('\t') + 1));
    const paths = ofKind(false);
    const dependencies =
      source.topLevel === null ? [] : await copyDependencies(source, hostRoot, paths, signal);
    return { paths, foreign: ofKind(true), dependencies };
  } finally {
    await writeFile(attributes, RAW_ATTRIBUTES);
    await rm(index, { force: true });
  }
}

/**
 * Ignored is what git neither tracks nor lists as untracked; only folders of the base are looked into.
 * @returns what was copied, folders whole
 */
async function copyDependencies(
  source: Source,
  hostRoot: string,
  base: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const topLevel = source.topLevel ?? '';
  const inBase = withParents(base);
  const notIgnored = withParents([...source.tracked, ...source.untracked]);
  const dependencies: string[] = [];
  await copyTree({
    from: topLevel,
    to: hostRoot,
    merge: true,
    signal,
    leaveOut({ path, name, isDirectory }) {
      if (name === '.git') return true;
      if (dependencies.some((folder) => path.startsWith(`${folder}/`))) {
        return looksPrivate(path, isDirectory);
      }
      if (inBase.has(path)) return !isDirectory;
      if (notIgnored.has(path)) return true;
      const holds = (entry: string) => existsSync(join(topLevel, path, entry));
      if (!isDependency(path, isDirectory, holds)) return true;
      dependencies.push(path);
      return false;
    },
  });
  return dependencies;
}

/** The paths and all folders they lie in. */
function withParents(paths: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const path of paths) {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      found.add(path.slice(0, end));
    }
  }
  return found;
}
