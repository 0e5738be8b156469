import { rgPath } from '@vscode/ripgrep';
import { ToolError } from '../errors.ts';
import { runProcess } from '../workspace/process.ts';
import type { ExecResult, Workspace } from '../workspace/workspace.ts';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Same answers on every machine: no configuration and no ignore files from outside the workspace. Hidden files are
 * searched, `.git` is not. Links are not followed (the default).
 */
const COMMON = [
  '--no-config',
  '--no-ignore-global',
  '--no-ignore-parent',
  '--no-require-git',
  '--hidden',
  '--color=never',
  '--no-messages',
  '--glob=!.git',
];

export interface RipgrepOptions {
  readonly signal?: AbortSignal;
  readonly maxBytes?: number;
}

/**
 * Runs ripgrep on the host over the workspace's files, by argument array and without a shell.
 *
 * @returns also for exit code 1 (nothing found)
 * @throws {ToolError} for a bad pattern (with ripgrep's own words) or a deadline reached
 */
export async function ripgrep(
  workspace: Workspace,
  args: readonly string[],
  options: RipgrepOptions = {},
): Promise<ExecResult> {
  const result = await runProcess([rgPath, ...COMMON, ...args], {
    cwd: workspace.hostRoot,
    env: {},
    timeoutMs: TIMEOUT_MS,
    maxBytes: options.maxBytes ?? MAX_BYTES,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  if (result.aborted) options.signal?.throwIfAborted();
  if (result.timedOut) {
    throw new ToolError(
      'The search took longer than 30 seconds and was stopped. Narrow it with `path` or `glob`.',
    );
  }
  if (result.exitCode !== 0 && result.exitCode !== 1 && result.stdout === '') {
    throw new ToolError(result.stderr.trim() || `ripgrep ended with ${result.exitCode}`);
  }
  return result;
}

/** @returns the files under a folder that are not ignored and match the glob, sorted, relative to the root */
export async function listFiles(
  workspace: Workspace,
  folder: string,
  {
    glob,
    signal,
  }: { readonly glob?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  const options = signal ? { signal } : {};
  const only = glob === undefined ? [] : [`--glob=${glob}`];
  const result = await ripgrep(workspace, ['--files', '--null', ...only, '--', folder], options);
  return result.stdout
    .split('\0')
    .filter((path) => path !== '')
    .map((path) => path.replace(/^\.\//, ''))
    .sort();
}
