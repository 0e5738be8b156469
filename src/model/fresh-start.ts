import { z } from 'zod';
import { renderPrompt } from '../agent/prompt.ts';
import { ModelError } from '../errors.ts';
import { type Turn, Usage } from '../trajectory/event.ts';
import type { CompleteOptions, Message, Model, ModelRequest } from './model.ts';
import { sumUsage } from './usage.ts';

/** Share of the model's window at which a conversation ends and a new one begins. */
const FULL = 0.75;

/**
 * Kept in the `raw` of the first turn of a new conversation, so that the trajectory alone tells where it began and a
 * resumed run goes on in it.
 */
const FreshStart = z.object({
  freshStart: z.object({ notes: z.string(), usage: Usage }),
  /** What the provider itself wants back. */
  raw: z.unknown(),
});

/**
 * Lets a run outlast the model's window. When the conversation is nearly full, or the provider says that it is, the
 * model writes notes and goes on in a new conversation: the task, the notes, and what comes after. Neither
 * conversation is ever edited. The planner loop sees one list of messages that only grows.
 */
export function withFreshStart(model: Model): Model {
  const conversations = new Conversations();
  return {
    name: model.name,
    hasPrice: model.hasPrice,
    contextTokens: null,
    leastCost: (request) =>
      model.leastCost?.({ ...request, messages: conversations.current(request.messages) }) ?? null,
    async complete(request, options) {
      const current = { ...request, messages: conversations.current(request.messages) };
      if (isFull(current.messages, model.contextTokens ?? null)) {
        return startFresh({ model, request, current, options });
      }
      try {
        const turn = await model.complete(current, options);
        if (turn.stopReason !== 'context_window') return turn;
        const fresh = await startFresh({ model, request, current: shortened(current), options });
        return { ...fresh, usage: sumUsage([turn.usage, fresh.usage]) };
      } catch (error) {
        const isTooLong = error instanceof ModelError && error.kind === 'context_window';
        // A conversation of one exchange cannot be made shorter.
        if (!isTooLong || current.messages.length < 4) throw error;
        return startFresh({ model, request, current: shortened(current), options });
      }
    },
  };
}

function isFull(messages: readonly Message[], contextTokens: number | null): boolean {
  const last = messages.findLast((message) => message.role === 'assistant');
  if (contextTokens === null || last?.role !== 'assistant') return false;
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = last.turn.usage;
  const total = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
  return total > contextTokens * FULL;
}

/** The conversation without its last exchange: what was sent before that fitted. */
function shortened(request: ModelRequest): ModelRequest {
  const end = request.messages.findLastIndex(({ role }) => role === 'assistant');
  return { ...request, messages: request.messages.slice(0, Math.max(1, end)) };
}

async function startFresh(started: {
  readonly model: Model;
  readonly request: ModelRequest;
  /** The conversation that ends. */
  readonly current: ModelRequest;
  readonly options: CompleteOptions;
}): Promise<Turn> {
  const { model, request, current, options } = started;
  options.onProgress?.('the conversation is full; going on in a new one with notes from it');
  const ask: Message = { role: 'user', text: renderPrompt('fresh-start/ask') };
  const told = await model.complete({ ...current, messages: [...current.messages, ask] }, options);
  const notes = told.text || told.thinking || '(none)';
  const turn = await model.complete(
    { ...request, messages: [opening(request.messages, notes)] },
    options,
  );
  return {
    ...turn,
    usage: sumUsage([told.usage, turn.usage]),
    raw: { freshStart: { notes, usage: turn.usage }, raw: turn.raw } satisfies z.infer<
      typeof FreshStart
    >,
  };
}

function opening(messages: readonly Message[], notes: string): Message {
  const task = messages[0]?.role === 'user' ? messages[0].text : '';
  return { role: 'user', text: renderPrompt('fresh-start/continue', { task, notes }) };
}

/** Finds the running conversation in the list of all messages; what it makes for a turn stays the same object. */
class Conversations {
  readonly #begun = new WeakMap<Turn, readonly [Message, Message]>();

  current(messages: readonly Message[]): readonly Message[] {
    for (let i = messages.length - 1; i >= 0; i--) {
      const message = messages[i];
      const begun = message?.role === 'assistant' && this.#beginning(messages, message.turn);
      if (begun) return [...begun, ...messages.slice(i + 1)];
    }
    return messages;
  }

  #beginning(messages: readonly Message[], turn: Turn): readonly [Message, Message] | undefined {
    const known = this.#begun.get(turn);
    if (known) return known;
    const parsed = FreshStart.safeParse(turn.raw);
    if (!parsed.success) return undefined;
    const { freshStart, raw } = parsed.data;
    const begun = [
      opening(messages, freshStart.notes),
      { role: 'assistant', turn: { ...turn, raw, usage: freshStart.usage } },
    ] as const;
    this.#begun.set(turn, begun);
    return begun;
  }
}
