import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built command line, as a user starts it. */
export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves as soon as what was printed so far on standard output matches. */
  printed(pattern: RegExp): Promise<void>;
  /** What was printed so far on standard error. */
  errors(): string;
}

export interface StartOptions {
  readonly cwd?: string;
  /** Added to PATH and a HOME of its own; keys of the machine never leak in. */
  readonly env?: Readonly<Record<string, string>>;
  readonly home: string;
  readonly stdin?: string;
}

/** Starts the command line as a process of its own. */
export function startCli(args: readonly string[], options: StartOptions): Started {
  const { PATH = '', TMPDIR } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: options.cwd,
    env: { PATH, HOME: options.home, ...(TMPDIR ? { TMPDIR } : {}), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.stdin ?? '');
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const check of waiting) check();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const finished = new Promise<Finished>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
  const printed = (pattern: RegExp) =>
    new Promise<void>((done, failed) => {
      const check = () => {
        if (!pattern.test(stdout)) return;
        waiting.delete(check);
        done();
      };
      waiting.add(check);
      finished.then(
        () => failed(new Error(`ended before ${pattern}:\n${stdout}\n${stderr}`)),
        failed,
      );
      check();
    });
  return { child, finished, printed, errors: () => stderr };
}

/** Runs the command line to its end. */
export function runCli(args: readonly string[], options: StartOptions): Promise<Finished> {
  return startCli(args, options).finished;
}

/** The JSON lines of `--json`, with the `result` object last. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
