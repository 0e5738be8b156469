import { inParallel } from '../../in-parallel.ts';
import { median } from '../../median.ts';
import { projectOf, type RowProject } from './project.ts';
import type { Row, Visible } from './row.ts';
import { type HiddenVerdict, readVerdict, type VerdictProgram, verdictProgram } from './verdict.ts';

/** One repair through the whole agent. */
export interface Repaired {
  /** Status of the run: `submitted`, `refused`, ... */
  readonly status: string;
  readonly reason: string;
  /** The repaired file, null when there is no patch. */
  readonly text: string | null;
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
  readonly rows: readonly Row[];
  readonly visible: Visible;
  /** Rows repaired side by side. */
  readonly jobs: number;
  /** Repairs a repository made of the files, through the whole agent. */
  readonly fix: (project: RowProject, row: Row) => Promise<Repaired>;
  /** Runs a program in a sandbox. @returns its standard output */
  readonly execute: (program: VerdictProgram) => Promise<string>;
  readonly onRow?: (result: RowResult, done: number, all: number) => void;
  /** Aborted: no further row is begun, and those that were cut do not count. */
  readonly signal?: AbortSignal;
}

/** `not exposed`: the visible tests pass on the buggy program; `none`: no patch. */
export type RowVerdict = 'right' | 'wrong' | 'none' | 'not exposed' | 'error';

export interface RowResult extends Omit<Repaired, 'text'> {
  readonly id: string;
  readonly bugType: string;
  readonly verdict: RowVerdict;
  readonly hidden?: HiddenVerdict;
}

export interface BenchSummary {
  readonly model: string;
  readonly visible: Visible;
  readonly rows: number;
  readonly counts: Readonly<Record<RowVerdict, number>>;
  /** Right of all rows, and wrong of the submitted ones; from 0 to 1. */
  readonly rightShare: number;
  readonly wrongShare: number;
  readonly medianSeconds: number;
  /** US dollars; null when the price of some row is unknown. */
  readonly costUsd: number | null;
  readonly byBugType: readonly {
    readonly bugType: string;
    readonly rows: number;
    readonly right: number;
    readonly wrong: number;
  }[];
  readonly results: readonly RowResult[];
}

/** Repairs every row as a small repository and judges what was submitted by the hidden tests. */
export async function benchHumanEvalFix(options: BenchOptions): Promise<BenchSummary> {
  const { rows, signal } = options;
  let done = 0;
  const results = await inParallel(rows, options.jobs, async (row) => {
    if (signal?.aborted) return null;
    const result = await benchRow(row, options).catch((error: unknown) => {
      if (signal?.aborted) return null;
      throw error;
    });
    if (result === null || result.status === 'interrupted') return null;
    options.onRow?.(result, ++done, rows.length);
    return result;
  });
  return summarise(
    options,
    results.filter((result) => result !== null),
  );
}

async function benchRow(row: Row, options: BenchOptions): Promise<RowResult> {
  const base = { id: row.task_id, bugType: row.bug_type };
  const { text, ...repaired } = await options.fix(projectOf(row, options.visible), row);
  if (text === null) {
    const isExposed = !/no test fails|no failing/i.test(repaired.reason);
    const isError = repaired.status === 'error';
    const verdict = isError ? 'error' : isExposed ? 'none' : 'not exposed';
    return { ...base, ...repaired, verdict };
  }
  const hidden = readVerdict(await options.execute(verdictProgram(row, text)));
  return { ...base, ...repaired, hidden, verdict: hidden === 'right' ? 'right' : 'wrong' };
}

function summarise(
  { model, visible }: Pick<BenchOptions, 'model' | 'visible'>,
  results: readonly RowResult[],
): BenchSummary {
  const count = (verdict: RowVerdict) => results.filter((each) => each.verdict === verdict).length;
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
      const of = (verdict: RowVerdict) => own.filter((each) => each.verdict === verdict).length;
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
    `${summary.model}: ${summary.rows} rows, ${seen}; the place not given`,
    `right ${counts.right} (${percent(summary.rightShare)}), wrong ${counts.wrong} (${percent(summary.wrongShare)} of the submitted), no patch ${counts.none}, not exposed ${counts['not exposed']}, errors ${counts.error}`,
    `median time to the patch ${summary.medianSeconds.toFixed(1)} s${cost}`,
    '',
    `${'bug'.padEnd(18)} rows  right  wrong`,
    ...rows,
  ].join('\n');
}
