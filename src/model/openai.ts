import { ModelError } from '../errors.ts';
import type { Turn, Usage } from '../trajectory/event.ts';
import { DEFAULT_PATIENCE, type Patience } from './idle.ts';
import type { CompleteOptions, Message, Model, ModelRequest } from './model.ts';
import { type ChatAccess, ChatServer } from './openai-attempt.ts';
import { classifyChat, mayRefuseTools } from './openai-errors.ts';
import {
  type ChatMessage,
  ChatRaw,
  chatBody,
  chatMessages,
  type ToolMode,
} from './openai-request.ts';
import type { ChatAnswer } from './openai-stream.ts';
import { estimateTokens, nativeTurn, textTurn, usageOf } from './openai-turn.ts';
import { cachedPrompt, costOf, hasPrice, type PriceTable } from './pricing.ts';
import type { RateGate } from './rate-gate.ts';
import { DEFAULT_RETRY, type RetryPolicy, withRetries } from './retry.ts';
import { parseTextCall } from './text-protocol.ts';
import { sumUsage } from './usage.ts';

export interface OpenAiOptions extends ChatAccess {
  readonly model: string;
  readonly prices: PriceTable;
  /** Default: as the protocol has them, and as text when the server refuses or ignores them. */
  readonly tools?: ToolMode | undefined;
  /** Sent as `reasoning_effort`; absent: the server's default. */
  readonly effort?: string | undefined;
  /** Absent: the server's default. */
  readonly maxOutputTokens?: number | undefined;
  /** Tokens of the model's context, where the user knows better than the server tells. */
  readonly contextTokens?: number | undefined;
  /** Waits for the list of models before the first request, so that a recorded run is the same each time. */
  readonly settled?: boolean | undefined;
  readonly retry?: RetryPolicy | undefined;
  /** Shared by all models of the same key. */
  readonly gate?: RateGate | undefined;
  readonly patience?: Patience | undefined;
}

/** Wrong calls in the text protocol that are sent back to the model before the turn is given up. */
const MAX_REPAIRS = 2;

/** Local models read a long prompt for minutes before the first byte. */
const PATIENCE: Patience = { ...DEFAULT_PATIENCE, headersMs: 600_000, silenceMs: 300_000 };

/** A share of the estimated prompt below which a server has not read all of it. */
const READ_SHARE = 0.6;

/** A model behind any server of chat completions; one object serves one conversation. */
export function createOpenAiModel(options: OpenAiOptions): Model {
  const chat = new Chat(options);
  const { prices, model } = options;
  const tellsCost = /(^|\.)openrouter\.ai$/.test(new URL(chat.server.baseURL).hostname);
  return {
    name: `openai:${model}`,
    hasPrice: tellsCost || hasPrice(prices, model),
    get contextTokens() {
      return chat.contextTokens;
    },
    leastCost: ({ messages }) => costOf(prices, model, cachedPrompt(messages)),
    complete: (request, completing) => chat.complete(request, completing),
  };
}

class Chat {
  readonly server: ChatServer;
  contextTokens: number | null;
  readonly #options: OpenAiOptions;
  #mode: ToolMode | undefined;
  /** The server has answered with a call as the protocol has it: its tools work. */
  #toolsWork = false;
  #lookedUp = false;
  #lastPromptTokens = 0;

  constructor(options: OpenAiOptions) {
    this.#options = options;
    this.#mode = options.tools;
    this.contextTokens = options.contextTokens ?? null;
    this.server = new ChatServer(options);
  }

