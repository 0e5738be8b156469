import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import { ToolError } from '../errors.ts';
import { launch, type StartedCommand } from './launcher.ts';
import { openSink, type Sink } from './output-sink.ts';
import { startFailure } from './start-failure.ts';
import type { ExecOptions, ExecResult } from './workspace.ts';

/** Longest delay of a Node timer; a longer one fires at once. */
const MAX_DELAY = 2 ** 31 - 1;
/** How long a finished command's own children may go on writing before they are killed. */
const PIPE_GRACE_MS = 200;
/** How long to wait for the pipes after everything was killed: something unreachable may hold them. */
const DRAIN_MS = 250;

export interface ProcessOptions extends ExecOptions {
  /** Absolute. */
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Kills what a signal to the process group does not reach; synchronous, called after the group was killed. */
  readonly killStrays?: () => void;
}

interface Living {
  readonly pid: number;
  readonly killStrays: () => void;
}

const living = new Set<Living>();
let exitHandlerInstalled = false;

/**
 * Kills every command that still runs, with all its descendants. Synchronous, so that it works in an `exit` handler.
 */
export function killAll(): void {
  for (const child of living) kill(child);
}

function kill({ pid, killStrays }: Living): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: the whole group is gone.
  }
  killStrays();
}

/**
 * Runs a program in its own process group and returns what it left behind. When it has ended, was aborted or has
 * reached its deadline, nothing of its group is left. The deadline does not wait for pipes that descendants hold.
 *
 * @throws {ToolError} when it cannot be started
 */
export async function runProcess(
  argv: readonly string[],
  options: ProcessOptions,
): Promise<ExecResult> {
  const [file, ...args] = argv;
  if (file === undefined || file === '') throw new ToolError('No program was named; give one.');
  options.signal?.throwIfAborted();
  installExitHandler();
  const start = performance.now();
  const sink = openSink(options);
  try {
    const launched = await launch(argv, options);
    const started = launched ? ofLaunched(launched) : await startDirectly(file, args, options);
    return await supervise(started, options, sink, start);
  } catch (error) {
    throw await startFailure(error, argv, options.cwd);
  } finally {
    sink.close();
  }
}

/** A command that runs, whoever started it. */
interface Started {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly stdin?: Writable | null;
  onExit(told: (code: number | null, signal: string | null) => void): void;
}

function ofLaunched({ exited, ...command }: StartedCommand): Started {
  return {
    ...command,
    onExit(told) {
      void exited.then((code) => (code === KILLED ? told(null, 'SIGKILL') : told(code, null)));
    },
  };
}

/** How a shell tells of SIGKILL. */
const KILLED = 128 + constants.signals.SIGKILL;

/** @throws what starting it failed with */
async function startDirectly(
  file: string,
  args: string[],
  options: ProcessOptions,
): Promise<Started> {
  const subprocess = execa(file, args, {
    cwd: options.cwd,
    env: { ...options.env },
    extendEnv: false,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    ...(options.stdin === undefined ? { stdin: 'ignore' } : { input: options.stdin }),
  });
  const { pid } = subprocess;
  if (pid === undefined) throw await subprocess;
  // Its own promise waits for the pipes; only events are used here.
  subprocess.catch(() => undefined);
  const { stdout, stderr, stdin } = subprocess;
  return { pid, stdout, stderr, stdin, onExit: (told) => void subprocess.once('exit', told) };
}

function supervise(
  { pid, stdout, stderr, stdin, onExit }: Started,
  options: ProcessOptions,
  sink: Sink,
  start: number,
): Promise<ExecResult> {
  const { signal } = options;
  return new Promise((resolve) => {
    const child: Living = { pid, killStrays: options.killStrays ?? (() => undefined) };
    living.add(child);
    let timedOut = false;
    let aborted = false;
    let exit: { code: number | null; signal: string | null } | undefined;
    let openPipes = 2;
    let drain: NodeJS.Timeout | undefined;

    const settle = () => {
      clearTimeout(deadline);
      clearTimeout(drain);
      signal?.removeEventListener('abort', onAbort);
      kill(child);
      living.delete(child);
      stdout.destroy();
      stderr.destroy();
      stdin?.destroy();
      resolve({
        exitCode: exit?.code ?? null,
        signal: exit ? exit.signal : 'SIGKILL',
        ...sink.finish(),
        timedOut,
        aborted,
        durationMs: Math.round(performance.now() - start),
      });
    };
    const settleWhenDone = () => {
      if (exit && openPipes === 0) settle();
    };
    const killNow = () => {
      kill(child);
      clearTimeout(drain);
      drain = setTimeout(settle, DRAIN_MS);
    };
    const onAbort = () => {
      aborted = !timedOut;
      killNow();
    };
    const deadline = setTimeout(
      () => {
        timedOut = true;
        killNow();
      },
      Math.min(Math.max(0, options.timeoutMs), MAX_DELAY),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    const follow = (stream: Readable, name: 'stdout' | 'stderr') => {
      stream.on('data', (chunk: Buffer) => sink.write(name, chunk));
      stream.on('error', () => undefined);
      stream.once('close', () => {
        openPipes -= 1;
        settleWhenDone();
      });
    };
    follow(stdout, 'stdout');
    follow(stderr, 'stderr');
    stdin?.on('error', () => undefined);
    if (signal?.aborted) onAbort();
    onExit((code, exitSignal) => {
      exit = { code, signal: exitSignal };
      clearTimeout(deadline);
      if (openPipes === 0) settle();
      else if (!timedOut && !aborted) drain = setTimeout(killNow, PIPE_GRACE_MS);
    });
  });
}

/** A program that runs beside the run and answers over its standard streams. */
export interface ServerProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Aborted once it has ended, for whatever reason. */
  readonly ended: AbortSignal;
  /** Kills it with its whole process group. */
  kill(): void;
}

/**
 * Starts a program of our own, for instance a language server; never one of the repository. It does not keep this
 * process alive and is killed when this process ends.
 */
export function startServer(
  argv: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): ServerProcess {
  const [file, ...args] = argv;
  installExitHandler();
  const subprocess = execa(file, args, {
    cwd: options.cwd,
    env: { ...options.env },
    extendEnv: false,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    encoding: 'buffer',
    stdin: 'pipe',
    stderr: 'ignore',
  });
  const ended = new AbortController();
  const child: Living = { pid: subprocess.pid ?? 0, killStrays: () => undefined };
  if (subprocess.pid !== undefined) living.add(child);
  const forget = () => {
    living.delete(child);
    ended.abort();
  };
  subprocess.then(forget, forget);
  for (const stream of [subprocess.stdin, subprocess.stdout]) {
    stream.on('error', () => undefined);
    (stream as { unref?: () => void }).unref?.();
  }
  subprocess.unref();
  return {
    stdin: subprocess.stdin,
    stdout: subprocess.stdout,
    ended: ended.signal,
    kill: () => {
      if (living.has(child)) kill(child);
    },
  };
}

/**
 * Starts a program of our own that this process does not wait for and that outlives it. Synchronous, so that it works
 * in an `exit` handler; one that cannot be started is passed over.
 */
export function startDetached(
  argv: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): void {
  const [file, ...args] = argv;
  const child = spawn(file, args, { ...options, detached: true, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}

function installExitHandler(): void {
  if (exitHandlerInstalled) return;
  exitHandlerInstalled = true;
  process.once('exit', killAll);
}
