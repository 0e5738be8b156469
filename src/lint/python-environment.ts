import { posix } from 'node:path';
import type { Workspace } from '../workspace/workspace.ts';

const TIMEOUT_MS = 10_000;
const INTERPRETERS = ['.venv/bin/python', 'venv/bin/python'];
const QUESTION =
  'import json, sys; print(json.dumps([list(sys.version_info), [p for p in sys.path if p], sys.prefix]))';

/** What an interpreter says of itself. Paths are of the host. */
export interface PythonEnvironment {
  /** `sys.version_info`. */
  readonly version: readonly unknown[];
  readonly paths: readonly string[];
  readonly prefix: string;
}

/**
 * Asks the workspace's Python, inside of the sandbox, where it looks for modules: the repository's own virtual
 * environment if it has one, else `python3`.
 *
 * @returns null when there is no Python
 */
export async function pythonEnvironment(workspace: Workspace): Promise<PythonEnvironment | null> {
  for (const interpreter of [...INTERPRETERS, 'python3', 'python']) {
    if (interpreter.includes('/')) {
      const stat = await workspace.stat(interpreter).catch(() => null);
      if (stat?.kind !== 'file') continue;
    }
    const program = interpreter.includes('/')
      ? posix.join(workspace.root, interpreter)
      : interpreter;
    const argv = [program, '-c', QUESTION];
    const result = await workspace.exec(argv, { timeoutMs: TIMEOUT_MS }).catch(() => null);
    const environment = result?.exitCode === 0 ? parseAnswer(result.stdout) : null;
    if (environment) return onHost(environment, workspace);
  }
  return null;
}

function parseAnswer(text: string): PythonEnvironment | null {
  try {
    const [version, paths, prefix] = JSON.parse(text) as [unknown, unknown, unknown];
    if (!Array.isArray(version) || !Array.isArray(paths) || typeof prefix !== 'string') return null;
    return { version, paths: paths.filter((path) => typeof path === 'string'), prefix };
  } catch {
    return null;
  }
}

function onHost(environment: PythonEnvironment, workspace: Workspace): PythonEnvironment {
  const { root, hostRoot } = workspace;
  const move = (path: string) =>
    path === root || path.startsWith(`${root}/`) ? hostRoot + path.slice(root.length) : path;
  return {
    ...environment,
    paths: environment.paths.map(move).filter((path) => path !== hostRoot),
    prefix: move(environment.prefix),
  };
}
