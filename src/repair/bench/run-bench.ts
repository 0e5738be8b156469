import { messageOf, UsageError } from '../../errors.ts';
import { inParallel } from '../../in-parallel.ts';
import { median } from '../../median.ts';
import type { BenchTask, HiddenVerdict, Visible } from './task.ts';

/** One repair through the whole agent. */
export interface Repaired {
  /** Status of the run: `submitted`, `refused`, ... */
  readonly status: string;
  readonly reason: string;
  /** How the tests judge what was submitted; absent when there is no patch. */
  readonly hidden?: HiddenVerdict | undefined;
  readonly durationMs: number;
  readonly steps?: number | undefined;
  /** US dollars; null when the price is unknown. */
  readonly costUsd?: number | null | undefined;
  /** From the answer of the `repair` tool, where the run came that far. */
  readonly tried?: number | undefined;
  readonly perSecond?: number | undefined;
  readonly confidence?: number | undefined;
  readonly kind?: string | undefined;
}

export interface BenchOptions {
  /** Name of the model that repairs. */
  readonly model: string;
  readonly tasks: readonly BenchTask[];
  readonly visible: Visible;
  /** Tasks worked on side by side. */
  readonly jobs: number;
  /** Repairs a task's repository through the whole agent and has the patch judged. */
  readonly repair: (task: BenchTask, index: number) => Promise<Repaired>;
  readonly onTask?: (result: TaskResult, done: number, all: number) => void;
  /** Aborted: no further task is begun, and those that were cut do not count. */
  readonly signal?: AbortSignal;
}

/** `not exposed`: the visible tests pass on the buggy program; `none`: no patch. */
export type TaskVerdict = 'right' | 'wrong' | 'none' | 'not exposed' | 'error';

export interface TaskResult extends Repaired {
  readonly id: string;
  /** Of a program in a folder: its language. */
  readonly bugType: string;
  readonly verdict: TaskVerdict;
}

export interface BenchSummary {
  readonly model: string;
  readonly visible: Visible;
  readonly rows: number;
  readonly counts: Readonly<Record<TaskVerdict, number>>;
  /** Right of all, and wrong of the submitted ones; from 0 to 1. */
  readonly rightShare: number;
  readonly wrongShare: number;
  readonly medianSeconds: number;
  /** US dollars; null when the price of some task is unknown. */
  readonly costUsd: number | null;
  readonly byBugType: readonly {
    readonly bugType: string;
    readonly rows: number;
    readonly right: number;
    readonly wrong: number;
  }[];
  readonly results: readonly TaskResult[];
}

/**
 * Repairs every task and counts how what was submitted was judged. What goes wrong with one task is its own result.
 *
 * @throws {UsageError} when the first request shows that the configuration is wrong
 */
export async function runBench(options: BenchOptions): Promise<BenchSummary> {
  const { tasks, signal } = options;
  let done = 0;
  const results = await inParallel(tasks, options.jobs, async (task, index) => {
    if (signal?.aborted) return null;
    const start = performance.now();
    const repaired = await options.repair(task, index).catch((error: unknown): Repaired | null => {
      if (signal?.aborted) return null;
      if (error instanceof UsageError) throw error;
      const durationMs = Math.round(performance.now() - start);
      return { status: 'error', reason: messageOf(error), durationMs };
    });
    if (repaired === null || repaired.status === 'interrupted') return null;
    const { id, bugType } = task;
    const result = { id, bugType, ...repaired, verdict: verdictOf(repaired) };
    options.onTask?.(result, ++done, tasks.length);
    return result;
  });
  return summarise(
    options,
    results.filter((result) => result !== null),
  );
}

function verdictOf({ hidden, status, reason }: Repaired): TaskVerdict {
  if (hidden !== undefined) return hidden === 'right' ? 'right' : 'wrong';
  if (status === 'error') return 'error';
  return /no test fails|no failing/i.test(reason) ? 'not exposed' : 'none';
}

function summarise(
  { model, visible }: Pick<BenchOptions, 'model' | 'visible'>,
  results: readonly TaskResult[],
): BenchSummary {
  const count = (verdict: TaskVerdict) => results.filter((each) => each.verdict === verdict).length;
  const counts = {
    right: count('right'),
    wrong: count('wrong'),
    none: count('none'),
    'not exposed': count('not exposed'),
    error: count('error'),
  };
  const submitted = results.filter(({ verdict }) => verdict === 'right' || verdict === 'wrong');
  const types = [...new Set(results.map(({ bugType }) => bugType))].sort();
  return {
    model,
    visible,
    rows: results.length,
    counts,
    rightShare: counts.right / Math.max(1, results.length),
    wrongShare: counts.wrong / Math.max(1, submitted.length),
    medianSeconds: median(submitted.map(({ durationMs }) => durationMs / 1000)) ?? 0,
    costUsd: results.reduce<number | null>(
      (sum, { costUsd = 0 }) => (sum === null || costUsd === null ? null : sum + costUsd),
      0,
    ),
    byBugType: types.map((bugType) => {
      const own = results.filter((each) => each.bugType === bugType);
      const of = (verdict: TaskVerdict) => own.filter((each) => each.verdict === verdict).length;
      return { bugType, rows: own.length, right: of('right'), wrong: of('wrong') };
    }),
    results,
  };
}

/** The summary as a table for a person. */
export function benchTable(summary: BenchSummary): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const seen = summary.visible === 'full' ? 'tests visible' : 'examples only';
  const { counts, costUsd } = summary;
  const cost =
    costUsd === null ? ', cost unknown' : costUsd === 0 ? '' : `, cost $${costUsd.toFixed(2)}`;
  const rows = summary.byBugType.map(({ bugType, rows: all, right, wrong }) =>
    [
      bugType.padEnd(18),
      String(all).padStart(4),
      String(right).padStart(6),
      String(wrong).padStart(6),
    ].join(' '),
  );
  return [
    `${summary.model}: ${summary.rows} programs, ${seen}; the place not given`,
    `right ${counts.right} (${percent(summary.rightShare)}), wrong ${counts.wrong} (${percent(summary.wrongShare)} of the submitted), no patch ${counts.none}, not exposed ${counts['not exposed']}, errors ${counts.error}`,
    `median time to the patch ${summary.medianSeconds.toFixed(1)} s${cost}`,
    '',
    `${'kind'.padEnd(18)}  all  right  wrong`,
    ...rows,
  ].join('\n');
}