  async complete(request: ModelRequest, completing: CompleteOptions): Promise<Turn> {
    completing.signal.throwIfAborted();
    this.#mode ??= modeOf(request.messages);
    const looked = this.#lookUp(completing.signal);
    if (this.#options.settled) await looked;
    if (this.#mode === 'native' && !this.#toolsWork && ignoredTools(request.messages)) {
      this.#goOnWithText('the server seems to ignore tools', completing);
    }
    if (this.#mode === 'text') return this.#textTurn(request, completing);
    try {
      return await this.#nativeTurn(request, completing);
    } catch (error) {
      const cause = error instanceof ModelError ? error.cause : undefined;
      if (this.#toolsWork || !mayRefuseTools(cause)) throw error;
      return this.#withoutTools(request, completing, error);
    }
  }

  /** The refusal may have been about something else: then the same happens again, and the first words are the true ones. */
  async #withoutTools(
    request: ModelRequest,
    completing: CompleteOptions,
    refusal: unknown,
  ): Promise<Turn> {
    this.#goOnWithText('the server takes no tools', completing);
    try {
      return await this.#textTurn(request, completing);
    } catch (error) {
      const isSame = error instanceof ModelError && error.kind === 'invalid_request';
      throw isSame ? refusal : error;
    }
  }

  #goOnWithText(why: string, { onProgress }: CompleteOptions): void {
    this.#mode = 'text';
    onProgress?.(`${why}; describing them in the prompt instead`);
  }

  async #nativeTurn(request: ModelRequest, completing: CompleteOptions): Promise<Turn> {
    const { answer, usage } = await this.#ask(chatMessages(request, 'native'), request, completing);
    this.#toolsWork ||= answer.calls.length > 0;
    const context = { n: countTurns(request.messages), usage, model: this.#options.model };
    const call = answer.calls.length === 0 ? parseTextCall(answer.text, request.tools) : undefined;
    if (call?.kind !== 'call') return nativeTurn(answer, context);
    // The model called, but its server did not recognise the call.
    this.#goOnWithText('the server does not recognise calls', completing);
    return textTurn(answer, call, [said(answer, call.end)], context);
  }

  async #textTurn(request: ModelRequest, completing: CompleteOptions): Promise<Turn> {
    const conversation = chatMessages(request, 'text');
    const added: ChatMessage[] = [];
    const usages: Usage[] = [];
    for (let repairs = 0; ; repairs++) {
      const { answer, usage } = await this.#ask([...conversation, ...added], request, completing);
      usages.push(usage);
      const call = parseTextCall(answer.text, request.tools);
      added.push(said(answer, call.kind === 'call' ? call.end : undefined));
      if (call.kind !== 'wrong' || answer.finishReason === 'length' || repairs === MAX_REPAIRS) {
        const n = countTurns(request.messages);
        const context = { n, usage: sumUsage(usages), model: this.#options.model };
        return textTurn(answer, call, added, context);
      }
      added.push({ role: 'user', content: call.text });
    }
  }

  async #ask(messages: readonly ChatMessage[], request: ModelRequest, completing: CompleteOptions) {
    const { model, prices, effort, maxOutputTokens, retry, patience, gate } = this.#options;
    const { signal, onProgress } = completing;
    const mode = this.#mode ?? 'native';
    const body = chatBody({ model, messages, tools: request.tools, mode, effort, maxOutputTokens });
    const answer = await withRetries({
      attempt: () => this.server.ask(body, patience ?? PATIENCE, signal),
      classify: (error) => classifyChat(error, this.server.baseURL),
      policy: retry ?? DEFAULT_RETRY,
      signal,
      onProgress,
      gate,
    });
    this.#checkRead(answer, body, completing);
    return { answer, usage: usageOf({ answer, body, model, prices }) };
  }

  /** Some servers cut a prompt to their context without a word; the number of tokens they read gives them away. */
  #checkRead({ usage }: ChatAnswer, body: string, { onProgress }: CompleteOptions): void {
    if (usage === null || usage.promptTokens === 0) return;
    const expected = estimateTokens(body);
    const grew = usage.promptTokens > this.#lastPromptTokens;
    const isShort = usage.promptTokens < expected * READ_SHARE && expected > 2_000;
    if (isShort && (this.#lastPromptTokens === 0 || !grew)) {
      onProgress?.(
        `the server read only ${usage.promptTokens} of about ${expected} tokens: its context is too small; make it larger (Ollama: OLLAMA_CONTEXT_LENGTH)`,
      );
      this.contextTokens = Math.min(
        this.contextTokens ?? Number.POSITIVE_INFINITY,
        usage.promptTokens,
      );
    }
    this.#lastPromptTokens = usage.promptTokens;
  }

  /** Never rejects, and need not be awaited. */
  async #lookUp(signal: AbortSignal): Promise<void> {
    if (this.#lookedUp || this.contextTokens !== null) return;
    this.#lookedUp = true;
    await this.server
      .contextTokens(this.#options.model, signal)
      .then((tokens) => {
        this.contextTokens ??= tokens;
      })
      .catch(() => undefined);
  }
}

function said(answer: ChatAnswer, end: number | undefined): ChatMessage {
  return { role: 'assistant', content: answer.text.slice(0, end) };
}

function countTurns(messages: readonly Message[]): number {
  return messages.filter(({ role }) => role === 'assistant').length;
}

/** A resumed conversation goes on as it was. */
function modeOf(messages: readonly Message[]): ToolMode {
  const last = messages.findLast((message) => message.role === 'assistant');
  const raw = ChatRaw.safeParse(last?.role === 'assistant' ? last.turn.raw : undefined);
  return raw.success ? raw.data.mode : 'native';
}

/** True when the model has never called a tool and its last two turns had none, though it was told to. */
function ignoredTools(messages: readonly Message[]): boolean {
  const turns = messages.flatMap((message) => (message.role === 'assistant' ? [message.turn] : []));
  return turns.length >= 2 && turns.every(({ actions }) => actions.length === 0);
}
