import { Redis } from 'ioredis';
import { messageOf, UsageError } from '../errors.ts';

export interface ConnectOptions {
  /** `redis://[user]:[password]@host:port/database`, or `rediss://` for TLS. */
  readonly url: string;
  /** Told of warnings, and when the connection is lost and there again. */
  readonly onLine: (line: string) => void;
}

/** Milliseconds for the first connection. */
const CONNECT_TIMEOUT_MS = 10_000;
/** The longest wait between two tries to connect again. */
const RETRY_MS = 3000;
/** What BullMQ asks for. */
const OLDEST = [6, 2] as const;

/**
 * Connects to Redis and looks whether it can be a queue. A connection that is lost later comes back by itself;
 * commands wait for it.
 *
 * @throws {UsageError} when Redis cannot be reached or refuses
 */
export async function connectRedis({ url, onLine }: ConnectOptions): Promise<Redis> {
  const place = checkAddress(url);
  const first = client(url, () => undefined);
  let failure: unknown;
  first.on('error', (error) => {
    failure = error;
  });
  await first.connect().catch((error: unknown) => {
    failure ??= error;
  });
  if (failure !== undefined) {
    first.disconnect();
    throw new UsageError(`--queue: ${reason(failure, place)}`, { cause: failure });
  }
  const info = parseInfo(await first.info());
  first.disconnect();
  for (const warning of warningsOf(info)) onLine(`WARNING: Redis at ${place}: ${warning}`);

  const redis = client(url, (times) => Math.min(times * 200, RETRY_MS));
  tellOfLosses(redis, place, onLine);
  await redis.connect();
  return redis;
}

/** @param retry milliseconds to wait before the n-th try to connect again; undefined: none */
function client(url: string, retry: (times: number) => number | undefined): Redis {
  return new Redis(url, {
    lazyConnect: true,
    // As BullMQ needs it: commands wait for the connection instead of failing.
    maxRetriesPerRequest: null,
    connectTimeout: CONNECT_TIMEOUT_MS,
    protocol: 2,
    retryStrategy: retry,
  });
}

/** One line when the connection is lost, one when it is there again. */
function tellOfLosses(redis: Redis, place: string, onLine: (line: string) => void): void {
  let lostAt: number | null = null;
  redis.on('error', () => {});
  redis.on('close', () => {
    if (lostAt !== null || redis.status === 'end') return;
    lostAt = performance.now();
    onLine(`lost the connection to Redis at ${place}; trying again, what runs goes on`);
  });
  redis.on('ready', () => {
    if (lostAt === null) return;
    const seconds = Math.round((performance.now() - lostAt) / 1000);
    lostAt = null;
    onLine(`connected to Redis at ${place} again after ${seconds} s`);
  });
}

/** @returns host and port, for people; never the password */
function checkAddress(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new UsageError('--queue: this is no address; give redis://HOST:PORT');
  }
  if (!['redis:', 'rediss:'].includes(parsed.protocol) || parsed.hostname === '') {
    throw new UsageError('--queue: the address has to begin with redis://HOST or rediss://HOST');
  }
  return `${parsed.hostname}:${parsed.port || 6379}`;
}

/** Hides what an address of Redis holds of secrets. */
export function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/]*@/, '$1***@');
}

function reason(error: unknown, place: string): string {
  const message = messageOf(error);
  if (/WRONGPASS|invalid password|invalid username/i.test(message)) {
    return `Redis at ${place} refuses the password; put the right one into the address: redis://:PASSWORD@HOST, or into PATCHWRIGHT_QUEUE`;
  }
  if (/NOAUTH|Authentication required/i.test(message)) {
    return `Redis at ${place} wants a password; put it into the address: redis://:PASSWORD@HOST, or into PATCHWRIGHT_QUEUE`;
  }
  if (/NOPERM/.test(message)) {
    return `Redis at ${place} forbids this user what a queue needs (${message})`;
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') {
    return `nothing listens at ${place}; start Redis there or give another address`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `the host of ${place} is not known; check the address`;
  }
  if (code === 'ETIMEDOUT') {
    return `Redis at ${place} does not answer; check the address, and whether it wants rediss://`;
  }
  return `Redis at ${place} cannot be used (${message})`;
}

/** The answer to `INFO`, by field. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  const fields = text.matchAll(/^(\w+):(.*?)\r?$/gm);
  return new Map([...fields].map(([, name = '', value = '']) => [name, value]));
}

/** What speaks against a Redis as a queue, in sentences. */
export function warningsOf(info: ReadonlyMap<string, string>): string[] {
  const version = info.get('redis_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST;
  const old = major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
  const policy = info.get('maxmemory_policy');
  return [
    ...(old
      ? [`version ${version || 'unknown'} is older than ${OLDEST.join('.')}; use a newer one`]
      : []),
    ...(policy !== undefined && policy !== 'noeviction'
      ? [
          `maxmemory-policy is ${policy}, so entries of the queue may be thrown away; set it to noeviction`,
        ]
      : []),
  ];
}
