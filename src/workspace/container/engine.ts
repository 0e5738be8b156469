import { UsageError } from '../../errors.ts';
import { runProcess } from '../process.ts';
import type { ExecResult } from '../workspace.ts';

export type EngineName = 'docker' | 'podman';

export interface EngineCall {
  /** Default: two minutes. */
  readonly timeoutMs?: number;
  readonly stdin?: string | Uint8Array;
  readonly maxBytes?: number;
  readonly outputFile?: string;
  readonly signal?: AbortSignal | undefined;
}

/** A container engine, by its command line client. */
export interface Engine {
  readonly name: EngineName;
  /** Of the client's process; nothing of it reaches a container. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs the client. @throws {ToolError} when it cannot be started */
  call(args: readonly string[], options?: EngineCall): Promise<ExecResult>;
  /** Runs the client. @throws {Error} with its own words when it fails */
  must(args: readonly string[], options?: EngineCall): Promise<string>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const CALL_TIMEOUT_MS = 120_000;
const INFO_TIMEOUT_MS = 15_000;
const PULL_TIMEOUT_MS = 3_600_000;
/** What an engine's client needs of its caller's environment. */
const PASSED = /^(PATH|HOME|USER|XDG_\w+|DOCKER_\w+|CONTAINERS?_\w+|(https?|no)_proxy)$/i;

/** @param host the caller's environment, usually `process.env` */
export function engineNamed(name: EngineName, host: Environment): Engine {
  const passed = Object.entries(host).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && PASSED.test(entry[0]),
  );
  const env = Object.fromEntries(passed);
  const call = (args: readonly string[], { signal, ...rest }: EngineCall = {}) =>
    runProcess([name, ...args], {
      timeoutMs: CALL_TIMEOUT_MS,
      ...rest,
      ...(signal ? { signal } : {}),
      cwd: '/',
      env,
    });
  return {
    name,
    env,
    call,
    async must(args, options) {
      const result = await call(args, options);
      options?.signal?.throwIfAborted();
      if (result.exitCode === 0) return result.stdout;
      const why = result.timedOut ? 'it took too long' : result.stderr.trim() || 'no reason given';
      throw new Error(`${name} ${args[0]} failed: ${why}`);
    },
  };
}

/** Whether an engine's client is there and reaches its engine. */
export async function engineWorks(engine: Engine): Promise<boolean> {
  const asked = await engine.call(['info'], { timeoutMs: INFO_TIMEOUT_MS }).catch(() => undefined);
  return asked?.exitCode === 0;
}

/** @returns docker or podman, whichever answers first in this order; undefined when neither does */
export async function findEngine(host: Environment): Promise<Engine | undefined> {
  for (const name of ['docker', 'podman'] as const) {
    const engine = engineNamed(name, host);
    if (await engineWorks(engine)) return engine;
  }
  return undefined;
}

/** @throws {UsageError} when the one that is asked for, or none at all, answers */
export async function chooseEngine(want: EngineName | 'auto', host: Environment): Promise<Engine> {
  if (want === 'auto') {
    const found = await findEngine(host);
    if (found) return found;
    throw new UsageError(
      'no container engine answers; install and start docker or podman, or work without containers',
    );
  }
  const engine = engineNamed(want, host);
  if (await engineWorks(engine)) return engine;
  throw new UsageError(`--engine ${want}: it does not answer; start it, or choose another engine`);
}

/** What an image says of itself. */
export interface Image {
  /** `NAME=value` lines of its environment. */
  readonly env: readonly string[];
}

export interface PullOptions {
  readonly signal?: AbortSignal | undefined;
  readonly log: (text: string) => void;
}

/**
 * Makes sure that an image is there, and pulls it where it is not.
 *
 * @throws {UsageError} when it cannot be had
 */
export async function needImage(
  engine: Engine,
  image: string,
  { signal, log }: PullOptions,
): Promise<Image> {
  if (image.startsWith('-') || image.trim() === '') {
    throw new UsageError(`${JSON.stringify(image)} is no name of an image`);
  }
  const known = await inspectImage(engine, image, signal);
  if (known) return known;
  log(`pulling ${image}`);
  const pulled = await engine.call(['pull', '--quiet', image], {
    timeoutMs: PULL_TIMEOUT_MS,
    signal,
  });
  signal?.throwIfAborted();
  const found = pulled.exitCode === 0 ? await inspectImage(engine, image, signal) : undefined;
  if (found) return found;
  throw new UsageError(
    `the image ${image} is not there and cannot be pulled: ${pulled.stderr.trim() || 'no reason given'}`,
  );
}

async function inspectImage(
  engine: Engine,
  image: string,
  signal: AbortSignal | undefined,
): Promise<Image | undefined> {
  const asked = await engine.call(['image', 'inspect', image], { signal });
  signal?.throwIfAborted();
  if (asked.exitCode !== 0) return undefined;
  const [first] = JSON.parse(asked.stdout) as [{ Config?: { Env?: string[] | null } }];
  return { env: first?.Config?.Env ?? [] };
}
