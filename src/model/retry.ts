import { setTimeout as sleep } from 'node:timers/promises';
import { ModelError, type ModelErrorKind } from '../errors.ts';
import type { RateGate } from './rate-gate.ts';

/** What a provider's error means, worked out once from whatever its client threw. */
export interface Failure {
  readonly kind: ModelErrorKind;
  /** Two or three words for "waiting 4 s, ...": rate limit, overloaded, connection lost. */
  readonly label: string;
  /** One sentence that names the cause and, where there is one, the mend. */
  readonly message: string;
  readonly retryable: boolean;
  /** What the provider asked for; goes before any backoff of our own. */
  readonly retryAfterMs?: number | undefined;
}

export interface RetryPolicy {
  /** Requests for one turn, the first included. */
  readonly attempts: number;
  /** The same for a rate limit whose wait the provider told: it is a queue, not a failure. */
  readonly rateLimitAttempts: number;
  /** First wait in milliseconds; it doubles up to `maxWaitMs`. Half of each wait is random, so that runs spread out. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 6,
  rateLimitAttempts: 30,
  firstWaitMs: 1_000,
  maxWaitMs: 30_000,
};

/** Failures that every other request of the same key would meet as well. */
const HOLDS_ALL: readonly ModelErrorKind[] = ['rate_limit', 'overloaded'];

/** A timer of Node cannot wait longer. */
const LONGEST_WAIT = 2 ** 31 - 1;

/**
 * Calls `attempt` until it succeeds or retrying makes no sense.
 *
 * @throws {ModelError} for good, with the last error as its cause; the signal's reason when it aborts
 */
export async function withRetries<T>(options: {
  readonly attempt: () => Promise<T>;
  readonly classify: (error: unknown) => Failure;
  readonly policy: RetryPolicy;
  readonly signal: AbortSignal;
  readonly onProgress?: ((text: string) => void) | undefined;
  /** Shared with other runs: what tells one to wait holds them all. */
  readonly gate?: RateGate | undefined;
}): Promise<T> {
  const { attempt, classify, policy, signal, onProgress, gate } = options;
  for (let n = 1; ; n++) {
    try {
      signal.throwIfAborted();
      await gate?.pass(signal, (ms) => onProgress?.(`waiting ${seconds(ms)} s, as all runs do`));
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      const told = toldError(error);
      if (told) throw told;
      const failure = classify(error);
      const isTold = failure.kind === 'rate_limit' && failure.retryAfterMs !== undefined;
      const last = n >= (isTold ? policy.rateLimitAttempts : policy.attempts);
      if (!failure.retryable || last) {
        const times = failure.retryable ? ` (tried ${n} times)` : '';
        throw new ModelError(failure.kind, failure.message + times, { cause: error });
      }
      const ms = Math.min(failure.retryAfterMs ?? backoff(n, policy), LONGEST_WAIT);
      onProgress?.(`waiting ${seconds(ms)} s, ${failure.label}`);
      if (gate && HOLDS_ALL.includes(failure.kind)) gate.close(ms);
      else await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** An error that already says what is wrong passes through whatever client it was thrown under. */
function toldError(error: unknown): ModelError | undefined {
  let inner = error;
  while (inner instanceof Error && !(inner instanceof ModelError)) inner = inner.cause;
  return inner instanceof ModelError ? inner : undefined;
}

function backoff(n: number, { firstWaitMs, maxWaitMs }: RetryPolicy): number {
  const whole = Math.min(firstWaitMs * 2 ** (n - 1), maxWaitMs);
  return whole / 2 + (Math.random() * whole) / 2;
}

function seconds(ms: number): string {
  return ms < 950 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000));
}

/** @returns milliseconds that the headers ask to wait; undefined when they ask for nothing usable */
export function retryAfterOf(headers: Headers | undefined): number | undefined {
  const positive = (ms: number) => (ms > 0 ? ms : undefined);
  const exact = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (!Number.isNaN(exact)) return positive(exact);
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const inSeconds = Number(value);
  if (!Number.isNaN(inSeconds)) return positive(inSeconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : positive(date - Date.now());
}
