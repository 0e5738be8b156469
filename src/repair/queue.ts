import type { Candidate } from './edits/edit.ts';
import { byCost } from './edits/enumerate.ts';

const priorityOf = (candidate: Candidate): number => candidate.priority ?? candidate.cost;

function byPriority(a: Candidate, b: Candidate): number {
  return priorityOf(a) - priorityOf(b) || byCost(a, b);
}

/** A batch may hold candidates this much less likely (as a difference of costs) than the best of another file. */
const SLACK = 1.2;

/** Candidates by file, so that a batch is of one file: a change of files makes a worker load its tests again. */
export class CandidateQueue {
  private readonly byPath = new Map<string, Candidate[]>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Cost of the candidate that comes next; infinite when there is none. */
  get nextCost(): number {
    const heads = [...this.byPath.values()].flatMap((list) => list.at(-1) ?? []);
    return heads.sort(byPriority)[0]?.cost ?? Number.POSITIVE_INFINITY;
  }

  push(candidates: readonly Candidate[]): void {
    const touched = new Set<string>();
    for (const candidate of candidates) {
      const list = this.byPath.get(candidate.path) ?? [];
      list.push(candidate);
      this.byPath.set(candidate.path, list);
      touched.add(candidate.path);
    }
    // The best last, so that it is taken off quickly.
    for (const path of touched) this.byPath.get(path)?.sort((a, b) => byPriority(b, a));
    this.count += candidates.length;
  }

  /** The best candidate and those that follow it in its file, at most `size`. */
  take(size: number): Candidate[] {
    const heads = [...this.byPath.values()].flatMap((list) => {
      const head = list.at(-1);
      return head ? [{ list, head }] : [];
    });
    heads.sort((a, b) => byPriority(a.head, b.head));
    const [best, next] = heads;
    if (!best) return [];
    const limit = next ? priorityOf(next.head) + SLACK : Number.POSITIVE_INFINITY;
    const batch: Candidate[] = [];
    while (batch.length < size) {
      const candidate = best.list.at(-1);
      if (!candidate || priorityOf(candidate) > limit) break;
      best.list.pop();
      batch.push(candidate);
    }
    this.count -= batch.length;
    return batch;
  }
}
