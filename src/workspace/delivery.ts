import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import { git, ownGit } from './git.ts';
import { makeGitDir, RAW_ATTRIBUTES } from './own-git.ts';
import { openScratch } from './scratch.ts';

const APPLY = ['apply', '--binary', '--whitespace=nowarn'];
const NO_COMMIT = '0'.repeat(40);

/**
 * Applies a patch to the working tree of the user's repository, byte by byte: whole or not at all. The index stays.
 *
 * @param repoPath any folder inside of the repository
 * @throws {UsageError} when it does not fit the files as they are now
 */
export async function applyPatch(repoPath: string, patch: string): Promise<void> {
  if (patch === '') return;
  const cwd = await topLevelOf(repoPath);
  await withTemporaryFolder(async (folder) => {
    const gitDir = join(folder, 'git');
    await makeGitDir(gitDir, {
      commit: NO_COMMIT,
      head: NO_COMMIT,
      bare: false,
      attributes: RAW_ATTRIBUTES,
    });
    const env = ownGit(gitDir, cwd);
    await git([...APPLY, '-'], { cwd, env, input: patch }).catch((cause) => {
      throw new UsageError(
        `the patch does not fit the working tree any more (${firstError(cause)}); undo your changes to these files, then apply the patch file with git apply.`,
        { cause },
      );
    });
  });
}

/**
 * Says no to a branch that cannot be made, before any work is done.
 *
 * @throws {UsageError} when the name is not allowed or taken
 */
export async function checkBranchName(repoPath: string, name: string): Promise<void> {
  const cwd = await topLevelOf(repoPath);
  const said = await git(['check-ref-format', '--branch', name], { cwd }).catch(() => '');
  const isRefused = name.startsWith('-') || ['', '@', 'HEAD'].includes(name);
  if (isRefused || said.trim() !== name) {
    throw new UsageError(
      `--branch ${JSON.stringify(name)} is not a name git allows; use letters, digits, dots, dashes and slashes.`,
    );
  }
  const refs = await git(['for-each-ref', '--format=%(refname)', 'refs/heads/'], { cwd });
  const branches = refs
    .split('\n')
    .filter(Boolean)
    .map((ref) => ref.slice('refs/heads/'.length));
  if (branches.includes(name)) {
    throw new UsageError(`--branch ${name} exists already; choose another name.`);
  }
  const rival = branches.find(
    (other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`),
  );
  if (rival !== undefined) {
    throw new UsageError(
      `--branch ${name} cannot stand beside the branch ${rival}; choose another name.`,
    );
  }
}

export interface CommitOptions {
  /** Commit the patch is put on. */
  readonly base: string;
  readonly branch: string;
  readonly patch: string;
  readonly message: string;
}

/**
 * Makes a branch with one commit, the patch on its base. The working tree, the index and the branch that is checked out
 * stay as they are; no hook runs.
 *
 * @returns the commit's id
 * @throws {UsageError} when the branch cannot be made or the patch does not fit its base
 */
export async function commitPatch(repoPath: string, options: CommitOptions): Promise<string> {
  const { base, branch, patch, message } = options;
  await checkBranchName(repoPath, branch);
  const cwd = await topLevelOf(repoPath);
  return withTemporaryFolder(async (folder) => {
    const tree = await writeTree({ cwd, folder, base, patch }).catch((cause) => {
      throw new UsageError(
        `the patch does not fit the commit ${base} (${firstError(cause)}): it was made on top of uncommitted changes; use --apply, or commit them first.`,
        { cause },
      );
    });
    const args = ['commit-tree', tree, '-p', base];
    const commit = async (env: Record<string, string>) =>
      (await git(args, { cwd, env, input: message })).trim();
    const id = await commit({}).catch((error) => {
      if (!/identity|ident name|tell me who you are/i.test(messageOf(error))) throw error;
      return commit(FALLBACK_IDENTITY);
    });
    await git(['update-ref', `refs/heads/${branch}`, id, '0'.repeat(id.length)], { cwd });
    return id;
  });
}

const FALLBACK_IDENTITY = {
  GIT_AUTHOR_NAME: 'Patchwright',
  GIT_AUTHOR_EMAIL: 'patchwright@localhost',
  GIT_COMMITTER_NAME: 'Patchwright',
  GIT_COMMITTER_EMAIL: 'patchwright@localhost',
};

interface TreeOptions {
  readonly cwd: string;
  readonly folder: string;
  readonly base: string;
  readonly patch: string;
}

/** @returns the tree of the base with the patch applied */
async function writeTree({ cwd, folder, base, patch }: TreeOptions): Promise<string> {
  const env = { GIT_INDEX_FILE: join(folder, 'index') };
  await git(['read-tree', base], { cwd, env });
  await git([...APPLY, '--cached', '-'], { cwd, env, input: patch }).catch(() =>
    applyToCheckout({ cwd, folder, base, patch }, env),
  );
  return (await git(['write-tree'], { cwd, env })).trim();
}

/**
 * The patch holds files as they lie in the working tree. Where the repository stores them with other line endings, it
 * fits only after the conversion git itself makes.
 */
async function applyToCheckout(
  { cwd, folder, patch }: TreeOptions,
  env: { GIT_INDEX_FILE: string },
): Promise<void> {
  const tree = join(folder, 'tree');
  await mkdir(tree);
  const raw = join(folder, 'git');
  await makeGitDir(raw, {
    commit: NO_COMMIT,
    head: NO_COMMIT,
    bare: false,
    attributes: RAW_ATTRIBUTES,
  });
  await git(['checkout-index', '--all', '--force', '--quiet', `--prefix=${tree}/`], { cwd, env });
  await git([...APPLY, '-'], { cwd: tree, env: ownGit(raw, tree), input: patch });
  const gitDir = (await git(['rev-parse', '--absolute-git-dir'], { cwd })).slice(0, -1);
  await git(['add', '--all', '--force', '.'], {
    cwd: tree,
    env: { ...env, GIT_DIR: gitDir, GIT_WORK_TREE: tree },
  });
}

async function topLevelOf(repoPath: string): Promise<string> {
  const cwd = await realpath(repoPath).catch((cause) => {
    throw new UsageError(`--repo ${repoPath} does not exist; name a git repository.`, { cause });
  });
  try {
    return (await git(['rev-parse', '--show-toplevel'], { cwd })).slice(0, -1);
  } catch (cause) {
    throw new UsageError(`--repo ${repoPath} has no working tree to put a patch into.`, { cause });
  }
}

function firstError(cause: unknown): string {
  const [line = ''] = messageOf(cause).split('\n');
  return line.replace(/^error: /, '');
}

async function withTemporaryFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  const { dir, close } = await openScratch();
  try {
    return await task(dir);
  } finally {
    await close();
  }
}
