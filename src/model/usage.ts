import type { Usage } from '../trajectory/event.ts';

/** What a turn costs that no provider was asked for. */
export const FREE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
};

/** Adds what several requests for one turn used; an unknown price makes the sum unknown. */
export function sumUsage(usages: readonly Usage[]): Usage {
  return usages.reduce(
    (a, b) => ({
      inputTokens: a.inputTokens + b.inputTokens,
      outputTokens: a.outputTokens + b.outputTokens,
      cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
      cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
      costUsd: a.costUsd === null || b.costUsd === null ? null : a.costUsd + b.costUsd,
    }),
    FREE,
  );
}
