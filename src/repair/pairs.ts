import type { Candidate } from './edits/edit.ts';
import type { Verdict } from './pool/pool.ts';

/** Improving edits from which the search goes on. */
const MOST_SEEDS = 80;
/** Second edits that are listed for one seed. */
const SECONDS_OF_A_SEED = 2500;
/** What two edits cost more than the sum of each: most bugs are at one place. */
const PAIR_COST = 1;
/** What is taken off when both are of one kind or put in the same text: one mistake made twice. */
const SAME_KIND = 2;
const SAME_TEXT = 2;
/** What a seed is worth that makes all failing checks but one hold. */
const IMPROVEMENT = 6;

interface Seed {
  readonly candidate: Candidate;
  /** Checks gained, less those lost. */
  readonly gain: number;
}

/** Single edits that make more assertions hold, kept as first halves of pairs. */
export class Seeds {
  private readonly waiting: Seed[] = [];
  private used = 0;
  private best = 1;

  /** Takes note of how a single edit did. */
  add(candidate: Candidate, verdict: Verdict): void {
    if (candidate.edits.length > 1) return;
    if (verdict.kind !== 'failed' && verdict.kind !== 'breaks') return;
    const gain = verdict.improved - 0.7 * verdict.broken;
    if (verdict.improved === 0 || gain <= 0) return;
    this.best = Math.max(this.best, gain);
    this.waiting.push({ candidate, gain });
  }

  /** The pairs of the best seeds that were not expanded yet, at most `count` of them. */
  expand(count: number, singlesOf: (seed: Candidate) => readonly Candidate[]): Candidate[] {
    this.waiting.sort((a, b) => b.gain - a.gain || a.candidate.cost - b.candidate.cost);
    const pairs: Candidate[] = [];
    for (let done = 0; done < count && this.used < MOST_SEEDS; done++) {
      const seed = this.waiting.shift();
      if (!seed) break;
      this.used += 1;
      for (const pair of pairsOf(seed, singlesOf(seed.candidate), this.best)) pairs.push(pair);
    }
    return pairs;
  }

  get isSpent(): boolean {
    return this.waiting.length === 0 || this.used >= MOST_SEEDS;
  }
}

function pairsOf(
  { candidate, gain }: Seed,
  singles: readonly Candidate[],
  best: number,
): Candidate[] {
  const [first] = candidate.edits;
  if (!first) return [];
  const pairs: Candidate[] = [];
  for (const single of singles) {
    if (pairs.length >= SECONDS_OF_A_SEED) break;
    const [second] = single.edits;
    if (!second || single.path !== candidate.path) continue;
    if (second.start < first.end && first.start < second.end) continue;
    if (second.start === first.start || second.end === first.end) continue;
    const alike =
      (second.kind === first.kind ? SAME_KIND : 0) +
      (second.text !== '' && second.text.trim() === first.text.trim() ? SAME_TEXT : 0);
    const cost = candidate.cost + single.cost + PAIR_COST - alike;
    const priority = cost - (IMPROVEMENT * gain) / best;
    const edits = first.start < second.start ? [first, second] : [second, first];
    pairs.push({ ...candidate, edits, cost, priority });
  }
  return pairs;
}
