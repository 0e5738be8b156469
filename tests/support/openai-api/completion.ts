import { estimateTokens } from '../messages-api/prefix.ts';
import type { ScriptedTurn } from '../messages-api/script.ts';
import type { Dialect } from './dialect.ts';
import type { Prompt } from './prompt.ts';

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
  readonly completion_tokens_details?: { readonly reasoning_tokens: number };
  readonly cost?: number;
}

export interface Call {
  readonly id: string | undefined;
  readonly name: string;
  /** JSON, unless the script wants it broken. */
  readonly arguments: string;
}

/** A scripted turn in the terms of chat completions, before a dialect spells it. */
export interface Completion {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly Call[];
  readonly finishReason: string;
  readonly usage: Usage;
}

const FINISH: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'content_filter',
};

function finishReason(turn: ScriptedTurn, calls: number, dialect: Dialect): string {
  if (turn.stopReason !== undefined) return FINISH[turn.stopReason] ?? turn.stopReason;
  return calls > 0 ? dialect.finishWithTools : 'stop';
}

/**
 * Turns a scripted turn into a completion. Calls are left out where the server read past the tools.
 *
 * @param newId makes an id with a prefix, `chatcmpl` or `call`
 */
export function complete(
  turn: ScriptedTurn,
  context: {
    readonly model: string;
    readonly dialect: Dialect;
    readonly prompt: Prompt;
    readonly newId: (prefix: string) => string;
  },
): Completion {
  const { dialect, prompt, newId } = context;
  const joined = (type: 'text' | 'thinking') =>
    turn.content
      .flatMap((block) =>
        block.type === type ? [block.type === 'text' ? block.text : block.thinking] : [],
      )
      .join('\n');
  const calls = turn.content.flatMap((block): Call[] => {
    if (block.type !== 'tool_use' || dialect.tools === 'ignored') return [];
    const named = block.id ?? newId('call');
    const id = { sent: named, missing: undefined, empty: '' }[dialect.toolIds];
    return [{ id, name: block.name, arguments: block.rawInput ?? JSON.stringify(block.input) }];
  });
  const text = joined('text');
  const reasoning = joined('thinking');
  const reasoningTokens = reasoning === '' ? 0 : estimateTokens(reasoning);
  const output =
    turn.outputTokens ??
    reasoningTokens +
      [text, ...calls.map((call) => call.arguments)].reduce(
        (sum, part) => sum + estimateTokens(part),
        0,
      );
  return {
    id: newId('chatcmpl'),
    created: 1_700_000_000,
    model: context.model,
    text,
    reasoning,
    calls,
    finishReason: finishReason(turn, calls.length, dialect),
    usage: {
      prompt_tokens: prompt.tokens,
      completion_tokens: output,
      total_tokens: prompt.tokens + output,
      ...(dialect.cachedTokens && {
        prompt_tokens_details: { cached_tokens: prompt.cached },
        completion_tokens_details: { reasoning_tokens: reasoningTokens },
      }),
      ...(dialect.cost !== null && {
        cost: prompt.tokens * dialect.cost.input + output * dialect.cost.output,
      }),
    },
  };
}

/** Reasoning under the name the dialect gives it. */
export function reasoningField(text: string, dialect: Dialect): object {
  if (dialect.reasoning === null || text === '') return {};
  return dialect.reasoning === 'reasoning_details'
    ? { reasoning_details: [{ type: 'reasoning.text', text, format: 'unknown', index: 0 }] }
    : { [dialect.reasoning]: text };
}

/** A call as it stands in a message. */
function callField({ id, name, arguments: json }: Call): object {
  return {
    ...(id === undefined ? {} : { id }),
    type: 'function',
    function: { name, arguments: json },
  };
}

/** The whole answer to a request that does not stream. */
export function completionJson(completion: Completion, dialect: Dialect): object {
  const { id, created, model, text, reasoning, calls, usage } = completion;
  const empty = dialect.nullContent && calls.length > 0 ? null : '';
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' ? empty : text,
          ...reasoningField(reasoning, dialect),
          ...(calls.length === 0 ? {} : { tool_calls: calls.map(callField) }),
        },
        logprobs: null,
        finish_reason: completion.finishReason,
      },
    ],
    ...(dialect.usage === 'never' ? {} : { usage }),
  };
}
