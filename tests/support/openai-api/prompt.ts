import { chain, estimateTokens } from '../messages-api/prefix.ts';
import type { Dialect } from './dialect.ts';
import { ChatError } from './errors.ts';
import type { ChatBody } from './request.ts';

/** What of a request the model is shown. All counts are tokens. */
export interface Prompt {
  readonly tokens: number;
  /** Tokens of the longest beginning that an earlier request had too. */
  readonly cached: number;
  /** The prompt was longer than the context and its beginning was thrown away. */
  readonly cut: boolean;
}

/** Remembers the beginnings of prompts, as servers that reuse their cache without being asked do. */
export class PromptCache {
  readonly #seen = new Set<string>();

  /** @throws {ChatError} 400 for a prompt over the context, where the dialect refuses it */
  read(body: ChatBody, dialect: Dialect): Prompt {
    const parts = [...(body.tools ?? []), ...body.messages].map((part) => JSON.stringify(part));
    let hash = body.model;
    let total = 0;
    let cached = 0;
    let known = true;
    for (const part of parts) {
      hash = chain(hash, 'part', part);
      total += estimateTokens(part);
      known &&= this.#seen.has(hash);
      if (known) cached = total;
      this.#seen.add(hash);
    }
    const { size, overflow } = dialect.context;
    if (total <= size) return { tokens: total, cached, cut: false };
    if (overflow === 'cut') return { tokens: size, cached: 0, cut: true };
    throw new ChatError(
      400,
      `This model's maximum context length is ${size} tokens. However, your messages resulted in ${total} tokens. Please reduce the length of the messages.`,
      { code: 'context_length_exceeded', param: 'messages' },
    );
  }
}
