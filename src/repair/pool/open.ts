import type { Runner } from '../../testing/runner.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import type { Sources } from '../sources.ts';
import type { SourceFile } from '../tree.ts';
import { openGoPool } from './go-pool.ts';
import { openJavaPool } from './java-pool.ts';
import { openJavaScriptPool } from './javascript-pool.ts';
import type { CandidatePool } from './pool.ts';
import { openPythonPool } from './python-pool.ts';

export interface OpenPoolOptions {
  readonly workspace: Workspace;
  /** Name of the runner that ran the tests; the project's own may be another when the user gave a command. */
  readonly engine: string;
  /** The project's own runner: its interpreter, folder and environment. */
  readonly runner: Runner | null;
  readonly files: readonly string[];
  readonly failing: ReadonlySet<string>;
  readonly slots: number;
  readonly learnSeconds: number;
  readonly testSeconds: number;
  readonly testTimeoutMs: number;
  readonly source: (path: string) => SourceFile | undefined;
  readonly sources: Sources;
  readonly signal: AbortSignal;
}

/**
 * Opens the pool that goes with a test runner.
 *
 * @returns null when there is none for it
 * @throws {Error} when the tests cannot be loaded in a worker
 */
export function openPool(options: OpenPoolOptions): Promise<CandidatePool> | null {
  const { engine } = options;
  const runner = options.runner?.name === engine ? options.runner : null;
  const shared = { ...options, env: runner?.command({}).env ?? {}, cwd: runner?.cwd };
  switch (engine) {
    case 'pytest':
    case 'unittest':
      return openPythonPool({
        ...shared,
        engine,
        interpreter: runner ? interpreterOf(runner, options.workspace) : 'python3',
      });
    case 'node:test':
    case 'mocha':
    case 'jest':
    case 'vitest':
      return openJavaScriptPool({ ...shared, engine });
    case 'go test':
      return runner && runner.cwd === undefined ? openGoPool({ ...options, runner }) : null;
    case 'maven':
      return runner && runner.cwd === undefined ? openJavaPool(options) : null;
    default:
      return null;
  }
}

/** The Python that runs the tests, from `python -m pytest`, `.venv/bin/pytest` and the like. */
function interpreterOf(runner: Runner, workspace: Workspace): string {
  const absolute = (path: string) =>
    path.includes('/') && !path.startsWith('/') ? `${workspace.root}/${path}` : path;
  const [first = 'python3'] = runner.program;
  if (/(?:^|\/)python[\d.]*$/.test(first)) return absolute(first);
  if (/\/(?:pytest|py\.test)$/.test(first)) return absolute(first.replace(/[^/]+$/, 'python'));
  return 'python3';
}
