import type { Observation, Turn, Usage } from '../trajectory/event.ts';

export interface Limits {
  readonly maxSteps: number;
  /** Null: no dollar limit. */
  readonly maxCostUsd: number | null;
  readonly maxTimeMs: number;
}

/** The same call with the same answer this often in a row ends the run. */
export const MAX_REPEATS = 5;
/** After this many the model is told. */
export const REPEATS_BEFORE_NUDGE = 3;
/** Turns in a row whose calls were all malformed, or that had no call at all. */
export const MAX_FORMAT_ERRORS = 3;

/** What a run has used so far; a value, replaced after each turn. */
export interface Spent {
  readonly steps: number;
  readonly usage: Usage;
  /** Malformed or actionless turns in a row. */
  readonly formatErrors: number;
  /** How often in a row the last turn's calls and answers came. */
  readonly repeats: number;
  readonly lastExchange: string;
}

export const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
};

export const NOTHING_SPENT: Spent = {
  steps: 0,
  usage: NO_USAGE,
  formatErrors: 0,
  repeats: 0,
  lastExchange: '',
};

/** Adds two usages; an unknown price makes the sum unknown. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    costUsd: a.costUsd === null || b.costUsd === null ? null : a.costUsd + b.costUsd,
  };
}

/** Counts a turn as soon as it arrived, before its actions run. */
export function countTurn(spent: Spent, turn: Turn): Spent {
  return { ...spent, steps: spent.steps + 1, usage: addUsage(spent.usage, turn.usage) };
}

/** Counts the answers of a turn: malformed calls and repetition. */
export function countObservations(
  spent: Spent,
  turn: Turn,
  observations: readonly Observation[],
): Spent {
  const malformed = observations.every((observation) => observation.isFormatError);
  const exchange =
    turn.actions.length === 0
      ? ''
      : JSON.stringify([
          turn.actions.map(({ tool, input }) => [tool, input]),
          observations.map(({ text }) => text),
        ]);
  const repeated = exchange !== '' && exchange === spent.lastExchange;
  return {
    ...spent,
    formatErrors: malformed ? spent.formatErrors + 1 : 0,
    repeats: repeated ? spent.repeats + 1 : 1,
    lastExchange: exchange,
  };
}

/**
 * Time is a signal's matter, not counted here.
 *
 * @param leastCost US dollars that the next request costs at least, where that is known
 * @returns one sentence naming the limit that is reached, or that the next request would surely pass; else null
 */
export function limitReached(
  spent: Spent,
  limits: Limits,
  leastCost: number | null = null,
): string | null {
  if (spent.formatErrors >= MAX_FORMAT_ERRORS) {
    return `${spent.formatErrors} turns in a row had no usable call`;
  }
  if (spent.repeats >= MAX_REPEATS) {
    return `the same call with the same answer ${spent.repeats} times in a row`;
  }
  if (spent.steps >= limits.maxSteps) return `step limit of ${limits.maxSteps} reached`;
  const { maxCostUsd } = limits;
  const { costUsd } = spent.usage;
  if (maxCostUsd !== null && costUsd !== null && costUsd >= maxCostUsd) {
    return `cost limit of $${maxCostUsd} reached`;
  }
  if (maxCostUsd !== null && costUsd !== null && costUsd + (leastCost ?? 0) > maxCostUsd) {
    return `cost limit of $${maxCostUsd} would be passed by the next request`;
  }
  return null;
}
