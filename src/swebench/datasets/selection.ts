import { UsageError } from '../../errors.ts';
import type { Instance } from '../instance.ts';

/** Which instances of a dataset are wanted; all of it where nothing is said. */
export interface Selection {
  /** Matched against the instance's id, anywhere in it. */
  readonly filter?: RegExp | undefined;
  readonly ids?: readonly string[] | undefined;
  /** As Python slices a list: either end may be missing or count from the end. */
  readonly slice?:
    | { readonly start: number | undefined; readonly end: number | undefined }
    | undefined;
  /** Seed of the order; the order then does not depend on the file's. */
  readonly shuffle?: number | undefined;
}

/** Whether an instance is among those named or matched; order and slice come afterwards. */
export function isWanted({ id }: Instance, { filter, ids }: Selection): boolean {
  if (ids && !ids.includes(id)) return false;
  return filter === undefined || filter.test(id);
}

/**
 * Puts the wanted instances in order: shuffled first, then sliced.
 *
 * @throws {UsageError} for an id that the dataset does not have
 */
export function arrange(
  instances: readonly Instance[],
  { ids, slice, shuffle }: Selection,
  source: string,
): Instance[] {
  const found = new Set(instances.map(({ id }) => id));
  const missing = ids?.filter((id) => !found.has(id)) ?? [];
  if (missing.length > 0) {
    throw new UsageError(`--ids: ${source} has no instance ${missing.join(', ')}`);
  }
  const ordered = shuffle === undefined ? [...instances] : shuffled(instances, shuffle);
  return slice ? ordered.slice(slice.start, slice.end) : ordered;
}

function shuffled(instances: readonly Instance[], seed: number): Instance[] {
  const order = [...instances].sort((a, b) => (a.id < b.id ? -1 : 1));
  const random = randomFrom(seed);
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other] as Instance, order[at] as Instance];
  }
  return order;
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `--slice a:b`. @throws {UsageError} */
export function parseSlice(text: string): NonNullable<Selection['slice']> {
  const match = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*$/.exec(text);
  if (!match) {
    throw new UsageError(`--slice: ${JSON.stringify(text)} is no slice; give a:b, :b or a:`);
  }
  const number = (digits: string | undefined) =>
    digits === undefined ? undefined : Number(digits);
  return { start: number(match[1]), end: number(match[2]) };
}

/** `--filter REGEX`. @throws {UsageError} */
export function parseFilter(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new UsageError(`--filter: ${JSON.stringify(text)} is no regular expression`, {
      cause: error,
    });
  }
}

/** `--ids a,b`. @throws {UsageError} when none is named */
export function parseIds(text: string): string[] {
  const ids = text.split(/[\s,]+/).filter((id) => id !== '');
  if (ids.length === 0) throw new UsageError('--ids: name at least one instance');
  return ids;
}

/** `--shuffle SEED`. @throws {UsageError} */
export function parseSeed(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new UsageError(`--shuffle: ${JSON.stringify(text)} is no seed; give a whole number`);
  }
  return Number(text);
}
