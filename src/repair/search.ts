import { setTimeout as sleep } from 'node:timers/promises';
import type { Crash } from './edits/context.ts';
import type { Candidate } from './edits/edit.ts';
import { editContext, enumerateEdits } from './edits/enumerate.ts';
import { documentationOf, hintsOf } from './hints.ts';
import type { Region } from './localise/regions.ts';
import { Seeds } from './pairs.ts';
import type { CandidatePool, Trial, Verdict } from './pool/pool.ts';
import { CandidateQueue } from './queue.ts';

/** Regions whose edits are listed at once. */
const REGIONS_AT_ONCE = 6;
/** Edits of one region that are tried at most. */
const MOST_EDITS = 25_000;
/** Candidates that hung get a longer limit when everything else was tried. */
const PATIENCE = 8;
const HUNG_AT_ONCE = 20;
/** A batch is made to take about this long. */
const BATCH_MS = 400;
const LEAST_BATCH = 10;
const MOST_BATCH = 600;

/** How often, and how many at once, improving edits are gone on from. */
const SEEDS_EVERY_MS = 500;
const SEEDS_AT_ONCE = 8;

export interface SearchProgress {
  readonly tried: number;
  readonly perSecond: number;
  readonly plausible: number;
  /** Candidates known but not tried yet. */
  readonly left: number;
  /** Cost of the next one. */
  readonly nextCost: number;
}

export interface SearchOptions {
  readonly pool: CandidatePool;
  readonly regions: readonly Region[];
  /** The tests that a candidate of a region is tried on. */
  readonly trialOf: (path: string) => Trial;
  /** The text: literals in it are ingredients. */
  readonly prose: string;
  /** Rows, from 0, by file, in which failing tests found nothing where something was expected. */
  readonly crashes: ReadonlyMap<string, ReadonlySet<number>>;
  /** A failing test does not end. */
  readonly endless: boolean;
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly onPlausible: (candidate: Candidate) => void;
  readonly onProgress: (progress: SearchProgress) => void;
  /** True when what was found is enough. */
  readonly isEnough: (progress: SearchProgress) => boolean;
}

export interface SearchResult extends SearchProgress {
  readonly counts: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Tries single edits of the regions and pairs that go on from improving ones, the likelier first, until the time is over or enough was found. */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const started = performance.now();
  const counts: Record<string, number> = {};
  const queue = new CandidateQueue();
  const regions = [...options.regions];
  const seeds = new Seeds();
  /** The single edits of the same region, by edit. */
  const singles = new Map<Candidate, readonly Candidate[]>();
  let nextExpansion = Date.now() + SEEDS_EVERY_MS;
  let tried = 0;
  let plausible = 0;
  const progress = (): SearchProgress => {
    const seconds = (performance.now() - started) / 1000;
    const perSecond = tried / Math.max(0.001, seconds);
    return { tried, perSecond, plausible, left: queue.size, nextCost: queue.nextCost };
  };
  const refill = () => {
    const next = regions.splice(0, REGIONS_AT_ONCE);
    const top = options.regions[0]?.score ?? 1;
    for (const region of next) {
      const candidates = candidatesOf(region, top, options);
      queue.push(candidates);
      for (const candidate of candidates) singles.set(candidate, candidates);
    }
  };
  const expandSeeds = () => {
    if (Date.now() < nextExpansion && queue.size > 0) return;
    nextExpansion = Date.now() + SEEDS_EVERY_MS;
    queue.push(seeds.expand(SEEDS_AT_ONCE, (seed) => singles.get(seed) ?? []));
  };
  const isOver = () =>
    options.signal.aborted || Date.now() >= options.deadline || options.isEnough(progress());

  const hung: Candidate[] = [];
  let running = 0;
  const tryBatch = async (batch: readonly Candidate[], patience?: number) => {
    const told = (candidate: Candidate, verdict: Verdict) => {
      tried += 1;
      counts[verdict.kind] = (counts[verdict.kind] ?? 0) + 1;
      seeds.add(candidate, verdict);
      if (verdict.kind === 'hang' && patience === undefined) hung.push(candidate);
      if (verdict.kind !== 'passed') return;
      plausible += 1;
      options.onPlausible(candidate);
    };
    const over = AbortSignal.any([
      options.signal,
      AbortSignal.timeout(Math.max(1, Math.ceil(options.deadline - Date.now()))),
    ]);
    const trial = options.trialOf(batch[0]?.path ?? '');
    running += 1;
    try {
      await options.pool.run(
        batch,
        patience === undefined ? trial : { ...trial, patience },
        told,
        over,
      );
    } finally {
      running -= 1;
    }
    options.onProgress(progress());
  };
  const slot = async () => {
    const { leastBatch = LEAST_BATCH } = options.pool;
    let size = 4 * leastBatch;
    while (!isOver()) {
      if (queue.size === 0 && regions.length > 0) refill();
      expandSeeds();
      if (queue.size === 0 && hung.length > 0 && running === 0) {
        const again = hung.splice(0, HUNG_AT_ONCE);
        await tryBatch(again, PATIENCE);
        continue;
      }
      if (queue.size === 0) {
        // Another slot may still find something to go on from.
        if (seeds.isSpent && running === 0) return;
        await sleep(20);
        continue;
      }
      const batch = queue.take(size);
      const began = performance.now();
      await tryBatch(batch);
      const took = performance.now() - began;
      size = Math.round(
        Math.min(MOST_BATCH, Math.max(leastBatch, (batch.length * BATCH_MS) / Math.max(20, took))),
      );
    }
  };
  await Promise.all(Array.from({ length: options.pool.slots }, slot));
  return { ...progress(), counts, seconds: (performance.now() - started) / 1000 };
}

/** A region's edits; the cost takes in how suspicious the region and the edited line are. */
export function candidatesOf(
  region: Region,
  top: number,
  { prose, crashes, endless }: Pick<SearchOptions, 'prose' | 'crashes' | 'endless'>,
): Candidate[] {
  const rows = new Set([...region.lines.keys()].map((line) => line - 1));
  const hints = hintsOf(`${documentationOf(region.source, region.node)}\n${prose}`);
  const context = editContext(region.source, region.node, {
    hints,
    rows,
    crash: crashOf(region, crashes.get(region.source.path)),
    endless,
  });
  const regionCost = 6 * Math.max(0, top - region.score);
  const best = Math.max(0.01, ...region.lines.values());
  const rowOf = rowFinder(region.source.text);
  const edits = enumerateEdits(context);
  return edits.slice(0, MOST_EDITS).map((candidate) => {
    const start = candidate.edits[0]?.start ?? 0;
    const line = region.lines.get(rowOf(start) + 1);
    const ratio = line === undefined ? 0.3 : Math.max(0.1, line / best);
    const cost = candidate.cost + regionCost - 1.5 * Math.log(ratio);
    return { ...candidate, cost, among: edits.length };
  });
}

function crashOf(
  { source, node }: Region,
  rows: ReadonlySet<number> | undefined,
): Crash | undefined {
  const lines = source.text.split('\n');
  const inside = [...(rows ?? [])].filter((row) => node.row <= row && row <= node.endRow);
  if (inside.length === 0) return undefined;
  const names = inside.flatMap((row) => lines[row]?.match(/[A-Za-z_$][\w$]*/g) ?? []);
  return { rows: new Set(inside), names: new Set(names) };
}

/** @returns a function from an offset to its row, from 0 */
export function rowFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
}
