import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, UsageError } from '../errors.ts';

export interface PersistentlyOptions {
  /** Aborted: no further try. */
  readonly signal: AbortSignal;
  /** Told why a try failed. */
  readonly onFailure: (why: string) => void;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Does something until it succeeds, since giving up would lose what a run has cost. What a user has to mend is thrown.
 *
 * @returns undefined when the signal ended the trying
 * @throws {UsageError}
 */
export async function persistently<T>(
  work: () => Promise<T>,
  { signal, onFailure }: PersistentlyOptions,
): Promise<T | undefined> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof UsageError) throw error;
      onFailure(`${messageOf(error)}; trying again in ${wait / 1000} s`);
    }
    await sleep(wait, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return undefined;
  }
}
