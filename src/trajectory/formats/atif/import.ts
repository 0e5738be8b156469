import * as z from 'zod';
import type { Action, Observation, TrajectoryEvent, Usage } from '../../event.ts';
import { type ForeignRun, type ForeignStep, toEvents, UNKNOWN_USAGE } from '../foreign-run.ts';
import { mapForeignCall } from '../foreign-tools.ts';
import type { OwnCall } from '../own-actions.ts';
import { OwnRun, type OwnStep, restoreEvents } from '../own-run.ts';
import { findRoot, statementOf } from '../statement.ts';
import { patchOf } from '../submission.ts';
import { EditorFollower } from '../sweagent/editor.ts';
import { commandOf } from '../sweagent/tool-calls.ts';
import { failed } from '../sweagent/verdict.ts';
import { type AtifFile, AtifOwnStep, type AtifStep, type AtifToolCall } from './schema.ts';

/**
 * Reads a trajectory in Harbor's interchange format. One that we exported comes back as it was.
 *
 * @param name of the file without its ending; the task's id when the file has none
 */
export function importAtif(file: AtifFile, name: string, importedAt: string): TrajectoryEvent[] {
  return restore(file, importedAt) ?? toEvents(foreignRun(file, name), importedAt);
}

/** The first user message is the task, system messages before it the system prompt. */
function opening(file: AtifFile): { system: string; prompt: string; rest: AtifStep[] } {
  const first = file.steps.findIndex((step) => step.source === 'user');
  const at = first < 0 ? -1 : first;
  const system = file.steps
    .slice(0, at < 0 ? undefined : at)
    .filter((step) => step.source === 'system')
    .map((step) => step.message)
    .join('\n\n');
  return { system, prompt: file.steps[at]?.message ?? '', rest: file.steps.slice(at + 1) };
}

function foreignRun(file: AtifFile, name: string): ForeignRun {
  const { system, prompt, rest } = opening(file);
  const cwds = z.array(z.string()).catch([]).parse(file.agent?.extra?.cwds);
  const paths = rest.flatMap((step) => (step.tool_calls ?? []).flatMap(pathsOf));
  const root = findRoot([...paths.filter((path) => path.startsWith('/testbed')), ...cwds], prompt);
  const follower = new EditorFollower(root, { emptyLineDeletes: true });
  const steps: ForeignStep[] = [];
  for (const step of rest) {
    if (step.source === 'agent') steps.push(agentStep(step, root, follower));
    else {
      const last = steps.at(-1);
      if (last)
        steps[steps.length - 1] = { ...last, nudges: [...(last.nudges ?? []), step.message] };
    }
  }
  const last = steps.at(-1)?.observations.at(-1);
  const submitted = last?.endsRun === true;
  return {
    format: 'atif',
    formatVersion: file.schema_version,
    task: {
      id: file.session_id ?? name,
      repository: '',
      baseCommit: '',
      statement: statementOf(prompt),
    },
    model: file.agent?.model_name ?? file.agent?.name ?? 'unknown',
    root,
    system,
    prompt,
    setup: [],
    steps,
    end: {
      status: submitted ? 'submitted' : 'interrupted',
      reason: submitted ? 'submitted' : 'the file does not tell how the run ended',
      patch: patchOf(last?.text ?? ''),
      usage: totalUsage(file, steps),
    },
  };
}

function pathsOf(call: AtifToolCall): string[] {
  return Object.values(call.arguments).flatMap((value) =>
    typeof value === 'string' ? (value.match(/(?<![\w/])\/testbed\b/g) ?? []) : [],
  );
}

function agentStep(step: AtifStep, root: string, follower: EditorFollower): ForeignStep {
  const results = step.observation?.results ?? [];
  const actions: Action[] = [];
  const observations: Observation[] = [];
  const calls = step.tool_calls ?? [];
  for (const [index, call] of calls.entries()) {
    const id = call.tool_call_id ?? `call-${index + 1}`;
    const result =
      results.find((candidate) => candidate.source_call_id === id) ??
      (results.length === calls.length && !results[index]?.source_call_id
        ? results[index]
        : undefined);
    const text = result?.content ?? '';
    const { own, isError } = mapCall(call, root, follower, text);
    actions.push({ id, ...own });
    observations.push({
      actionId: id,
      text,
      isError,
      ...(own.tool === 'submit' ? { endsRun: true } : {}),
      durationMs: 0,
    });
  }
  const unasked = results.filter(
    (result, index) =>
      !actions.some(({ id }) => id === result.source_call_id) &&
      !(index < calls.length && !result.source_call_id),
  );
  return {
    text: step.message,
    thinking: step.reasoning_content ?? undefined,
    actions,
    observations,
    nudges: unasked.map((result) => result.content).filter((text) => text !== ''),
    usage: usageOf(step),
    model: step.model_name ?? undefined,
    time: timeOf(step),
  };
}

