import * as z from 'zod';
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
        if (!isTooLong(error, current)) throw error;
        return startFresh({ model, request, current: shortened(current), options });
      }
    },
  };
}

/** Characters of a token, about. */
const CHARACTERS_PER_TOKEN = 4;

/** Counts what the last request had and, by its length, what has come since. */
function isFull(messages: readonly Message[], contextTokens: number | null): boolean {
  const at = messages.findLastIndex((message) => message.role === 'assistant');
  const last = messages[at];
  if (contextTokens === null || last?.role !== 'assistant') return false;
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = last.turn.usage;
  const known = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
  const since = messages.slice(at + 1).reduce((sum, message) => sum + lengthOf(message), 0);
  return known + since / CHARACTERS_PER_TOKEN > contextTokens * FULL;
}

function lengthOf(message: Message): number {
  if (message.role === 'user') return message.text.length;
  if (message.role === 'assistant') return 0;
  return message.observations.reduce((sum, { text }) => sum + text.length, 0);
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
  const told = await askForNotes(model, current, options);
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

/** Leaves out the last exchanges, one by one, when there is no room left for the question. */
async function askForNotes(
  model: Model,
  current: ModelRequest,
  options: CompleteOptions,
): Promise<Turn> {
  const ask: Message = { role: 'user', text: renderPrompt('fresh-start/ask') };
  try {
    return await model.complete({ ...current, messages: [...current.messages, ask] }, options);
  } catch (error) {
    if (!isTooLong(error, current)) throw error;
    return askForNotes(model, shortened(current), options);
  }
}

/** A conversation of one exchange cannot be made shorter. */
function isTooLong(error: unknown, { messages }: ModelRequest): boolean {
  return error instanceof ModelError && error.kind === 'context_window' && messages.length >= 4;
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
