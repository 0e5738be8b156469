import type { Message } from '../model/model.ts';
import type { Observation, Usage } from '../trajectory/event.ts';
import type { RecordedRun, RecordedStep } from '../trajectory/formats/own-run.ts';
import { type RunSummary, summariseRun } from '../trajectory/run-summary.ts';

/** Characters of a text that a page gets at once; the rest is asked for. */
export const MAX_TEXT = 20_000;
const MAX_ROW_TEXT = 200;
/** Points of a chart, however many steps there are. */
const MAX_POINTS = 1_000;

/** One line of the timeline. */
export interface StepRow {
  readonly step: number;
  readonly calls: readonly {
    readonly tool: string;
    readonly target: string;
    readonly error: boolean;
  }[];
  readonly text: string;
  readonly costUsd: number | null;
  readonly durationMs: number;
}

export interface RunView {
  readonly summary: RunSummary;
  readonly statement: string;
  readonly repository: string;
  readonly baseCommit: string;
  readonly workspaceRoot: string;
  readonly sandbox: string;
  readonly patch: string;
  readonly stepCount: number;
  readonly running: boolean;
  readonly chart: Chart;
}

/** Series over the steps, thinned out; costs add up. */
export interface Chart {
  readonly steps: readonly number[];
  readonly input: readonly number[];
  readonly cached: readonly number[];
  readonly output: readonly number[];
  readonly costUsd: readonly (number | null)[];
}

export interface StepView {
  readonly step: number;
  readonly time: string;
  readonly durationMs: number;
  readonly text: string;
  readonly thinking: string;
  readonly model: string;
  readonly stopReason: string;
  readonly usage: Usage;
  readonly actions: readonly {
    readonly id: string;
    readonly tool: string;
    readonly input: unknown;
    readonly answer: Observation | null;
    /** Characters left out of the answer's text; 0 when it is whole. */
    readonly omitted: number;
  }[];
  readonly nudges: readonly string[];
}

export function runView(run: RecordedRun): RunView {
  const { header, outcome, steps } = run;
  return {
    summary: summariseRun(run),
    statement: header.task.statement,
    repository: header.task.repository,
    baseCommit: header.task.baseCommit,
    workspaceRoot: header.workspaceRoot,
    sandbox: header.sandbox,
    patch: outcome?.patch ?? '',
    stepCount: steps.length,
    running: outcome === null,
    chart: chartOf(steps),
  };
}

/** @returns the lines of the timeline from position `from` (0 is the first step) */
export function stepRows(run: RecordedRun, from: number, count: number): StepRow[] {
  return run.steps.slice(from, from + count).map(rowOf);
}

function rowOf({ step, turn, observations, durationMs }: RecordedStep): StepRow {
  return {
    step,
    calls: turn.actions.map(({ id, tool, input }) => ({
      tool: short(tool),
      target: short(targetOf(input)),
      error: observations.find(({ actionId }) => actionId === id)?.isError ?? false,
    })),
    text: short(turn.text || turn.thinking || ''),
    costUsd: turn.usage.costUsd,
    durationMs: durationMs + observations.reduce((sum, answer) => sum + answer.durationMs, 0),
  };
}

/** What a call is about: its path, command or pattern. */
function targetOf(input: unknown): string {
  const fields = (typeof input === 'object' && input !== null ? input : {}) as Record<
    string,
    unknown
  >;
  for (const name of ['command', 'path', 'pattern', 'name', 'query']) {
    if (typeof fields[name] === 'string') return fields[name];
  }
  return '';
}

function short(text: string): string {
  const line = text.trimStart().split('\n', 1)[0] ?? '';
  return line.length > MAX_ROW_TEXT ? `${line.slice(0, MAX_ROW_TEXT)}…` : line;
}

/** @param whole false cuts each answer to what a page shows at once */
export function stepView(
  { step, turn, observations, ...rest }: RecordedStep,
  whole: boolean,
): StepView {
  return {
    step,
    time: rest.time,
    durationMs: rest.durationMs,
    text: turn.text,
    thinking: turn.thinking ?? '',
    model: turn.model,
    stopReason: turn.stopReason,
    usage: turn.usage,
    actions: turn.actions.map(({ id, tool, input }) => {
      const answer = observations.find(({ actionId }) => actionId === id) ?? null;
      const omitted = whole ? 0 : Math.max(0, (answer?.text.length ?? 0) - MAX_TEXT);
      const shown = answer && {
        ...answer,
        text: answer.text.slice(0, answer.text.length - omitted),
      };
      return { id, tool, input, answer: shown, omitted };
    }),
    nudges: rest.nudges,
  };
}

function chartOf(steps: readonly RecordedStep[]): Chart {
  const every = Math.max(1, Math.ceil(steps.length / MAX_POINTS));
  const chart = {
    steps: [] as number[],
    input: [] as number[],
    cached: [] as number[],
    output: [] as number[],
    costUsd: [] as (number | null)[],
  };
  let spent: number | null = 0;
  for (const [index, { step, turn }] of steps.entries()) {
    const { usage } = turn;
    spent = spent === null || usage.costUsd === null ? null : spent + usage.costUsd;
    if (index % every !== 0 && index !== steps.length - 1) continue;
    chart.steps.push(step);
    chart.input.push(usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens);
    chart.cached.push(usage.cacheReadTokens);
    chart.output.push(usage.outputTokens);
    chart.costUsd.push(spent);
  }
  return chart;
}

/** One message of what the model had been sent when it gave an answer. */
export interface SeenMessage {
  readonly role: Message['role'] | 'system';
  readonly text: string;
}

/**
 * What the model saw when it gave the answer of a step: system prompt, first message, and the latest of the messages
 * between, newest last.
 *
 * @param count messages at the most besides the first two; `left` says how many are missing
 */
export function seenAt(
  run: RecordedRun,
  step: number,
  count: number,
): { messages: SeenMessage[]; left: number } {
  const between = run.steps
    .filter((earlier) => earlier.step < step)
    .slice(-count)
    .flatMap(({ turn, observations, nudges }): SeenMessage[] => [
      {
        role: 'assistant',
        text: [turn.text, ...turn.actions.map(callText)].filter(Boolean).join('\n'),
      },
      ...observations.map(({ text }) => ({ role: 'observations' as const, text: cut(text) })),
      ...nudges.map((text) => ({ role: 'user' as const, text })),
    ]);
  const shown = between.slice(-count);
  const all = run.steps
    .filter((earlier) => earlier.step < step)
    .reduce((sum, { observations, nudges }) => sum + 1 + observations.length + nudges.length, 0);
  const first: SeenMessage[] = [
    { role: 'system', text: run.header.system },
    { role: 'user', text: run.header.prompt },
  ];
  return { messages: [...first, ...shown], left: all - shown.length };
}

function callText({ tool, input }: { tool: string; input: unknown }): string {
  return `${tool} ${JSON.stringify(input)}`;
}

function cut(text: string): string {
  return text.length > MAX_TEXT
    ? `${text.slice(0, MAX_TEXT)}\n[${text.length - MAX_TEXT} more characters]`
    : text;
}

/**
 * @returns the position (0 is the first step) where two runs begin to do different things; their shorter length when
 * one is the beginning of the other
 */
export function firstDifference(a: RecordedRun, b: RecordedRun): number {
  const length = Math.min(a.steps.length, b.steps.length);
  for (let at = 0; at < length; at++) if (deed(a.steps[at]) !== deed(b.steps[at])) return at;
  return length;
}

function deed(step: RecordedStep | undefined): string {
  return JSON.stringify(step?.turn.actions.map(({ tool, input }) => [tool, input]) ?? null);
}
