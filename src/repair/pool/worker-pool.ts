import type { Candidate } from '../edits/edit.ts';
import type { SourceFile, SyntaxNode } from '../tree.ts';
import {
  type Behaviours,
  type CandidatePool,
  collect,
  type Learned,
  type LearnedTest,
  type TellVerdict,
  type Trial,
} from './pool.ts';
import { WorkerSlots } from './slots.ts';
import type { Worker } from './worker.ts';

/** What a worker is sent: a batch in its own form, whose candidates name those of the pool by their position. */
type Batch = Readonly<Record<string, unknown>>;

/**
 * Starts workers: the first learns the tests, the others are told.
 *
 * @throws {Error} when the tests cannot be loaded
 */
export async function startWorkers(
  slots: number,
  start: (slot: number, known?: Learned) => Promise<Worker>,
): Promise<{ workers: Worker[]; learned: Learned }> {
  const first = await start(0);
  try {
    const learned = await first.learned();
    const more = Array.from({ length: slots - 1 }, (_, slot) => start(slot + 1, learned));
    return { workers: [first, ...(await Promise.all(more))], learned };
  } catch (error) {
    await first.stop();
    throw error;
  }
}

/** A pool whose candidates run in workers that hold the tests loaded. */
export abstract class WorkerPool implements CandidatePool {
  readonly tests: readonly LearnedTest[];
  readonly slots: number;
  protected readonly workers: WorkerSlots;

  constructor(workers: readonly Worker[], tests: readonly LearnedTest[]) {
    this.workers = new WorkerSlots(workers);
    this.tests = tests;
    this.slots = workers.length;
  }

  expect(_regions: readonly { readonly source: SourceFile; readonly node: SyntaxNode }[]): void {
    // Only some pools have to know which functions will change.
  }

  abstract run(
    candidates: readonly Candidate[],
    trial: Trial,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void>;

  abstract behave(
    source: SourceFile,
    candidates: readonly Candidate[],
    trial: Trial,
    signal: AbortSignal,
  ): Promise<Behaviours | null>;

  /** Sends a batch and tells its verdicts. */
  protected send(
    worker: Worker,
    batch: Batch,
    candidates: readonly Candidate[],
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    return worker.run(batch, signal, (id, kind, improved, broken) => {
      const candidate = candidates[id];
      if (candidate) told(candidate, { kind, improved, broken });
    });
  }

  /** Sends a batch in which number 0 is the function as it stands, and gathers what each makes of the same calls. */
  protected compare(
    worker: Worker,
    batch: Batch,
    candidates: readonly Candidate[],
    signal: AbortSignal,
  ): Promise<Behaviours | null> {
    return collect(candidates, (told) =>
      worker.run({ ...batch, behave: true }, signal, (id, _kind, _improved, _broken, vector) =>
        told(id, vector ?? []),
      ),
    );
  }

  close(): Promise<void> {
    return this.workers.stop();
  }
}
