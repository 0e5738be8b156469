import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { git, ownGit } from './git.ts';
import { makeGitDir, RAW_ATTRIBUTES } from './own-git.ts';

const BRANCH = 'refs/heads/main';
const NO_COMMIT = '0'.repeat(40);
/** Always the same, so that one folder gives one commit. */
const AUTHOR = {
  GIT_AUTHOR_NAME: 'patchwright',
  GIT_AUTHOR_EMAIL: 'patchwright@localhost',
  GIT_AUTHOR_DATE: '@0 +0000',
  GIT_COMMITTER_NAME: 'patchwright',
  GIT_COMMITTER_EMAIL: 'patchwright@localhost',
  GIT_COMMITTER_DATE: '@0 +0000',
};

/** Whether a path is a folder in which git's own files do not stand: no top of a working tree, no bare repository. */
export async function isPlainFolder(path: string): Promise<boolean> {
  const [folder, ...marks] = await Promise.all(
    [path, join(path, '.git'), join(path, 'objects')].map((name) => stat(name).catch(() => null)),
  );
  return folder?.isDirectory() === true && marks.every((mark) => mark === null);
}

/**
 * Makes a bare repository with one commit: everything in a folder that is no repository, ignored files included.
 *
 * @param gitDir folder to make
 * @returns `gitDir`
 */
export async function commitFolder(
  folder: string,
  gitDir: string,
  signal?: AbortSignal,
): Promise<string> {
  await makeGitDir(gitDir, {
    commit: NO_COMMIT,
    head: `ref: ${BRANCH}`,
    bare: true,
    attributes: RAW_ATTRIBUTES,
  });
  const run = (...args: string[]) =>
    git(args, { cwd: folder, env: { ...ownGit(gitDir, folder), ...AUTHOR }, signal });
  await run('add', '--all', '--force', '.');
  const tree = (await run('write-tree')).trim();
  const commit = await run('commit-tree', '-m', 'The folder as it is', tree);
  await run('update-ref', BRANCH, commit.trim());
  return gitDir;
}
