import type { Choice, InstanceResult } from './instance-result.ts';

/** One attempt that gave a patch. */
export interface Candidate {
  /** From 1. */
  readonly attempt: number;
  readonly patch: string;
  /** Folder with its trajectory. */
  readonly folder: string;
}

/** Which candidate is the best, and why. */
export interface Verdict {
  /** The attempt's number. */
  readonly chosen: number;
  /** One sentence for a person. */
  readonly reason: string;
  /** For each attempt's number, what the choice went by. */
  readonly scores: ReadonlyMap<number, string>;
}

/**
 * Chooses among at least two candidates.
 *
 * @throws the signal's reason when it aborts
 */
export type Chooser = (
  candidates: readonly Candidate[],
  options: { readonly signal: AbortSignal },
) => Promise<Verdict>;

export type ChoiceBy = Choice['by'];

/** An attempt as the result file tells of it. */
export function attemptOf(
  { status, patch, usage, steps }: InstanceResult,
  attempt: number,
  score: string,
): Choice['attempts'][number] {
  return { attempt, status, patch, costUsd: usage.costUsd, steps, score };
}
