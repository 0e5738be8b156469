import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';
import { openWorkspace, type SandboxKind } from '../workspace/open.ts';
import { removeTree } from '../workspace/scratch.ts';
import type { ExecResult } from '../workspace/workspace.ts';
import type { Problem, Sample } from './problem.ts';

export interface ExecuteOptions {
  readonly kind: SandboxKind;
  /** Folder that programs get folders of their own in. */
  readonly dir: string;
  /** Of each program, Python's own start not counted. */
  readonly seconds: number;
  /** Memory of each process. */
  readonly bytes: number;
  readonly signal: AbortSignal;
}

/** A sample with what became of it, a line of the results file. */
export interface Result extends Sample {
  /** `passed`, `timed out` or `failed: ...`. */
  readonly result: string;
  readonly passed: boolean;
}

/** For Python to start on a busy machine. */
const START_SECONDS = 20;
const PROCESSES = 32;

/** The program that decides a sample: prompt, completion, tests and their call. */
export function programOf(problem: Problem, completion: string): string {
  return `${problem.prompt}${completion}\n${problem.test}\ncheck(${problem.entry_point})`;
}

/**
 * Runs a sample's program in a sandbox of its own, with limits on time, memory and processes. Whatever it does, it
 * passes only when its checks ran to their end.
 */
export async function execute(
  problem: Problem,
  sample: Sample,
  options: ExecuteOptions,
): Promise<Result> {
  const { kind, dir, seconds, bytes, signal } = options;
  const place = await mkdtemp(join(dir, 'program-'));
  const hostRoot = join(place, 'root');
  const hostScratch = join(place, 'scratch');
  await Promise.all([hostRoot, hostScratch].map((folder) => mkdir(folder)));
  const limits = { memoryBytes: 2 * bytes, processes: PROCESSES };
  const workspace = openWorkspace({ kind, hostRoot, root: '/program', hostScratch, limits });
  try {
    const runner = await readFile(join(packageRoot, 'src', 'humaneval', 'run_program.py'), 'utf8');
    const token = randomBytes(16).toString('hex');
    const program = programOf(problem, sample.completion);
    const ended = await workspace.exec(['python3', '-I', '-c', runner], {
      timeoutMs: (seconds + START_SECONDS) * 1000,
      stdin: JSON.stringify({ program, seconds, bytes, token }),
      signal,
    });
    signal.throwIfAborted();
    const result = verdict(ended, token);
    return { ...sample, result, passed: result === 'passed' };
  } finally {
    await workspace.close();
    await removeTree(place);
  }
}

function verdict(
  { stdout, timedOut, exitCode, signal, stderr }: ExecResult,
  token: string,
): string {
  for (const line of stdout.split('\n')) {
    try {
      const reply = JSON.parse(line) as { token?: unknown; result?: unknown };
      if (reply.token === token) return String(reply.result);
    } catch {
      // What the program printed in spite of all.
    }
  }
  if (timedOut) return 'timed out';
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return `failed: it ended before its checks (${signal ?? `exit code ${exitCode}`})${said === '' ? '' : `: ${said}`}`;
}
