import type { RunSummary } from './run-summary.ts';

/** One task in two sets of runs; the latest run of each set counts. */
export interface TaskComparison {
  readonly taskId: string;
  readonly a: RunSummary | null;
  readonly b: RunSummary | null;
  /** Whether each side solved it: by verdict where there is one, else by whether it submitted a change. */
  readonly solvedA: boolean;
  readonly solvedB: boolean;
}

export interface RunsComparison {
  readonly tasks: readonly TaskComparison[];
  readonly solvedByBoth: readonly string[];
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  readonly byNeither: readonly string[];
  /** Tasks that only one set has runs of. */
  readonly missingInA: readonly string[];
  readonly missingInB: readonly string[];
  /** Sums of the known prices in US dollars, of steps and of milliseconds. */
  readonly totals: { readonly a: Totals; readonly b: Totals };
}

export interface Totals {
  readonly runs: number;
  readonly solved: number;
  readonly knownCostUsd: number;
  readonly unknownCosts: number;
  readonly steps: number;
  readonly durationMs: number;
}

/** Compares two sets of runs, task by task. */
export function compareRuns(a: readonly RunSummary[], b: readonly RunSummary[]): RunsComparison {
  const left = latestByTask(a);
  const right = latestByTask(b);
  const ids = [...new Set([...left.keys(), ...right.keys()])].sort();
  const tasks = ids.map((taskId): TaskComparison => {
    const one = left.get(taskId) ?? null;
    const other = right.get(taskId) ?? null;
    return { taskId, a: one, b: other, solvedA: isSolved(one), solvedB: isSolved(other) };
  });
  const both = tasks.filter((task) => task.a && task.b);
  const idsOf = (chosen: readonly TaskComparison[]) => chosen.map(({ taskId }) => taskId);
  return {
    tasks,
    solvedByBoth: idsOf(both.filter((task) => task.solvedA && task.solvedB)),
    onlyA: idsOf(both.filter((task) => task.solvedA && !task.solvedB)),
    onlyB: idsOf(both.filter((task) => !task.solvedA && task.solvedB)),
    byNeither: idsOf(both.filter((task) => !task.solvedA && !task.solvedB)),
    missingInA: idsOf(tasks.filter((task) => !task.a)),
    missingInB: idsOf(tasks.filter((task) => !task.b)),
    totals: { a: totalsOf([...left.values()]), b: totalsOf([...right.values()]) },
  };
}

/** @returns whether a run counts as solved: by its verdict, else by a submitted change */
export function isSolved(run: RunSummary | null): boolean {
  if (!run) return false;
  return run.resolved ?? (run.status === 'submitted' && run.patchFiles > 0);
}

function latestByTask(runs: readonly RunSummary[]): Map<string, RunSummary> {
  const latest = new Map<string, RunSummary>();
  for (const run of runs) {
    const known = latest.get(run.taskId);
    if (!known || known.startedAt <= run.startedAt) latest.set(run.taskId, run);
  }
  return latest;
}

function totalsOf(runs: readonly RunSummary[]): Totals {
  const costs = runs.map(({ usage }) => usage.costUsd).filter((cost) => cost !== null);
  return {
    runs: runs.length,
    solved: runs.filter(isSolved).length,
    knownCostUsd: costs.reduce((sum, cost) => sum + cost, 0),
    unknownCosts: runs.length - costs.length,
    steps: runs.reduce((sum, { steps }) => sum + steps, 0),
    durationMs: runs.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}
