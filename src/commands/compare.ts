import { ExitCode } from '../errors.ts';
import { cost, duration } from '../report/format.ts';
import { plain } from '../report/plain.ts';
import { compareRuns, type RunsComparison, type Totals } from '../trajectory/compare.ts';
import type { RunSummary } from '../trajectory/run-summary.ts';
import type { Host } from './host.ts';
import { readRunSet } from './run-set.ts';
import { table } from './table.ts';

export interface CompareOptions {
  readonly a: string;
  readonly b: string;
  readonly json?: boolean;
}

/**
 * `patchwright compare`: which tasks each of two sets of runs solved, and at what cost.
 *
 * @throws {UsageError} when one of them holds no run
 */
export async function compare({ a, b, json }: CompareOptions, host: Host): Promise<number> {
  const [left, right] = await Promise.all([readRunSet(a, host), readRunSet(b, host)]);
  const summaries = (runs: typeof left) => runs.map(({ summary }) => summary);
  const compared = compareRuns(summaries(left), summaries(right));
  const text = json ? JSON.stringify(compared, null, 2) : report(compared, a, b);
  host.stdout.write(`${text}\n`);
  return ExitCode.submitted;
}

function report(compared: RunsComparison, a: string, b: string): string {
  const { tasks, totals } = compared;
  const rows = tasks.map((task) => [
    task.taskId,
    word(task.a, task.solvedA),
    word(task.b, task.solvedB),
    task.a ? cost(task.a.usage.costUsd) : '-',
    task.b ? cost(task.b.usage.costUsd) : '-',
    task.a?.steps ?? '-',
    task.b?.steps ?? '-',
  ]);
  const lists: [string, readonly string[]][] = [
    ['solved by both', compared.solvedByBoth],
    [`only ${a}`, compared.onlyA],
    [`only ${b}`, compared.onlyB],
    ['by neither', compared.byNeither],
    [`not in ${a}`, compared.missingInA],
    [`not in ${b}`, compared.missingInB],
  ];
  return [
    table(['task', 'A', 'B', 'cost A', 'cost B', 'steps A', 'steps B'], rows),
    '',
    ...lists.map(
      ([label, ids]) =>
        `${plain(label)}: ${ids.length}${ids.length > 0 ? `  ${ids.map((id) => plain(id)).join(' ')}` : ''}`,
    ),
    '',
    totalLine(`A ${a}`, totals.a),
    totalLine(`B ${b}`, totals.b),
  ].join('\n');
}

function word(run: RunSummary | null, solved: boolean): string {
  if (!run) return '-';
  return solved ? 'solved' : run.status === 'submitted' ? 'not solved' : run.status;
}

function totalLine(label: string, totals: Totals): string {
  const unknown = totals.unknownCosts > 0 ? ` + ${totals.unknownCosts} unknown` : '';
  return `${plain(label)}: ${totals.solved} of ${totals.runs} solved, ${cost(totals.knownCostUsd)}${unknown}, ${totals.steps} steps, ${duration(totals.durationMs)}`;
}
