import type { Limits } from '../agent/limits.ts';
import type { Config } from '../config.ts';
import { UsageError } from '../errors.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
/** The longest that a timer of Node can wait. */
const MAX_TIME_MS = 2 ** 31 - 1;

/** `--max-time`: seconds, or a number with `s`, `m` or `h`. @throws {UsageError} */
export function parseSeconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text.trim());
  const seconds = Number(match?.[1]) * (UNITS[match?.[2] || 's'] ?? 1);
  if (!(seconds > 0) || seconds * 1000 > MAX_TIME_MS) {
    throw new UsageError(
      `--max-time: ${JSON.stringify(text)} is no time to run for; give seconds above 0, or 90s, 30m, 2h`,
    );
  }
  return seconds;
}

/** `--max-cost`, or the option of that name: US dollars above 0. @throws {UsageError} */
export function parseDollars(text: string, name = '--max-cost'): number {
  const dollars = /^\$?(\d+(?:\.\d+)?|\.\d+)$/.exec(text.trim())?.[1];
  if (!(Number(dollars) > 0)) {
    throw new UsageError(
      `${name}: ${JSON.stringify(text)} leaves nothing to spend; give US dollars above 0, such as 1.50`,
    );
  }
  return Number(dollars);
}

/** `--max-steps`: a whole number above 0. @throws {UsageError} */
export function parseSteps(text: string): number {
  if (!/^\d+$/.test(text.trim()) || !(Number(text) > 0) || Number(text) > 1_000_000) {
    throw new UsageError(
      `--max-steps: ${JSON.stringify(text)} allows no step; give a whole number from 1 to 1000000`,
    );
  }
  return Number(text);
}

/** `--min-confidence`: a share from 0 to 1, or a percentage such as `60%`. @throws {UsageError} */
export function parseConfidence(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(\s*%)?$/.exec(text.trim());
  const share = Number(match?.[1]) / (match?.[2] ? 100 : 1);
  if (!(share >= 0 && share <= 1)) {
    throw new UsageError(
      `--min-confidence: ${JSON.stringify(text)} is no confidence; give a share from 0 to 1, such as 0.6 or 60%`,
    );
  }
  return share;
}

/** Limits of a run where nothing else is said. */
export const DEFAULT_LIMITS = { steps: 100, costUsd: 3, seconds: 1800 };

export interface LimitOptions {
  readonly maxCost?: number | undefined;
  readonly maxSteps?: number | undefined;
  readonly maxTime?: number | undefined;
}

/**
 * Command line over configuration over defaults.
 *
 * @throws {UsageError} when a dollar limit was asked for and the model's price is unknown
 */
export function resolveLimits(
  options: LimitOptions,
  config: Config,
  model: { name: string; hasPrice: boolean },
): Limits {
  const asked = options.maxCost ?? config.maxCost;
  if (asked !== undefined && !model.hasPrice) {
    throw new UsageError(
      `--max-cost: the price of ${model.name} is unknown, so no dollar limit can hold; leave it out and set --max-steps`,
    );
  }
  return {
    maxSteps: options.maxSteps ?? config.maxSteps ?? DEFAULT_LIMITS.steps,
    maxCostUsd: asked ?? (model.hasPrice ? DEFAULT_LIMITS.costUsd : null),
    maxTimeMs: Math.min(
      MAX_TIME_MS,
      (options.maxTime ?? config.maxTime ?? DEFAULT_LIMITS.seconds) * 1000,
    ),
  };
}
