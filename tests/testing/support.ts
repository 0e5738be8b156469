import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { newSession } from '../../src/agent/session.ts';
import type { ToolContext, ToolSettings } from '../../src/agent/tool.ts';
import { packageRoot } from '../../src/package-root.ts';
import { openWorkspace } from '../../src/workspace/open.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import type { ProjectFiles } from './projects.ts';

export const cacheFolder = join(packageRoot, '.cache');
export const testVenv = join(cacheFolder, 'test-venv');
/** jest, mocha and ava; and, only for the suite of all runners, tap and karma. */
export const testNodeModules = join(cacheFolder, 'test-node/node_modules');
export const moreNodeModules = join(cacheFolder, 'test-node-more/node_modules');

export interface TestProject {
  readonly workspace: Workspace;
  /** For tools; `copy('base')` is a clone with the same links. */
  context(settings?: Partial<ToolSettings>): ToolContext;
  /** How many copies were made. */
  readonly copies: number;
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
  const ignored = ['node_modules', '.venv', ...links.map(([path]) => path)];
  write('.gitignore', `${files['.gitignore'] ?? ''}${ignored.join('\n')}\n`);
  const link = (root: string) => {
    for (const [path, target] of links) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      symlinkSync(target, join(root, path));
    }
  };
  link(hostRoot);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
      cwd: hostRoot,
      encoding: 'utf8',
    });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'start');
  const kind = options.kind ?? 'local';
  const open = (root: string, scratch: string) =>
    openWorkspace({
      kind,
      hostRoot: root,
      root: kind === 'bubblewrap' ? '/workspace/repo' : root,
      hostScratch: scratch,
    });
  const workspace = open(hostRoot, hostScratch);
  let copies = 0;
  const copy = async (): Promise<Workspace> => {
    copies += 1;
    const root = join(base, `copy-${copies}`);
    const scratch = join(base, `copy-scratch-${copies}`);
    execFileSync('git', ['clone', '-q', hostRoot, root]);
    mkdirSync(scratch);
    link(root);
    return open(root, scratch);
  };
  return {
    workspace,
    write,
    get copies() {
      return copies;
    },
    context: (settings = {}) => ({
      workspace,
      session: newSession(),
      signal: new AbortController().signal,
      settings: {
        statement: '',
        commandTimeoutMs: 30_000,
        testTimeoutMs: 50_000,
        deadline: Date.now() + 600_000,
        ...settings,
      },
      async patch() {
        git('add', '-A', '-N');
        return git('diff', '--binary', 'HEAD');
      },
      copy,
      progress: () => undefined,
    }),
    status: () => git('status', '--porcelain'),
    async close() {
      await workspace.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
}
