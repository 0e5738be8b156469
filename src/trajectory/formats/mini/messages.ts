import type { Usage } from '../../event.ts';
import { UNKNOWN_USAGE } from '../foreign-run.ts';
import { parseArguments } from '../sweagent/tool-calls.ts';
import type { MiniMessage } from './schema.ts';

/** What one assistant message asked for. */
export interface Asked {
  readonly text: string;
  readonly thinking?: string | undefined;
  readonly commands: readonly { readonly id: string | undefined; readonly command: string }[];
  readonly usage: Usage;
  readonly time: string | undefined;
}

const FENCED = /```(?:mswea_bash_command|bash)\s*\n([\s\S]*?)\n?```/g;

export function isAssistant(message: MiniMessage): boolean {
  return message.role === 'assistant' || message.object === 'response';
}

/** @returns true for a message that answers a command, where the file marks such messages */
export function isMarkedAnswer(message: MiniMessage): boolean {
  return (
    message.role === 'tool' ||
    message.type === 'function_call_output' ||
    typeof message.extra?.returncode === 'number' ||
    typeof message.extra?.raw_output === 'string'
  );
}

/** Reads an assistant message: its commands from `extra.actions`, from its tool calls, or from its one fenced block. */
export function askedBy(message: MiniMessage): Asked {
  const text = textOf(message);
  const { extra } = message;
  return {
    text,
    thinking: message.reasoning_content ?? undefined,
    commands: commandsOf(message, text),
    usage: usageOf(extra?.response, extra?.cost),
    time: timeOf(extra?.timestamp),
  };
}

function commandsOf(message: MiniMessage, text: string): Asked['commands'] {
  const recorded = (message.extra?.actions ?? []).flatMap(({ command, tool_call_id: id }) =>
    command === undefined ? [] : [{ id: id ?? undefined, command }],
  );
  if (recorded.length > 0) return recorded;
  const called = (message.tool_calls ?? []).flatMap((call) => {
    const { command } = parseArguments(call.function.arguments);
    return typeof command === 'string' ? [{ id: call.id ?? undefined, command }] : [];
  });
  if (called.length > 0) return called;
  const fenced = [...text.matchAll(FENCED)].map((match) => match[1] ?? '');
  const [command] = fenced;
  return command !== undefined && fenced.length === 1 ? [{ id: undefined, command }] : [];
}

function timeOf(seconds: number | null | undefined): string | undefined {
  const time = new Date((seconds ?? Number.NaN) * 1000);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function textOf(message: MiniMessage): string {
  if (message.object !== 'response' || !Array.isArray(message.output)) return message.content;
  return message.output
    .filter((item) => item.type === 'message')
    .flatMap((item) => (Array.isArray(item.content) ? item.content : []))
    .map((part: { text?: unknown }) => String(part.text ?? ''))
    .join('');
}

interface TokenCounts {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null;
  readonly input_tokens_details?: { readonly cached_tokens?: unknown } | null;
}

/** From the response as LiteLLM gave it, in the shape of the Chat Completions or of the Responses API. */
function usageOf(response: unknown, cost: number | null | undefined): Usage {
  const counts = (response as { usage?: TokenCounts } | null | undefined)?.usage;
  const costUsd = cost && cost > 0 ? cost : null;
  if (!counts) return { ...UNKNOWN_USAGE, costUsd };
  const input = count(counts.prompt_tokens ?? counts.input_tokens);
  const details = counts.prompt_tokens_details ?? counts.input_tokens_details;
  const cached = Math.min(input, count(details?.cached_tokens));
  return {
    inputTokens: input - cached,
    outputTokens: count(counts.completion_tokens ?? counts.output_tokens),
    cacheReadTokens: cached,
    cacheWriteTokens: 0,
    costUsd,
  };
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0;
}
