import { median } from '../median.ts';
import type { Usage } from './event.ts';
import { cacheShare, type RunSummary, sumUsage, type ToolUse } from './run-summary.ts';

/** Runs of one kind taken together. */
export interface GroupStats {
  /** The model's name, the tag, or `all`. */
  readonly name: string;
  readonly runs: number;
  /** How often each status came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Runs with a verdict, and those of them that were resolved. */
  readonly judged: number;
  readonly resolved: number;
  readonly usage: Usage;
  /** Sum of the known prices in US dollars, and the number of runs whose price is unknown. */
  readonly knownCostUsd: number;
  readonly unknownCosts: number;
  readonly cacheShare: number | null;
  readonly medianSteps: number;
  readonly medianMs: number;
  readonly medianCostUsd: number | null;
  readonly tools: readonly ToolUse[];
}

export interface Stats {
  readonly all: GroupStats;
  readonly byModel: readonly GroupStats[];
  /** Empty when no run has a tag. */
  readonly byTag: readonly GroupStats[];
}

/** Statistics over runs: all together, by model, by tag. */
export function statsOf(runs: readonly RunSummary[]): Stats {
  const tagged = runs.filter(({ tag }) => tag !== '');
  return {
    all: groupStats('all', runs),
    byModel: groups(runs, ({ model }) => model),
    byTag: groups(tagged, ({ tag }) => tag),
  };
}

function groups(runs: readonly RunSummary[], keyOf: (run: RunSummary) => string): GroupStats[] {
  const byKey = new Map<string, RunSummary[]>();
  for (const run of runs) {
    const key = keyOf(run);
    byKey.set(key, [...(byKey.get(key) ?? []), run]);
  }
  return [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, members]) => groupStats(name, members));
}

function groupStats(name: string, runs: readonly RunSummary[]): GroupStats {
  const costs = runs.map(({ usage }) => usage.costUsd).filter((cost) => cost !== null);
  const statuses: Record<string, number> = {};
  for (const { status } of runs) statuses[status] = (statuses[status] ?? 0) + 1;
  const usage = sumUsage(runs.map((run) => run.usage));
  return {
    name,
    runs: runs.length,
    statuses,
    judged: runs.filter(({ resolved }) => resolved !== null).length,
    resolved: runs.filter(({ resolved }) => resolved === true).length,
    usage,
    knownCostUsd: costs.reduce((sum, cost) => sum + cost, 0),
    unknownCosts: runs.length - costs.length,
    cacheShare: cacheShare(usage),
    medianSteps: median(runs.map(({ steps }) => steps)) ?? 0,
    medianMs: median(runs.map(({ durationMs }) => durationMs)) ?? 0,
    medianCostUsd: median(costs),
    tools: sumTools(runs),
  };
}

function sumTools(runs: readonly RunSummary[]): ToolUse[] {
  const uses = new Map<string, ToolUse>();
  for (const use of runs.flatMap(({ tools }) => tools)) {
    const sum = uses.get(use.tool);
    uses.set(
      use.tool,
      sum
        ? {
            tool: use.tool,
            calls: sum.calls + use.calls,
            errors: sum.errors + use.errors,
            formatErrors: sum.formatErrors + use.formatErrors,
            durationMs: sum.durationMs + use.durationMs,
          }
        : use,
    );
  }
  return [...uses.values()].sort((a, b) => b.calls - a.calls || (a.tool < b.tool ? -1 : 1));
}

/** One line a run, for spreadsheets: RFC 4180, with a header line. */
export function runsCsv(runs: readonly RunSummary[]): string {
  const columns: readonly (readonly [string, (run: RunSummary) => string | number])[] = [
    ['run', ({ runId }) => runId],
    ['task', ({ taskId }) => taskId],
    ['model', ({ model }) => model],
    ['tag', ({ tag }) => tag],
    ['status', ({ status }) => status],
    ['resolved', ({ resolved }) => (resolved === null ? '' : String(resolved))],
    ['steps', ({ steps }) => steps],
    ['cost_usd', ({ usage }) => usage.costUsd ?? ''],
    ['input_tokens', ({ usage }) => usage.inputTokens],
    ['cache_read_tokens', ({ usage }) => usage.cacheReadTokens],
    ['cache_write_tokens', ({ usage }) => usage.cacheWriteTokens],
    ['output_tokens', ({ usage }) => usage.outputTokens],
    ['duration_ms', ({ durationMs }) => durationMs],
    ['tool_calls', ({ tools }) => tools.reduce((sum, { calls }) => sum + calls, 0)],
    ['tool_errors', ({ tools }) => tools.reduce((sum, { errors }) => sum + errors, 0)],
    ['patch_files', ({ patchFiles }) => patchFiles],
    ['patch_added', ({ patchAdded }) => patchAdded],
    ['patch_removed', ({ patchRemoved }) => patchRemoved],
    ['started_at', ({ startedAt }) => startedAt],
  ];
  const rows = runs.map((run) => columns.map(([, value]) => csvField(value(run))).join(','));
  return `${[columns.map(([name]) => name).join(','), ...rows].join('\r\n')}\r\n`;
}

/** Quoted where it must be; a text that a spreadsheet would take for a formula gets a quote in front. */
function csvField(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
