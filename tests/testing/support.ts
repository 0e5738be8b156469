import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';
import { openWorkspace } from '../../src/workspace/open.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import type { ProjectFiles } from './projects.ts';

export const cacheFolder = join(packageRoot, '.cache');
export const testVenv = join(cacheFolder, 'test-venv');
export const testNodeModules = join(cacheFolder, 'test-node/node_modules');

export interface TestProject {
  readonly workspace: Workspace;
  write(path: string, text: string): void;
  /** New and changed files as git sees them. */
  status(): string;
  close(): Promise<void>;
}

/** A git repository with the files, committed, and a workspace on it. */
export function openTestProject(
  files: ProjectFiles,
  options: { links?: Readonly<Record<string, string>>; kind?: 'local' | 'bubblewrap' } = {},
): TestProject {
  const base = mkdtempSync(join(tmpdir(), 'patchwright-testing-'));
  const hostRoot = join(base, 'repo');
  const hostScratch = join(base, 'scratch');
  mkdirSync(hostRoot);
  mkdirSync(hostScratch);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(hostRoot, path)), { recursive: true });
    writeFileSync(join(hostRoot, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const links = Object.entries(options.links ?? {});
  write('.gitignore', `${['node_modules', '.venv', ...links.map(([path]) => path)].join('\n')}\n`);
  for (const [path, target] of links) {
    mkdirSync(dirname(join(hostRoot, path)), { recursive: true });
    symlinkSync(target, join(hostRoot, path));
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
      cwd: hostRoot,
      encoding: 'utf8',
    });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'start');
  const workspace = openWorkspace({
    kind: options.kind ?? 'local',
    hostRoot,
    root: options.kind === 'bubblewrap' ? '/workspace/repo' : hostRoot,
    hostScratch,
  });
  return {
    workspace,
    write,
    status: () => git('status', '--porcelain'),
    async close() {
      await workspace.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
}
