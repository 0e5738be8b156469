import type { ServedModel } from './models.ts';
import { chain, type Position, type Prefix } from './prefix.ts';
import type { MessagesBody } from './request.ts';

/** A breakpoint is compared with entries at most this many blocks back, itself the first. */
const LOOK_BACK = 20;

const LIFETIME = { '5m': 5 * 60_000, '1h': 60 * 60_000 } as const;

/** How the input tokens of one request divide. All counts are tokens. */
export interface InputUsage {
  readonly input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_creation: {
    readonly ephemeral_5m_input_tokens: number;
    readonly ephemeral_1h_input_tokens: number;
  };
}

interface Breakpoint {
  readonly index: number;
  readonly ttl: '5m' | '1h';
}

/** Simulates the prefix cache of the service: entries are written at breakpoints only, and read at or before them. */
export class PrefixCache {
  readonly #entries = new Map<string, { expires: number; ttl: '5m' | '1h' }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Accounts for one answered request: what it read, and what it leaves for the next.
   *
   * @param dropped blocks that the model is not shown; they count for nothing
   */
  use(
    body: MessagesBody,
    model: ServedModel,
    prefix: Prefix,
    dropped: ReadonlySet<unknown>,
  ): InputUsage {
    const sizes = prefix.positions.map(({ block, tokens }) => (dropped.has(block) ? 0 : tokens));
    const upTo: number[] = [];
    sizes.reduce((sum, size, i) => {
      upTo[i] = sum + size;
      return sum + size;
    }, 0);
    const total = upTo.at(-1) ?? 0;
    const size = (index: number) => upTo[index] ?? 0;

    const keys = keysOf(body, prefix.positions);
    const breakpoints = prefix.positions.flatMap(({ mark }, index): Breakpoint[] =>
      mark === undefined || size(index) < model.minimumCachedTokens
        ? []
        : [{ index, ttl: mark.ttl ?? '5m' }],
    );
    const hit = this.#longestHit(breakpoints, keys);

    let from = hit;
    const written = { '5m': 0, '1h': 0 };
    for (const { index, ttl } of breakpoints) {
      if (index > from) {
        written[ttl] += size(index) - size(from);
        from = index;
        this.#keep(keys[index] ?? '', ttl);
      }
    }
    return {
      input_tokens: total - size(from),
      cache_read_input_tokens: size(hit),
      cache_creation_input_tokens: written['5m'] + written['1h'],
      cache_creation: {
        ephemeral_5m_input_tokens: written['5m'],
        ephemeral_1h_input_tokens: written['1h'],
      },
    };
  }

  /** Index of the last position that is cached and can be seen from a breakpoint; -1 for none. */
  #longestHit(breakpoints: readonly Breakpoint[], keys: readonly string[]): number {
    for (const { index } of breakpoints.toReversed()) {
      for (let i = index; i > index - LOOK_BACK && i >= 0; i--) {
        const key = keys[i] ?? '';
        const entry = this.#entries.get(key);
        if (entry === undefined || entry.expires <= this.#now()) continue;
        this.#keep(key, entry.ttl);
        return i;
      }
    }
    return -1;
  }

  /** A read or a write starts the entry's life again; a longer life is not shortened. */
  #keep(key: string, ttl: '5m' | '1h'): void {
    const expires = this.#now() + LIFETIME[ttl];
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expires < expires) this.#entries.set(key, { expires, ttl });
  }
}

/** Messages are cached for one model, one way of thinking and one tool choice; tools and system for the model only. */
function keysOf(body: MessagesBody, positions: readonly Position[]): string[] {
  const settings = JSON.stringify([
    body.tool_choice ?? { type: 'auto' },
    body.thinking?.type ?? 'adaptive',
    body.thinking?.budget_tokens ?? null,
  ]);
  return positions.map(({ section, hash }) =>
    chain(hash, body.model, section === 'messages' ? settings : ''),
  );
}
