import { tmpdir } from 'node:os';
import { runProcess } from './process.ts';

export interface PatchedFile {
  readonly path: string;
  /** Lines; null for a binary file. */
  readonly added: number | null;
  readonly removed: number | null;
}

/**
 * Counts the lines of a patch by file, as `git apply --numstat` does.
 *
 * @param patch unified diff as git prints it; an empty one has no files
 */
export async function patchStat(patch: string): Promise<PatchedFile[]> {
  if (patch === '') return [];
  const { stdout } = await runProcess(['git', 'apply', '--numstat', '-z', '-'], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    stdin: patch,
    timeoutMs: 30_000,
  });
  const count = (text: string | undefined) => (text === '-' ? null : Number(text));
  return stdout
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [added, removed, ...path] = line.split('\t');
      return { path: path.join('\t'), added: count(added), removed: count(removed) };
    });
}
