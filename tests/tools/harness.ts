import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { newSession } from '../../src/agent/session.ts';
import { runTool, type Tool, type ToolContext } from '../../src/agent/tool.ts';
import { closeCheckers } from '../../src/lint/semantic.ts';
import type { Observation } from '../../src/trajectory/event.ts';
import { openWorkspace } from '../../src/workspace/open.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { defaultTools } from '../../tools/index.ts';

/** A repository on disk and the tools at work in it. */
export interface Bench {
  readonly root: string;
  /** Where commands see the repository. */
  readonly seenRoot: string;
  readonly context: ToolContext;
  /** Runs a tool as the loop does. */
  call(tool: string, input: unknown): Promise<Observation>;
  read(path: string): Buffer;
  write(path: string, content: string | Buffer): void;
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** Commits the files, so that there is a patch. */
  readonly git?: boolean;
  readonly commandTimeoutMs?: number;
  /** Starts language servers; default false. */
  readonly semanticChecks?: boolean;
  readonly tools?: readonly Tool[];
}

let kind: 'local' | 'bubblewrap' = 'local';

/** Opens what follows in this test file in another kind of workspace. */
export function openIn(wanted: typeof kind): void {
  kind = wanted;
}

const SANDBOX_ROOT = '/workspace/repo';

/** Makes a repository in a temporary folder. The caller closes it. */
export function openBench(options: BenchOptions = {}): Bench {
  const top = mkdtempSync(join(tmpdir(), 'patchwright-tools-'));
  const root = join(top, 'repo');
  const scratch = join(top, 'scratch');
  mkdirSync(root);
  mkdirSync(scratch);
  const write = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  for (const [path, content] of Object.entries(options.files ?? {})) write(path, content);
  if (options.git) commitAll(root);
  const workspace = openWorkspace({
    kind,
    hostRoot: root,
    root: SANDBOX_ROOT,
    hostScratch: scratch,
  });
  const context: ToolContext = {
    workspace,
    session: newSession(),
    signal: new AbortController().signal,
    settings: {
      statement: 'an issue',
      commandTimeoutMs: options.commandTimeoutMs ?? 20_000,
      testTimeoutMs: 60_000,
      deadline: Date.now() + 600_000,
      semanticChecks: options.semanticChecks ?? false,
    },
    patch: async () => readPatch(root),
    copy: async (tree) => copyOf(root, tree),
    progress: () => undefined,
  };
  let calls = 0;
  return {
    root,
    seenRoot: workspace.root,
    context,
    call: (tool, input) =>
      runTool(options.tools ?? defaultTools, { id: `c${++calls}`, tool, input }, context),
    read: (path) => readFileSync(join(root, path)),
    write,
    async close() {
      await closeCheckers(workspace);
      await workspace.close();
      rmSync(top, { recursive: true, force: true });
    },
  };
}

function copyOf(root: string, tree: 'base' | 'current'): Workspace {
  const top = mkdtempSync(join(tmpdir(), 'patchwright-copy-'));
  const copy = join(top, 'repo');
  cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
  mkdirSync(join(top, 'scratch'));
  if (tree === 'base') {
    git(copy, 'reset', '--quiet', '--hard');
    git(copy, 'clean', '--quiet', '--force', '-d');
  }
  const workspace = openWorkspace({
    kind,
    hostRoot: copy,
    root: SANDBOX_ROOT,
    hostScratch: join(top, 'scratch'),
  });
  return {
    ...workspace,
    async close() {
      await workspace.close();
      rmSync(top, { recursive: true, force: true });
    },
  };
}

function git(root: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}

function commitAll(root: string): void {
  git(root, 'init', '--quiet');
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--allow-empty', '--message=start');
}

function readPatch(root: string): string {
  git(root, 'add', '--all', '--intent-to-add');
  return git(root, 'diff', '--binary', '--no-color', 'HEAD');
}
