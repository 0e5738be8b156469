import type { Usage } from '../trajectory/event.ts';

/** Seconds for people: `0.4 s`, `75 s` as `1:15`. */
export function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** US dollars; `$?` when the price is unknown. */
export function cost(usd: number | null): string {
  if (usd === null) return '$?';
  return usd === 0 ? '$0' : `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
}

/** Tokens of a usage, input and output together: `812 tok`, `12.3k tok`. */
export function tokens(usage: Usage): string {
  const sum =
    usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens + usage.outputTokens;
  return sum < 1000 ? `${sum} tok` : `${(sum / 1000).toFixed(1)}k tok`;
}
