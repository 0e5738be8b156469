import type { Workspace } from '../workspace/workspace.ts';

const TIMEOUT_MS = 20_000;

/** Files of the repository, relative to its root: tracked and new ones that git does not ignore. */
export async function listFiles(workspace: Workspace): Promise<string[]> {
  const git = await workspace.exec(['git', 'ls-files', '-z', '-co', '--exclude-standard'], {
    timeoutMs: TIMEOUT_MS,
  });
  if (git.exitCode === 0) return git.stdout.split('\0').filter((path) => path !== '');
  const found = await workspace.exec(
    ['find', '.', '-type', 'f', '-not', '-path', '*/node_modules/*', '-print0'],
    { timeoutMs: TIMEOUT_MS },
  );
  return found.stdout
    .split('\0')
    .filter((path) => path !== '')
    .map((path) => path.replace(/^\.\//, ''));
}
