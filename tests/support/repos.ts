import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repos = fileURLToPath(new URL('../repos', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** What `tsx` needs to run TypeScript tests. */
const TSX_PACKAGES = ['tsx', 'esbuild', '@esbuild', 'get-tsconfig', 'resolve-pkg-maps'];

/** Runs git with an identity of its own and without the user's configuration. @returns standard output */
export function git(repository: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
  const env = { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  const options = { cwd: repository, env, encoding: 'utf8' } as const;
  return execFileSync('git', [...identity, ...args], options);
}

/** Makes everything in a folder one commit of a new repository. */
export function commitAll(folder: string): void {
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'base');
}

/** Copies one of `tests/repos` into a folder and commits it. @returns the repository */
export function makeRepo(name: string, parent: string): string {
  const folder = join(parent, name);
  cpSync(join(repos, name), folder, { recursive: true });
  if (name.startsWith('typescript-')) installTsx(folder);
  commitAll(folder);
  return folder;
}

function installTsx(folder: string): void {
  execFileSync('bash', ['-c', 'echo node_modules > .gitignore'], { cwd: folder });
  mkdirSync(join(folder, 'node_modules'));
  for (const name of TSX_PACKAGES) {
    const from = join(modules, name);
    if (existsSync(from)) cpSync(from, join(folder, 'node_modules', name), { recursive: true });
  }
}

/** Every file of a folder with its bytes, the index and the references of git included. */
export function snapshot(folder: string): string {
  return execFileSync(
    'bash',
    [
      '-c',
      'find . -type f -not -path "*/node_modules/*" -print0 | sort -z | xargs -0 sha256sum; git for-each-ref; git worktree list | wc -l',
    ],
    { cwd: folder, encoding: 'utf8' },
  );
}
