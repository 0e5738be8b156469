import { jsonrepair } from 'jsonrepair';
import type { Action, StopReason, Turn, Usage } from '../trajectory/event.ts';
import { assistantMessage, type ChatMessage, type ChatRaw } from './openai-request.ts';
import type { ChatAnswer, ChatUsage } from './openai-stream.ts';
import { costOf, type PriceTable } from './pricing.ts';
import type { TextCall } from './text-protocol.ts';

/** Characters of a token where a server does not count; most tokenizers need fewer. */
const CHARACTERS_PER_TOKEN = 4;

/** @returns tokens that a text has about */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** @returns tokens and price of one request; estimated where the server does not count */
export function usageOf(options: {
  readonly answer: ChatAnswer;
  readonly body: string;
  readonly model: string;
  readonly prices: PriceTable;
}): Usage {
  const { answer, body, model, prices } = options;
  const counted: ChatUsage = answer.usage ?? {
    promptTokens: estimateTokens(body),
    completionTokens: estimateTokens(
      [answer.text, answer.reasoning, ...answer.calls.map(({ json }) => json)].join(''),
    ),
    cachedTokens: 0,
    cost: null,
  };
  const { promptTokens, completionTokens, cachedTokens, cost } = counted;
  const tokens = {
    input: promptTokens - cachedTokens,
    output: completionTokens,
    cacheRead: cachedTokens,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
  };
  return {
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    cacheReadTokens: tokens.cacheRead,
    cacheWriteTokens: 0,
    costUsd: cost ?? costOf(prices, model, tokens),
  };
}

export interface TurnContext {
  /** Number of the turn in the conversation, from 0; ids that a server leaves out are made of it. */
  readonly n: number;
  readonly usage: Usage;
  /** The model that was asked for. */
  readonly model: string;
}

/** @returns the turn of an answer with tool calls as the protocol has them */
export function nativeTurn(answer: ChatAnswer, context: TurnContext): Turn {
  const cut = answer.finishReason === 'length';
  const used = new Set<string>();
  const actions = answer.calls.map(({ id, name, json }, i): Action => {
    const unique = id !== '' && !used.has(id) ? id : `call_${context.n + 1}_${i + 1}`;
    used.add(unique);
    return { id: unique, tool: name, input: inputOf(json, cut) };
  });
  const calls = actions.map(({ id, tool, input }) => {
    const json = typeof input === 'object' ? JSON.stringify(input) : '{}';
    return { id, type: 'function' as const, function: { name: tool, arguments: json } };
  });
  const message = assistantMessage(answer.text, calls, answer.reasoningDetails);
  return turnOf({ answer, context, actions, raw: { mode: 'native', messages: [message] } });
}

/** @param said the messages that this turn added: the answer, and repairs before it */
export function textTurn(
  answer: ChatAnswer,
  call: TextCall,
  said: readonly ChatMessage[],
  context: TurnContext,
): Turn {
  const cut = answer.finishReason === 'length';
  const actions =
    call.kind === 'call' && !cut
      ? [{ id: `call_${context.n + 1}_1`, tool: call.tool, input: call.input }]
      : [];
  return turnOf({ answer, context, actions, raw: { mode: 'text', messages: [...said] } });
}

function turnOf(parts: {
  readonly answer: ChatAnswer;
  readonly context: TurnContext;
  readonly actions: Action[];
  readonly raw: ChatRaw;
}): Turn {
  const { answer, context, actions, raw } = parts;
  return {
    text: answer.text.trim(),
    ...(answer.reasoning.trim() === '' ? {} : { thinking: answer.reasoning.trim() }),
    actions,
    usage: context.usage,
    ...stopOf(answer.finishReason, actions.length > 0),
    model: answer.model || context.model,
    raw,
  };
}

/** The object that a call's JSON stands for; text that is none stays text, and the tool's own check tells the model. */
function inputOf(json: string, cut: boolean): unknown {
  if (json.trim() === '') return {};
  try {
    return JSON.parse(json);
  } catch {
    if (cut) return json;
  }
  try {
    return JSON.parse(jsonrepair(json));
  } catch {
    return json;
  }
}

const STOP_REASONS: Readonly<Record<string, StopReason>> = {
  stop: 'end_turn',
  eos: 'end_turn',
  tool_calls: 'end_turn',
  function_call: 'end_turn',
  length: 'max_tokens',
  content_filter: 'refusal',
};

/** Servers disagree on the reason of an answer with calls; the calls themselves decide. */
function stopOf(
  finishReason: string | null,
  hasActions: boolean,
): Pick<Turn, 'stopReason' | 'stopDetail'> {
  const known = STOP_REASONS[finishReason ?? ''];
  if (known === undefined) return { stopReason: 'unknown', stopDetail: String(finishReason) };
  if (known === 'refusal') return { stopReason: known, stopDetail: 'content filter' };
  return { stopReason: known === 'end_turn' && hasActions ? 'tool_use' : known };
}
