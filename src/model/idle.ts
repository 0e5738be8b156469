/** Limits on silence, which HTTP clients do not watch once the headers have arrived. Milliseconds. */
export interface Patience {
  /** Until the response headers. */
  readonly headersMs: number;
  /** Between two chunks of the body, pings included. */
  readonly silenceMs: number;
  /** Between two pieces of the answer: a server that only pings makes no progress. */
  readonly stallMs: number;
}

export const DEFAULT_PATIENCE: Patience = {
  headersMs: 180_000,
  silenceMs: 90_000,
  stallMs: 600_000,
};

/** An answer stopped arriving. */
export class StalledError extends Error {
  override readonly name = 'StalledError';
}

/** Watches one request; `signal` aborts with a `StalledError` when nothing moves for too long, or as `parent` does. */
export class IdleWatch {
  readonly #controller = new AbortController();
  readonly #patience: Patience;
  readonly #parent: AbortSignal;
  readonly #onParentAbort = () => this.#controller.abort(this.#parent.reason);
  #headers: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #stall: NodeJS.Timeout | undefined;

  constructor(patience: Patience, parent: AbortSignal) {
    this.#patience = patience;
    this.#parent = parent;
    parent.addEventListener('abort', this.#onParentAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The request is sent, for a client that has no limit of its own on the wait for headers. */
  sent(): void {
    const { headersMs } = this.#patience;
    this.#headers = this.#restart(this.#headers, headersMs, 'no answer');
  }

  /** Bytes arrived, or the headers did. */
  bytes(): void {
    this.#silence = this.#restart(this.#silence, this.#patience.silenceMs, 'no data');
  }

  /** A piece of the answer arrived. */
  progress(): void {
    this.#stall = this.#restart(this.#stall, this.#patience.stallMs, 'no progress');
  }

  stop(): void {
    clearTimeout(this.#headers);
    this.#parent.removeEventListener('abort', this.#onParentAbort);
    clearTimeout(this.#silence);
    clearTimeout(this.#stall);
  }

  /** @returns the response with its body watched */
  watch(response: Response): Response {
    clearTimeout(this.#headers);
    if (response.body === null) return response;
    this.bytes();
    this.progress();
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        this.bytes();
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(counted), response);
  }

  #restart(timer: NodeJS.Timeout | undefined, ms: number, what: string): NodeJS.Timeout {
    if (timer !== undefined) return timer.refresh();
    return setTimeout(() => {
      this.#controller.abort(new StalledError(`${what} for ${ms / 1000} s`));
    }, ms);
  }
}
