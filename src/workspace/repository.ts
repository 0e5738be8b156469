import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import { checkOutBase, type StartingTree } from './base-tree.ts';
import { cloneSource, isGitUrl, nameOfUrl } from './clone.ts';
import { copyTree } from './copy-tree.ts';
import { git, ownGit } from './git.ts';
import { installHistory, packHistory } from './history.ts';
import { excludePatterns } from './own-git.ts';
import { commitFolder, isPlainFolder } from './plain-folder.ts';
import { looksPrivate } from './private-files.ts';
import { removeTree } from './scratch.ts';
import { type ChangedFile, Snapshots } from './snapshot.ts';
import { readSource, type Source } from './source.ts';

export { applyPatch, checkBranchName, commitPatch } from './delivery.ts';
export type { ChangedFile } from './snapshot.ts';

export interface CopyOptions {
  /** A folder inside of a repository, or a git URL. */
  readonly source: string;
  /** Commit to start from; default: the working tree as it is, uncommitted changes included. */
  readonly base?: string | undefined;
  /** With a base: the files are those of the working tree all the same; only the history ends at the base. */
  readonly keepWorkingTree?: boolean | undefined;
  /** A local source that is not the top of a repository is taken as a folder of its own: its content is the base. */
  readonly allowPlainFolder?: boolean | undefined;
  /** Folder outside the repository that the copy may fill; made when missing. */
  readonly dir: string;
  readonly signal?: AbortSignal | undefined;
  /** Told to a person: what was left out, and how a download goes on. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/** The agent's own copy of a repository. */
export interface RepositoryCopy {
  /** Host folder of the copy. */
  readonly hostRoot: string;
  /** Path the copy should be seen at: the original's own, so that absolute paths in it hold. */
  readonly root: string;
  /** What the user named. */
  readonly source: string;
  readonly baseCommit: string;
  /** Tree id of the starting tree: tracked and untracked files, ignored ones not. */
  readonly baseTree: string;
  /** The starting tree is not the base commit's tree. */
  readonly dirty: boolean;
  /**
   * The patch so far against the starting tree. Text files in UTF-8 are text; any other file is a binary hunk, so that
   * the string carries every byte.
   */
  patch(): Promise<string>;
  changedFiles(): Promise<ChangedFile[]>;
  /** Fills an empty folder with the starting tree or the tree as it is now, ignored files and history included. */
  materialise(dir: string, tree: 'base' | 'current'): Promise<void>;
  /** Takes what is in the copy and in no tree by now, the droppings of an installation, for ignored. */
  leaveOutUntracked(): Promise<void>;
  /** Removes the copy. */
  close(): Promise<void>;
}

/** Copying is work for processor and disk: with all copies of a batch begun at once, the first run would begin last. */
const fewAtOnce = pLimit(availableParallelism());

/**
 * Makes the agent's own copy of a repository. The source is only read, and nothing that its configuration names is
 * run. The copy's history ends at the base commit: it holds no later commit, no tag, no remote, no reflog.
 *
 * @throws {UsageError} when there is nothing to start from
 */
export async function copyRepository(options: CopyOptions): Promise<RepositoryCopy> {
  await mkdir(options.dir, { recursive: true });
  const opened = await openSource(options);
  return fewAtOnce(() => copyOpened(opened, options));
}

async function copyOpened(
  { path, made, ...named }: OpenedSource,
  options: CopyOptions,
): Promise<RepositoryCopy> {
  const { dir, signal, onNote } = options;
  signal?.throwIfAborted();
  const source = await readSource(path, made ? 'HEAD' : options.base, signal);
  const name = named.name ?? nameOfFolder(source);
  const hostRoot = join(dir, 'copy', name);
  const gitDir = join(hostRoot, '.git');
  const shadow = join(dir, 'shadow.git');
  await mkdir(hostRoot, { recursive: true });

  const packing = packHistory(source, shadow, { signal, onNote });
  const asItIs =
    source.topLevel !== null && (options.base === undefined || options.keepWorkingTree === true);
  const filling = asItIs
    ? copyWorkingTree(source, hostRoot, options)
    : packing.then(() => checkOutBase({ source, gitDir: shadow, hostRoot, signal }));
  const [history, { paths, foreign, dependencies }] = await both(packing, filling);
  if (foreign.length > 0) {
    onNote?.(
      `repositories inside of this one: changes in them are not part of the patch: ${enumerate(foreign)}`,
    );
  }
  const exclude = source.exclude + excludePatterns([...foreign, ...dependencies]);
  await writeFile(join(shadow, 'info', 'exclude'), exclude);
  const snapshots = new Snapshots(shadow, hostRoot);
  const [baseTree] = await both(
    snapshots.start(paths),
    installHistory(history, source, { from: shadow, to: gitDir, exclude }),
  );
  await snapshots.writeIndex(source.baseCommitTree, baseTree, join(gitDir, 'index'));
  const dirty =
    asItIs && baseTree !== source.baseCommitTree && (await isChanged(source, hostRoot, gitDir));
  if (made) await removeTree(path);
  return {
    hostRoot,
    root: canBeSeenAt(source.topLevel) ? source.topLevel : `/workspace/${name}`,
    source: options.source,
    baseCommit: source.baseCommit,
    baseTree,
    dirty,
    patch: () => snapshots.patch(baseTree),
    changedFiles: () => snapshots.changedFiles(baseTree),
    async materialise(target, tree) {
      await mkdir(target, { recursive: true });
      await copyTree({ from: hostRoot, to: target, leaveOut: () => false });
      if (tree === 'base') await snapshots.restore(baseTree, target);
    },
    async leaveOutUntracked() {
      const patterns = excludePatterns(await snapshots.untracked());
      for (const folder of [shadow, gitDir]) {
        await appendFile(join(folder, 'info', 'exclude'), patterns);
      }
    },
    close: () => removeTree(dir),
  };
}

interface OpenedSource {
  /** Of a repository on this machine. */
  readonly path: string;
  /** The repository was made for this copy, with HEAD at the base. */
  readonly made: boolean;
  /** Of the repository, where its path does not tell. */
  readonly name?: string;
}

async function openSource(options: CopyOptions): Promise<OpenedSource> {
  const { source, dir, allowPlainFolder, signal } = options;
  if (isGitUrl(source)) {
    const path = await cloneSource(options, join(dir, 'clone.git'));
    return { path, made: true, name: nameOfUrl(source) };
  }
  const plain = allowPlainFolder && (await isPlainFolder(source));
  if (!plain) return { path: source, made: false };
  const path = await commitFolder(source, join(dir, 'folder.git'), signal);
  return { path, made: true, name: basename(source) };
}

/** Like `Promise.all`, but when one fails, it waits for the other: nothing goes on writing after a failure. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

function nameOfFolder(source: Source): string {
  const name = basename(source.topLevel ?? source.gitDir).replace(/\.git$/, '');
  return name === '' || name === '.git' ? 'repository' : name;
}

/** A mount there would hide the system. */
function canBeSeenAt(path: string | null): path is string {
  if (path === null || path === '/') return false;
  return !/^\/(bin|boot|dev|etc|lib\w*|nix|opt|proc|run|sbin|sys|tmp|usr|var)$/.test(path);
}

/** Trees also differ where git converts line endings; this asks as the user's own git would. */
async function isChanged(source: Source, hostRoot: string, gitDir: string): Promise<boolean> {
  const status = await git(['status', '--porcelain', '-z', '--ignore-submodules=all'], {
    cwd: hostRoot,
    env: ownGit(gitDir, hostRoot),
    config: ['core.attributesFile=/dev/null', ...source.lineEndings],
  });
  return status !== '';
}

/** Copies the working tree as it is, changes, untracked and ignored files included. */
async function copyWorkingTree(
  source: Source,
  hostRoot: string,
  { signal, onNote }: CopyOptions,
): Promise<StartingTree> {
  const left: string[] = [];
  const foreign = source.untracked
    .filter((path) => path.endsWith('/'))
    .map((path) => path.slice(0, -1));
  const { files, skipped } = await copyTree({
    from: source.topLevel ?? '',
    to: hostRoot,
    signal,
    leaveOut({ path, name, isDirectory }) {
      if (name === '.git') return true;
      if (source.tracked.has(path)) {
        if (isDirectory && !source.untracked.some((other) => other.startsWith(`${path}/`))) {
          foreign.push(path);
        }
        return false;
      }
      if (!looksPrivate(path, isDirectory)) return false;
      left.push(path);
      return true;
    },
  });
  if (left.length > 0) {
    onNote?.(`left out of the agent's copy, because they may hold secrets: ${enumerate(left)}`);
  }
  if (skipped.length > 0) {
    onNote?.(`not copied, because they cannot be read: ${enumerate(skipped)}`);
  }
  if (source.sparse) {
    onNote?.('the checkout is sparse: the agent sees the files that are checked out');
  }
  const paths = [...source.tracked, ...source.untracked].filter((path) => files.has(path));
  return { paths, foreign, dependencies: [] };
}

function enumerate(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(', ');
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown;
}
