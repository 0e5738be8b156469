/** The parts of a request body that the server reads, once validation has let it through. */
export type JsonObject = Record<string, unknown>;

export interface RequestBlock extends JsonObject {
  readonly type: string;
}

interface RequestMessage {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: string | readonly RequestBlock[];
}

interface RequestTool extends JsonObject {
  readonly name: string;
}

export interface CacheControl {
  readonly type: 'ephemeral';
  readonly ttl?: '5m' | '1h';
}

export interface MessagesBody extends JsonObject {
  readonly model: string;
  readonly max_tokens: number;
  readonly messages: readonly RequestMessage[];
  readonly system?: string | readonly RequestBlock[];
  readonly tools?: readonly RequestTool[];
  readonly tool_choice?: JsonObject;
  readonly thinking?: JsonObject;
  readonly stream?: boolean;
  readonly cache_control?: CacheControl | null;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string is shorthand for one text block. */
export function blocksOf(content: string | readonly RequestBlock[]): readonly RequestBlock[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** The betas a request asks for, from its `anthropic-beta` header. */
export function betasOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Set<string> {
  const value = headers['anthropic-beta'];
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  return new Set(
    text
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  );
}
