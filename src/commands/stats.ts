import { ExitCode } from '../errors.ts';
import { cost, duration } from '../report/format.ts';
import { type GroupStats, runsCsv, statsOf } from '../trajectory/stats.ts';
import type { Host } from './host.ts';
import { readRunSet } from './run-set.ts';
import { table } from './table.ts';

export interface StatsOptions {
  readonly dir: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/**
 * `patchwright stats`: how runs ended, what they cost, what they used.
 *
 * @throws {UsageError} when there is no run
 */
export async function stats({ dir, json, csv }: StatsOptions, host: Host): Promise<number> {
  const runs = (await readRunSet(dir, host)).map(({ summary }) => summary);
  const found = statsOf(runs);
  if (csv) host.stdout.write(runsCsv(runs));
  else if (json) host.stdout.write(`${JSON.stringify({ ...found, runs }, null, 2)}\n`);
  else {
    const parts = [
      groupTable([...found.byModel, ...(found.byModel.length > 1 ? [found.all] : [])], 'model'),
      ...(found.byTag.length > 0 ? [groupTable(found.byTag, 'tag')] : []),
      toolTable(found.all),
    ];
    host.stdout.write(`${parts.join('\n\n')}\n`);
  }
  return ExitCode.submitted;
}

function groupTable(groups: readonly GroupStats[], what: string): string {
  const head = [
    what,
    'runs',
    'ended',
    'resolved',
    'cost',
    'median',
    'tokens in',
    'cached',
    'out',
    'steps',
    'time',
  ];
  const rows = groups.map((group) => {
    const { usage } = group;
    const statuses = Object.entries(group.statuses)
      .map(([status, count]) => `${count} ${status}`)
      .join(', ');
    const unknown = group.unknownCosts > 0 ? ` + ${group.unknownCosts} unknown` : '';
    return [
      group.name,
      group.runs,
      statuses,
      group.judged > 0 ? `${group.resolved}/${group.judged}` : '-',
      `${cost(group.knownCostUsd)}${unknown}`,
      group.medianCostUsd === null ? '-' : cost(group.medianCostUsd),
      usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
      group.cacheShare === null ? '-' : `${Math.round(group.cacheShare * 100)}%`,
      usage.outputTokens,
      group.medianSteps,
      duration(group.medianMs),
    ];
  });
  return table(head, rows);
}

function toolTable({ tools }: GroupStats): string {
  const rows = tools.map(({ tool, calls, errors, formatErrors, durationMs }) => [
    tool,
    calls,
    errors,
    formatErrors,
    duration(durationMs / Math.max(1, calls)),
  ]);
  return table(['tool', 'calls', 'errors', 'malformed', 'mean time'], rows);
}
