import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach } from 'vitest';
import { type Engine, type EngineName, engineNamed } from '../../src/workspace/container/engine.ts';
import { openContainer } from '../../src/workspace/container/workspace.ts';
import { openWorkspace, type SandboxKind } from '../../src/workspace/open.ts';
import type { ResourceLimits } from '../../src/workspace/resource-limits.ts';
import { removeTree } from '../../src/workspace/scratch.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { TEST_IMAGE } from '../containers/image.ts';

type WorkspaceKind = SandboxKind | 'container';

/** Kinds that every workspace's contract is tried on; the suite of containers names its own. */
export const KINDS = (process.env.PATCHWRIGHT_TEST_WORKSPACES?.split(',') ?? [
  'local',
  'bubblewrap',
]) as readonly WorkspaceKind[];

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'workspace-test-')));
  cleanups.push(() => removeTree(folder));
  return folder;
}

/** A folder that is removed after the test, not under `/tmp`, which the sandbox has one of its own of. */
export function folderInHome(): string {
  const folder = realpathSync(mkdtempSync(join(homedir(), 'workspace-test-')));
  cleanups.push(() => removeTree(folder));
  return folder;
}

/**
 * A workspace on an empty folder, seen at another path than its own where the kind allows that.
 *
 * @param seenAt by default a path under `/tmp`
 */
export async function newWorkspace(
  kind: WorkspaceKind,
  limits?: ResourceLimits,
  seenAt?: string,
): Promise<Workspace> {
  const folder = temporaryFolder();
  const hostRoot = join(folder, 'copy');
  const hostScratch = join(folder, 'scratch');
  mkdirSync(hostRoot);
  mkdirSync(hostScratch);
  const root = seenAt ?? join(folder, 'original');
  const options = { hostRoot, root, hostScratch, ...(limits ? { limits } : {}) };
  const workspace =
    kind === 'container'
      ? await openContainer({ ...options, engine: testEngine(), image: TEST_IMAGE, run: 'test' })
      : openWorkspace({ kind, ...options });
  cleanups.push(() => workspace.close());
  return workspace;
}

/** The engine that the suite of containers has made ready; `PATCHWRIGHT_TEST_ENGINE=podman` tries another one. */
export function testEngine(): Engine {
  return engineNamed((process.env.PATCHWRIGHT_TEST_ENGINE ?? 'docker') as EngineName, process.env);
}

/** Runs a bash script; the deadline is far away. */
export function bash(workspace: Workspace, script: string, timeoutMs = 30_000) {
  return workspace.exec(['bash', '-c', script], { timeoutMs });
}

/** A short deadline, in milliseconds; an engine takes a while to start a command in its container. */
export function soon(kind: WorkspaceKind, ms: number): number {
  return kind === 'container' ? ms + 2500 : ms;
}

/** git for setting tests up: no configuration of this machine, a fixed identity and date. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.org',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.org',
      GIT_ALLOW_PROTOCOL: 'file',
    },
  });
}

export type Content = string | Buffer | { readonly link: string } | { readonly script: string };

/** Writes files; `link` makes a symbolic link, `script` an executable. */
export function writeFiles(folder: string, files: Readonly<Record<string, Content>>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(file, content);
    else if ('link' in content) symlinkSync(content.link, file);
    else {
      writeFileSync(file, content.script);
      chmodSync(file, 0o755);
    }
  }
}

/** Makes a named pipe, which blocks whoever opens it. */
export function makePipe(path: string): void {
  execFileSync('python3', ['-c', 'import os, sys; os.mkfifo(sys.argv[1])', path]);
}

/** A repository with one commit on `main`. */
export function newRepository(files: Readonly<Record<string, Content>>, name = 'project'): string {
  const folder = join(temporaryFolder(), name);
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '-q', '-b', 'main');
  writeFiles(folder, files);
  commit(folder, 'first');
  return folder;
}

/** Commits everything. @returns the commit's id */
export function commit(repository: string, message: string): string {
  git(repository, 'add', '-A');
  git(repository, 'commit', '-q', '--allow-empty', '-m', message);
  return git(repository, 'rev-parse', 'HEAD').trim();
}

/** Command lines of this machine's processes that hold `token`. */
export function processesWith(token: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(token));
}

/** Waits, as a killed process may stay visible for a moment. @returns those that are still there */
export async function survivors(token: string): Promise<string[]> {
  for (let attempt = 0; attempt < 100 && processesWith(token).length > 0; attempt += 1) {
    await delay(20);
  }
  return processesWith(token);
}

/** A number of seconds to sleep that no other process sleeps. */
export function uniqueSeconds(): string {
  return `9${Math.floor(Math.random() * 1e6)}.${Math.floor(Math.random() * 1e6)}`;
}

export function onCleanup(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}