/** SWE-agent's tools keep their meaning under this format; others are taken by their common names. */
function mapCall(
  call: AtifToolCall,
  root: string,
  follower: EditorFollower,
  observation: string,
): { own: OwnCall; isError: boolean } {
  const args = call.arguments;
  const command = isOwnInput(call) ? null : commandOf(call.function_name, args);
  if (!command) return { own: mapForeignCall(call.function_name, args, root), isError: false };
  return { own: follower.map(command, {}, observation), isError: failed(command, observation) };
}

/** `create` and `edit` are names of ours too; the arguments tell whose call it is. */
function isOwnInput(call: AtifToolCall): boolean {
  const args = call.arguments;
  return (
    (call.function_name === 'create' && 'path' in args) ||
    (call.function_name === 'edit' && 'path' in args) ||
    (call.function_name === 'find_file' && 'name' in args)
  );
}

function usageOf(step: AtifStep): Usage | undefined {
  const { metrics } = step;
  if (!metrics) return undefined;
  return usageFrom(
    metrics.prompt_tokens,
    metrics.completion_tokens,
    metrics.cached_tokens,
    metrics.cost_usd,
  );
}

function totalUsage(file: AtifFile, steps: readonly ForeignStep[]): Usage {
  const total = file.final_metrics;
  if (total) {
    return usageFrom(
      total.total_prompt_tokens,
      total.total_completion_tokens,
      total.total_cached_tokens,
      total.total_cost_usd,
    );
  }
  return steps.reduce<Usage>((sum, { usage }) => {
    if (!usage) return sum;
    return {
      inputTokens: sum.inputTokens + usage.inputTokens,
      outputTokens: sum.outputTokens + usage.outputTokens,
      cacheReadTokens: sum.cacheReadTokens + usage.cacheReadTokens,
      cacheWriteTokens: 0,
      costUsd: usage.costUsd === null ? sum.costUsd : (sum.costUsd ?? 0) + usage.costUsd,
    };
  }, UNKNOWN_USAGE);
}

type Count = number | null | undefined;

function usageFrom(prompt: Count, completion: Count, cached: Count, cost: Count): Usage {
  const input = Math.round(prompt ?? 0);
  const cacheRead = Math.min(input, Math.round(cached ?? 0));
  return {
    inputTokens: input - cacheRead,
    outputTokens: Math.round(completion ?? 0),
    cacheReadTokens: cacheRead,
    cacheWriteTokens: 0,
    costUsd: cost ?? null,
  };
}

function timeOf(step: AtifStep): string | undefined {
  const time = new Date(step.timestamp ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function restore(file: AtifFile, importedAt: string): TrajectoryEvent[] | null {
  const run = OwnRun.safeParse(file.extra?.patchwright);
  if (!run.success) return null;
  const { system, prompt, rest } = opening(file);
  const steps: OwnStep[] = [];
  for (const step of rest) {
    if (step.source !== 'agent') {
      const last = steps.at(-1);
      if (last) steps[steps.length - 1] = { ...last, nudges: [...last.nudges, step.message] };
      continue;
    }
    const own = AtifOwnStep.safeParse(step.extra?.patchwright);
    if (!own.success) return null;
    const results = step.observation?.results ?? [];
    steps.push({
      text: step.message,
      thinking: step.reasoning_content ?? undefined,
      own: own.data,
      observations: own.data.observations.map((observation, index) => ({
        text: results[index]?.content ?? '',
        own: observation,
      })),
      nudges: [],
    });
  }
  return restoreEvents(run.data, { system, prompt, time: importedAt }, steps);
}
