import { type Command, parseCommand } from './command.ts';
import type { Before } from './editor.ts';
import { type HistoryItem, SessionState, type Step } from './schema.ts';
import { commandOfCall } from './tool-calls.ts';
import { splitPrompt } from './window.ts';

/** One step of a recording, whichever part of the file it came from. */
export interface StepRecord {
  readonly text: string;
  readonly thinking?: string | undefined;
  /** Null: the model asked for nothing that could be run. */
  readonly command: Command | null;
  readonly callId?: string | undefined;
  readonly before: Before;
  /** Where the file tells it. */
  readonly after: Before;
  readonly observation: string;
  readonly durationMs: number;
  readonly raw: unknown;
}

/** Steps by which SWE-agent records its own exit; no model asked for them. */
const EXIT_ACTION = /^\s*exit_\w+\s*$/;

/** Takes out the carriage returns that SWE-agent's terminal put before line ends. */
export function plainText(text: string): string {
  return text.replaceAll('\r', '');
}

/** Reads `trajectory[]`, the steps as they happened. */
export function recordsOfTrajectory(steps: readonly Step[]): StepRecord[] {
  const records: StepRecord[] = [];
  let after: Before = {};
  for (const step of steps) {
    const before = typeof step.state === 'string' ? beforeOf(parseState(step.state)) : after;
    if (typeof step.state === 'object') after = beforeOf(step.state);
    if (EXIT_ACTION.test(step.action)) continue;
    const exited = step.action === '' && /^Exit(ed|ing)? (due to|\()/.test(step.thought);
    if (exited) continue;
    records.push({
      text: plainText(step.thought || step.response).trim(),
      command: step.action.trim() === '' ? null : parseCommand(plainText(step.action)),
      before,
      after: typeof step.state === 'object' ? after : {},
      observation: plainText(step.observation),
      durationMs: Math.round((step.execution_time ?? 0) * 1000),
      raw: { response: step.response, action: step.action },
    });
  }
  return records;
}

/** Reads `history[]` of a file that has nothing else: the assistant's messages that are no demonstration. */
export function recordsOfHistory(history: readonly HistoryItem[]): StepRecord[] {
  const items = history.filter((item) => !item.is_demo);
  const records: StepRecord[] = [];
  let after: Before = {};
  for (const [index, item] of items.entries()) {
    if (item.role !== 'assistant') continue;
    const answer = items[index + 1];
    const told = answer && answer.role !== 'assistant' ? plainText(answer.content) : undefined;
    const prompt = told === undefined ? null : splitPrompt(told);
    const before = after;
    if (prompt) after = { openFile: prompt.openFile, cwd: prompt.cwd || undefined };
    const call = item.tool_calls?.[0];
    const action = item.action ?? '';
    records.push({
      text: plainText(item.thought ?? item.content).trim(),
      thinking: item.thinking_blocks?.map((block) => block.thinking ?? '').join('\n'),
      command: call
        ? commandOfCall(call)
        : action.trim() === ''
          ? null
          : parseCommand(plainText(action)),
      callId: call?.id ?? undefined,
      before,
      after,
      observation: prompt?.rest ?? told ?? '',
      durationMs: 0,
      raw: { response: item.content, ...(call ? { tool_calls: item.tool_calls } : { action }) },
    });
  }
  return records;
}

function parseState(json: string): SessionState | null {
  try {
    return SessionState.nullable().catch(null).parse(JSON.parse(json));
  } catch {
    return null;
  }
}

function beforeOf(state: SessionState | null | undefined): Before {
  if (!state) return {};
  const { open_file: file, working_dir: cwd } = state;
  return {
    ...(file === undefined ? {} : { openFile: file === '' || file === 'n/a' ? null : file }),
    ...(cwd ? { cwd } : {}),
  };
}
