import { createParser } from 'eventsource-parser';

/** One call as it grows from its pieces. */
interface GrowingCall {
  id: string;
  name: string;
  json: string;
}

export interface ChatUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  /** US dollars, where the server tells them. */
  readonly cost: number | null;
}

/** A whole answer of chat completions, whatever the dialect of its server. */
export interface ChatAnswer {
  readonly text: string;
  readonly reasoning: string;
  /** As some servers want them back. */
  readonly reasoningDetails: readonly unknown[];
  readonly calls: readonly Readonly<GrowingCall>[];
  /** Null: the body ended without one. */
  readonly finishReason: string | null;
  readonly usage: ChatUsage | null;
  /** What the server calls the model; empty when it does not say. */
  readonly model: string;
}

/** An error that came inside the stream. */
export class StreamedError extends Error {
  override readonly name = 'StreamedError';
  readonly body: unknown;

  constructor(body: unknown) {
    super('the stream carried an error');
    this.body = body;
  }
}

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const countOf = (value: unknown): number =>
  typeof value === 'number' && value >= 0 ? Math.round(value) : 0;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Puts the chunks of a stream together. Pure: it is given parsed chunks in order. */
export class ChatAccumulator {
  #text = '';
  #reasoning = '';
  readonly #reasoningDetails: unknown[] = [];
  readonly #calls: GrowingCall[] = [];
  /** The call that a server's index means now. */
  readonly #byIndex = new Map<number, GrowingCall>();
  #finishReason: string | null = null;
  #usage: ChatUsage | null = null;
  #model = '';

  /** @throws {StreamedError} for a chunk that is an error */
  add(chunk: unknown): void {
    if (!isObject(chunk)) return;
    if (chunk.error !== undefined && chunk.error !== null) throw new StreamedError(chunk);
    if (chunk.object === 'error') throw new StreamedError(chunk);
    this.#model ||= textOf(chunk.model);
    if (isObject(chunk.usage)) this.#usage = usageOf(chunk.usage);
    const choice = listOf(chunk.choices)[0];
    if (!isObject(choice)) return;
    if (typeof choice.finish_reason === 'string') this.#finishReason = choice.finish_reason;
    const delta = isObject(choice.delta) ? choice.delta : choice.message;
    if (!isObject(delta)) return;
    this.#text += textOf(delta.content);
    this.#reasoning += textOf(delta.reasoning) || textOf(delta.reasoning_content);
    for (const detail of listOf(delta.reasoning_details)) this.#addDetail(detail, delta);
    for (const [i, call] of listOf(delta.tool_calls).entries()) {
      if (isObject(call)) this.#addCall(call, i);
    }
  }

  /** The server says that this was all, with or without a reason. */
  end(): void {
    this.#finishReason ??= 'stop';
  }

  answer(): ChatAnswer {
    return {
      text: this.#text,
      reasoning: this.#reasoning,
      reasoningDetails: this.#reasoningDetails,
      calls: this.#calls,
      finishReason: this.#finishReason,
      usage: this.#usage,
      model: this.#model,
    };
  }

  #addDetail(detail: unknown, delta: Json): void {
    this.#reasoningDetails.push(detail);
    const alreadyTold = textOf(delta.reasoning) || textOf(delta.reasoning_content);
    if (!isObject(detail) || alreadyTold) return;
    this.#reasoning += textOf(detail.text) || textOf(detail.summary);
  }

  /** A new id begins a new call, even under the index of the one before: some servers send every call as index 0. */
  #addCall(delta: Json, position: number): void {
    const index = typeof delta.index === 'number' ? delta.index : position;
    const id = textOf(delta.id);
    const { name, arguments: json } = isObject(delta.function) ? delta.function : {};
    const current = this.#byIndex.get(index);
    if (current === undefined || isAnother(current, id, textOf(name))) {
      const call = { id, name: textOf(name), json: jsonOf(json) };
      this.#calls.push(call);
      this.#byIndex.set(index, call);
      return;
    }
    current.id ||= id;
    current.name ||= textOf(name);
    current.json += jsonOf(json);
  }
}

function isAnother(current: Readonly<GrowingCall>, id: string, name: string): boolean {
  if (id !== '') return current.id !== '' && current.id !== id;
  return name !== '' && current.name !== '' && isWhole(current.json);
}

function isWhole(json: string): boolean {
  try {
    return isObject(JSON.parse(json));
  } catch {
    return false;
  }
}

/** Most servers send JSON text, a few the object itself. */
function jsonOf(value: unknown): string {
  return isObject(value) ? JSON.stringify(value) : textOf(value);
}

function usageOf(usage: Json): ChatUsage {
  const details = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const promptTokens = countOf(usage.prompt_tokens);
  return {
    promptTokens,
    completionTokens: countOf(usage.completion_tokens),
    cachedTokens: Math.min(countOf(details.cached_tokens), promptTokens),
    cost: typeof usage.cost === 'number' ? usage.cost : null,
  };
}

/**
 * Reads a body of server-sent events, or a whole JSON document from a server that does not stream.
 *
 * @param onChunk told after each chunk
 * @throws {SyntaxError} for a chunk that is no JSON
 */
export async function readAnswer(response: Response, onChunk: () => void): Promise<ChatAnswer> {
  const accumulator = new ChatAccumulator();
  if (response.headers.get('content-type')?.includes('application/json')) {
    accumulator.add(await response.json());
    return accumulator.answer();
  }
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data.trim() === '[DONE]') return accumulator.end();
      accumulator.add(JSON.parse(data));
      onChunk();
    },
  });
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    parser.feed(decoder.decode(bytes, { stream: true }));
  }
  // Some servers leave out the empty line behind the last event.
  parser.feed(`${decoder.decode()}\n\n`);
  return accumulator.answer();
}
