import { appendFile, lstat, mkdir, readdir, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { git } from '../../workspace/git.ts';
import { excludePatterns } from '../../workspace/own-git.ts';
import type { Dependencies, RepositoryContent } from './task.ts';

const CONFIG = ['user.name=bench', 'user.email=bench@localhost', 'init.defaultBranch=main'];

/** Makes a repository of one commit, installed packages linked and ignored. */
export async function makeRepository(folder: string, content: RepositoryContent): Promise<void> {
  await mkdir(folder, { recursive: true });
  await content.fill(folder);
  const run = (...args: string[]) => git(args, { cwd: folder, config: CONFIG });
  await run('init', '--quiet');
  // What the folder ignores belongs to the task all the same.
  await run('add', '--all', '--force');
  await run('commit', '--quiet', '--message', 'base');
  await linkDependencies(folder, content.dependencies);
  const patterns = excludePatterns(content.dependencies.map(({ to }) => to));
  await appendFile(join(folder, '.git', 'info', 'exclude'), patterns);
}

/**
 * Puts installed packages into a folder without copying them. `node_modules` becomes a folder of links, so that what
 * runners write beside the packages lands in the copy; a virtual environment is one link.
 */
async function linkDependencies(
  folder: string,
  dependencies: readonly Dependencies[],
): Promise<void> {
  for (const { from, to } of dependencies) {
    const place = join(folder, to);
    await mkdir(dirname(place), { recursive: true });
    if (basename(to) !== 'node_modules') {
      await linkUnlessThere(from, place);
      continue;
    }
    await mkdir(place, { recursive: true });
    const names = (await readdir(from)).filter((name) => name === '.bin' || !name.startsWith('.'));
    for (const name of names) await linkUnlessThere(join(from, name), join(place, name));
  }
}

async function linkUnlessThere(from: string, to: string): Promise<void> {
  if ((await lstat(to).catch(() => null)) === null) await symlink(from, to);
}
