import * as z from 'zod';
import type { Observation, Turn } from '../trajectory/event.ts';
import type { ModelRequest, ToolSchema } from './model.ts';
import { callAsText, observationsAsText, withToolsAsText } from './text-protocol.ts';

/** How tools reach the model: as the protocol has it, or as text for servers and models that have no tools. */
export type ToolMode = 'native' | 'text';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | null;
  readonly tool_calls?: readonly ChatCall[];
  readonly tool_call_id?: string;
  readonly reasoning_details?: readonly unknown[];
}

export interface ChatCall {
  readonly id: string;
  readonly type: 'function';
  /** `arguments` is JSON text. */
  readonly function: { readonly name: string; readonly arguments: string };
}

/**
 * Kept in `raw`: the messages that this turn added to the conversation, as they were sent or come. More than one when
 * a call in the text protocol had to be repaired.
 */
export const ChatRaw = z.object({
  mode: z.enum(['native', 'text']),
  messages: z.array(z.custom<ChatMessage>((value) => typeof value === 'object' && value !== null)),
});
export type ChatRaw = z.infer<typeof ChatRaw>;

/** @returns the conversation in the terms of chat completions; its beginning stays the same from turn to turn */
export function chatMessages(request: ModelRequest, mode: ToolMode): ChatMessage[] {
  const { system, tools, messages } = request;
  const content = mode === 'text' ? withToolsAsText(system, tools) : system;
  const result: ChatMessage[] = [{ role: 'system', content }];
  for (const [i, message] of messages.entries()) {
    if (message.role === 'user') result.push({ role: 'user', content: message.text });
    else if (message.role === 'assistant') {
      const next = messages[i + 1];
      const observations = next?.role === 'observations' ? next.observations : [];
      result.push(...turnMessages(message.turn, mode));
      result.push(...answers(message.turn, observations, mode));
    }
  }
  return mode === 'text' ? mergeUsers(result) : result;
}

function turnMessages(turn: Turn, mode: ToolMode): readonly ChatMessage[] {
  const raw = ChatRaw.safeParse(turn.raw);
  if (raw.success && raw.data.mode === mode) return raw.data.messages;
  if (mode === 'text') {
    const calls = turn.actions.slice(0, 1).map(({ tool, input }) => callAsText(tool, input));
    return [{ role: 'assistant', content: [turn.text, ...calls].filter(Boolean).join('\n\n') }];
  }
  return [assistantMessage(turn.text, turn.actions.map(callOf), [])];
}

function callOf({ id, tool, input }: Turn['actions'][number]): ChatCall {
  return { id, type: 'function', function: { name: tool, arguments: JSON.stringify(input ?? {}) } };
}

/** The assistant's message as it goes back; a server that reads it as a template wants valid JSON in it. */
export function assistantMessage(
  text: string,
  calls: readonly ChatCall[],
  reasoningDetails: readonly unknown[],
): ChatMessage {
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(reasoningDetails.length > 0 ? { reasoning_details: reasoningDetails } : {}),
  };
}

/** Every call is answered: one that is missing (the run was cut off there) is told as not run. */
function answers(
  turn: Turn,
  observations: readonly Observation[],
  mode: ToolMode,
): readonly ChatMessage[] {
  if (turn.actions.length === 0) return [];
  if (mode === 'text') {
    const content = observationsAsText(observations) || 'The call was not run.';
    return [{ role: 'user', content }];
  }
  return turn.actions.map(({ id }) => ({
    role: 'tool',
    tool_call_id: id,
    content: observations.find(({ actionId }) => actionId === id)?.text ?? 'This call was not run.',
  }));
}

/** Templates of small models insist that user and assistant alternate. */
function mergeUsers(messages: readonly ChatMessage[]): ChatMessage[] {
  const result: ChatMessage[] = [];
  for (const message of messages) {
    const last = result.at(-1);
    if (message.role === 'user' && last?.role === 'user') {
      result[result.length - 1] = {
        role: 'user',
        content: `${last.content}\n\n${message.content}`,
      };
    } else result.push(message);
  }
  return result;
}

/** @returns the body of a request; only what every server knows, unless the user asked for more */
export function chatBody(options: {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolSchema[];
  readonly mode: ToolMode;
  readonly effort?: string | undefined;
  readonly maxOutputTokens?: number | undefined;
}): string {
  const { model, messages, tools, mode, effort, maxOutputTokens } = options;
  return JSON.stringify({
    model,
    messages,
    ...(mode === 'native' && tools.length > 0 ? { tools: tools.map(functionOf) } : {}),
    ...(effort ? { reasoning_effort: effort } : {}),
    ...(maxOutputTokens ? { max_tokens: maxOutputTokens } : {}),
    stream: true,
    stream_options: { include_usage: true },
  });
}

function functionOf({ name, description, inputSchema }: ToolSchema) {
  return { type: 'function', function: { name, description, parameters: inputSchema } };
}
