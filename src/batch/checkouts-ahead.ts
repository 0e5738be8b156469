import type { Instance } from '../swebench/instance.ts';
import type { Checkout } from '../workspace/checkout.ts';
import type { OpenCheckoutOptions } from './instance-run.ts';

type Open = (instance: Instance, options: OpenCheckoutOptions) => Promise<Checkout>;

interface Prepared {
  readonly checkout: Promise<Checkout>;
  /** What the preparation said. */
  readonly log: string[];
}

/**
 * Makes checkouts ready before they are asked for, while earlier instances run, and removes them behind their users'
 * backs: neither an agent nor a model waits for a repository to be cloned, set up or deleted.
 */
export class CheckoutsAhead {
  readonly #open: Open;
  readonly #prepared = new Map<string, Prepared>();
  readonly #closing: Promise<void>[] = [];
  readonly #ended = new AbortController();

  constructor(open: Open) {
    this.#open = open;
  }

  /** Begins to make the checkout of an instance that will be run soon. */
  prepare(instance: Instance, signal: AbortSignal): void {
    if (this.#prepared.has(instance.id)) return;
    const log: string[] = [];
    const checkout = this.#open(instance, {
      signal: AbortSignal.any([signal, this.#ended.signal]),
      log: (text) => void log.push(text),
    });
    // Its failure is told to whoever asks for it.
    checkout.catch(() => undefined);
    this.#prepared.set(instance.id, { checkout, log });
  }

  /** @returns the checkout that was made ready for it, once; else a new one. @throws whatever making it throws */
  readonly open: Open = async (instance, options) => {
    const prepared = this.#prepared.get(instance.id);
    this.#prepared.delete(instance.id);
    const checkout = await (prepared?.checkout ?? this.#open(instance, options)).finally(() => {
      for (const text of prepared?.log ?? []) options.log(text);
    });
    return {
      ...checkout,
      close: async () => {
        const closed = checkout.close();
        closed.catch(() => undefined);
        this.#closing.push(closed);
      },
    };
  };

  /** Removes what nobody has asked for, and waits until all is removed. @throws what a removal failed with */
  async close(): Promise<void> {
    this.#ended.abort();
    const unused = [...this.#prepared.values()];
    this.#prepared.clear();
    const opened = await Promise.allSettled(unused.map(({ checkout }) => checkout));
    const discarded = opened.map(async (one) => {
      if (one.status === 'fulfilled') await one.value.close();
    });
    const all = [...this.#closing, ...discarded];
    await Promise.allSettled(all);
    await Promise.all(all);
  }
}
