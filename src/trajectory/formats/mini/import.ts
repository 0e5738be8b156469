import type { Action, Observation, Status, Usage } from '../../event.ts';
import {
  type ForeignEnd,
  type ForeignRun,
  type ForeignStep,
  UNKNOWN_USAGE,
} from '../foreign-run.ts';
import * as own from '../own-actions.ts';
import { findRoot, statementOf } from '../statement.ts';
import { patchOf } from '../submission.ts';
import { parseAnswer } from './answer.ts';
import { parseCompletion } from './completion.ts';
import { askedBy, isAssistant, isMarkedAnswer } from './messages.ts';
import type { MiniFile, MiniMessage } from './schema.ts';

/**
 * Reads a mini-swe-agent run: version 2 with recorded actions, version 1 with commands in fenced blocks.
 *
 * @param name of the file without its ending; the task's id when the file has none
 */
export function importMini(file: MiniFile, name: string): ForeignRun {
  const { messages, info } = file;
  const system = messages.find((message) => message.role === 'system')?.content ?? '';
  const prompt = messages.find((message) => message.role === 'user')?.content ?? '';
  const start = messages.findIndex((message) => isAssistant(message));
  const cwd = info?.config?.environment?.cwd;
  const root = rootOf(cwd, prompt, messages);
  const steps = stepsOf(start < 0 ? [] : messages.slice(start));
  return {
    format: 'mini-swe-agent',
    formatVersion: file.trajectory_format ?? (info ? 'mini-swe-agent-1' : 'messages'),
    task: {
      id: file.instance_id ?? name,
      repository: '',
      baseCommit: '',
      statement: statementOf(prompt),
    },
    model: info?.config?.model?.model_name ?? 'unknown',
    root,
    system,
    prompt,
    setup: [],
    steps,
    end: endOf(file, steps),
  };
}

/** Groups messages by assistant message: its commands, their answers, and what else was said. */
function stepsOf(messages: readonly MiniMessage[]): ForeignStep[] {
  const steps: ForeignStep[] = [];
  for (let at = 0; at < messages.length; ) {
    const message = messages[at];
    if (!message) break;
    const next = messages.findIndex((other, index) => index > at && isAssistant(other));
    const until = next < 0 ? messages.length : next;
    if (isAssistant(message)) {
      steps.push(stepOf(message, messages.slice(at + 1, until), steps.length + 1));
    }
    at = until;
  }
  return steps;
}

function stepOf(message: MiniMessage, replies: readonly MiniMessage[], step: number): ForeignStep {
  const asked = askedBy(message);
  const marked = replies.some(isMarkedAnswer);
  const answers = replies.filter(
    (reply) => isMarkedAnswer(reply) || reply.role === 'exit' || (!marked && reply.role === 'user'),
  );
  const actions: Action[] = [];
  const observations: Observation[] = [];
  for (const [index, { id, command }] of asked.commands.entries()) {
    const actionId = id ?? `step-${step}-${index + 1}`;
    const reply =
      answers.find(
        (answer) => id !== undefined && (answer.tool_call_id ?? answer.call_id) === id,
      ) ?? answers[index];
    const isLast = index === asked.commands.length - 1;
    const completion = isLast ? parseCompletion(command) : null;
    const ends = completion !== null && !failedAnswer(reply);
    if (!ends || completion.rest !== '') {
      const run = ends ? completion.rest : command;
      actions.push({ id: actionId, ...own.bash(inSubshell(run)) });
      observations.push(bashObservation(actionId, ends ? undefined : reply));
    }
    if (ends) {
      const submitId = `${actionId}-submit`;
      actions.push({ id: submitId, ...own.submit() });
      const text = contentOf(reply);
      observations.push({ actionId: submitId, text, isError: false, endsRun: true, durationMs: 0 });
    }
  }
  const nudges = replies
    .filter((reply) => !(asked.commands.length > 0 && answers.includes(reply)))
    .map(contentOf)
    .filter((text) => text !== '');
  return {
    text: asked.text.trim(),
    thinking: asked.thinking,
    actions,
    observations,
    nudges,
    usage: asked.usage,
    time: asked.time,
    raw: message.extra?.response ?? null,
  };
}

/** Mini starts a new shell for each command, so a change of directory must not outlive it. */
function inSubshell(command: string): string {
  return /\b(cd|pushd|popd)\b/.test(command) ? `(\n${command}\n)` : command;
}

function contentOf(message: MiniMessage | undefined): string {
  if (!message) return '';
  return message.content || (typeof message.output === 'string' ? message.output : '');
}

function failedAnswer(message: MiniMessage | undefined): boolean {
  const code = message?.extra?.returncode ?? parseAnswer(contentOf(message)).exitCode;
  return typeof code === 'number' && code !== 0;
}

function bashObservation(actionId: string, reply: MiniMessage | undefined): Observation {
  const text = contentOf(reply);
  const told = parseAnswer(text);
  const exitCode = reply?.extra?.returncode ?? told.exitCode;
  const output = reply?.extra?.raw_output ?? told.output;
  const timedOut = told.timedOut || /timed out/.test(reply?.extra?.exception_info ?? '');
  return {
    actionId,
    text,
    isError: timedOut || (exitCode !== null && exitCode !== 0),
    data: { exitCode: timedOut ? null : exitCode, output, timedOut },
    durationMs: 0,
  };
}

function endOf(file: MiniFile, steps: readonly ForeignStep[]): ForeignEnd {
  const { info, messages } = file;
  const exit = messages.findLast((message) => message.role === 'exit');
  const last = steps.at(-1)?.observations.at(-1);
  const exitStatus =
    info?.exit_status || exit?.extra?.exit_status || (last?.endsRun ? 'Submitted' : '');
  const submission =
    info?.submission || exit?.extra?.submission || (last?.endsRun ? last.text : '');
  return {
    status: statusOf(exitStatus),
    reason: exitStatus || 'the file does not tell how the run ended',
    patch: patchOf(submission.replace(/\n?<\/output>\s*$/, '\n')),
    usage: totalUsage(steps, info?.model_stats?.instance_cost),
  };
}

function statusOf(exitStatus: string): Status {
  if (exitStatus === 'Submitted') return 'submitted';
  if (/^(LimitsExceeded|TimeExceeded|RepeatedFormatError)$/.test(exitStatus)) return 'limit';
  if (exitStatus === '' || /Interrupt/.test(exitStatus)) return 'interrupted';
  return 'error';
}

function totalUsage(steps: readonly ForeignStep[], cost: number | null | undefined): Usage {
  const sum = (key: 'inputTokens' | 'outputTokens' | 'cacheReadTokens') =>
    steps.reduce((total, step) => total + (step.usage?.[key] ?? 0), 0);
  return {
    ...UNKNOWN_USAGE,
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    cacheReadTokens: sum('cacheReadTokens'),
    costUsd: cost && cost > 0 ? cost : null,
  };
}

/** The environment's directory, else what prompt and tracebacks tell. */
function rootOf(
  cwd: string | null | undefined,
  prompt: string,
  messages: readonly MiniMessage[],
): string {
  if (cwd) return cwd;
  const named = messages
    .filter((message) => !isAssistant(message))
    .flatMap((message) => contentOf(message).match(/(?<![\w/])\/testbed\b/g) ?? []);
  return findRoot(named, prompt);
}
