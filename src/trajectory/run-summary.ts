import type { Status, Usage } from './event.ts';
import type { RecordedRun } from './formats/own-run.ts';

/** How often a tool was called, how often that failed, and how long it took. */
export interface ToolUse {
  readonly tool: string;
  readonly calls: number;
  readonly errors: number;
  /** Calls that were malformed: unknown tool, input against the schema. */
  readonly formatErrors: number;
  readonly durationMs: number;
}

/** The facts of one run that tables and statistics are made of. */
export interface RunSummary {
  readonly runId: string;
  readonly taskId: string;
  readonly model: string;
  /** From `config.tag`, where a batch sets one. */
  readonly tag: string;
  /** `running`: the trajectory has no outcome (yet). */
  readonly status: Status | 'running';
  readonly reason: string;
  /** Verdict of an evaluation, where one was recorded beside the run. */
  readonly resolved: boolean | null;
  readonly steps: number;
  readonly usage: Usage;
  readonly durationMs: number;
  /** Start, ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly patchAdded: number;
  readonly patchRemoved: number;
  readonly patchFiles: number;
  readonly tools: readonly ToolUse[];
}

/**
 * Sums a run up. Usage and time of a run without an outcome are those of its steps so far.
 *
 * @param resolved verdict of an evaluation; null when there is none
 */
export function summariseRun(run: RecordedRun, resolved: boolean | null = null): RunSummary {
  const { header, outcome, steps } = run;
  const patch = outcome?.patch ?? '';
  const { tag } = header.config;
  return {
    runId: header.runId,
    taskId: header.task.id,
    model: header.model,
    tag: typeof tag === 'string' ? tag : '',
    status: outcome?.status ?? 'running',
    reason: outcome?.reason ?? '',
    resolved,
    steps: outcome?.steps ?? steps.length,
    usage: outcome?.usage ?? sumUsage(steps.map(({ turn }) => turn.usage)),
    durationMs: outcome?.durationMs ?? durationSoFar(run),
    startedAt: header.time,
    patchAdded: countLines(patch, '+'),
    patchRemoved: countLines(patch, '-'),
    patchFiles: (patch.match(/^diff --git /gm) ?? []).length,
    tools: toolUse(run),
  };
}

/** Adds usages up; the price is unknown as soon as that of one is. No usage at all costs nothing. */
export function sumUsage(usages: readonly Usage[]): Usage {
  const sum = (key: Exclude<keyof Usage, 'costUsd'>) =>
    usages.reduce((total, usage) => total + usage[key], 0);
  const known = usages.every(({ costUsd }) => costUsd !== null);
  return {
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    cacheReadTokens: sum('cacheReadTokens'),
    cacheWriteTokens: sum('cacheWriteTokens'),
    costUsd: known ? usages.reduce((total, { costUsd }) => total + (costUsd ?? 0), 0) : null,
  };
}

/** Share of the input that came from a cache, 0 to 1; null without input. */
export function cacheShare(usage: Usage): number | null {
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return input === 0 ? null : usage.cacheReadTokens / input;
}

function durationSoFar({ steps }: RecordedRun): number {
  return steps.reduce(
    (sum, { durationMs, observations }) =>
      sum + durationMs + observations.reduce((time, answer) => time + answer.durationMs, 0),
    0,
  );
}

function toolUse({ steps }: RecordedRun): ToolUse[] {
  const uses = new Map<string, { -readonly [K in keyof ToolUse]: ToolUse[K] }>();
  for (const { turn, observations } of steps) {
    const tools = new Map(turn.actions.map(({ id, tool }) => [id, tool]));
    for (const answer of observations) {
      const tool = tools.get(answer.actionId) ?? '(unknown)';
      const use = uses.get(tool) ?? { tool, calls: 0, errors: 0, formatErrors: 0, durationMs: 0 };
      use.calls += 1;
      use.errors += answer.isError ? 1 : 0;
      use.formatErrors += answer.isFormatError ? 1 : 0;
      use.durationMs += answer.durationMs;
      uses.set(tool, use);
    }
  }
  return [...uses.values()].sort((a, b) => b.calls - a.calls || (a.tool < b.tool ? -1 : 1));
}

/** Lines of the hunks only: `+++` and `---` of a file's head are none. */
function countLines(patch: string, sign: '+' | '-'): number {
  let count = 0;
  let inHunk = false;
  for (const line of patch.split('\n')) {
    if (line.startsWith('diff --git ')) inHunk = false;
    else if (line.startsWith('@@ ')) inHunk = true;
    else if (inHunk && line.startsWith(sign)) count++;
  }
  return count;
}
