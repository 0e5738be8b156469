import { ApiError } from './errors.ts';

export interface RateLimits {
  readonly requests: number;
  /** Tokens that were not read from the cache. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export const DEFAULT_LIMITS: RateLimits = {
  requests: 4_000,
  inputTokens: 2_000_000,
  outputTokens: 400_000,
};

const WINDOW = 60_000;

/** Counts requests and tokens in windows of a minute and says so in headers, as the service does. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #now: () => number;
  #start: number;
  #requests = 0;
  #input = 0;
  #output = 0;

  constructor(limits: RateLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#start = now();
  }

  #roll(): void {
    if (this.#now() - this.#start < WINDOW) return;
    this.#start = this.#now();
    this.#requests = this.#input = this.#output = 0;
  }

  /** @throws {ApiError} 429 with `retry-after` in whole seconds, once a limit of this minute is used up */
  admit(): void {
    this.#roll();
    const used = [
      ['requests', this.#requests, this.#limits.requests],
      ['input tokens', this.#input, this.#limits.inputTokens],
      ['output tokens', this.#output, this.#limits.outputTokens],
    ] as const;
    const over = used.find(([, count, limit]) => count >= limit);
    if (over !== undefined) {
      const wait = Math.max(1, Math.ceil((this.#start + WINDOW - this.#now()) / 1000));
      throw new ApiError(
        429,
        `This request would exceed your organization's rate limit of ${over[2]} ${over[0]} per minute.`,
        { headers: { 'retry-after': String(wait), 'x-should-retry': 'true', ...this.headers() } },
      );
    }
    this.#requests += 1;
  }

  /** Adds the tokens of an answered request. */
  spend(input: number, output: number): void {
    this.#input += input;
    this.#output += output;
  }

  headers(): Record<string, string> {
    this.#roll();
    const reset = new Date(this.#start + WINDOW).toISOString().replace(/\.\d+Z$/, 'Z');
    const { requests, inputTokens, outputTokens } = this.#limits;
    const of = (name: string, limit: number, used: number) => ({
      [`anthropic-ratelimit-${name}-limit`]: String(limit),
      [`anthropic-ratelimit-${name}-remaining`]: String(Math.max(0, limit - used)),
      [`anthropic-ratelimit-${name}-reset`]: reset,
    });
    return {
      ...of('requests', requests, this.#requests),
      ...of('tokens', inputTokens + outputTokens, this.#input + this.#output),
      ...of('input-tokens', inputTokens, this.#input),
      ...of('output-tokens', outputTokens, this.#output),
    };
  }
}
