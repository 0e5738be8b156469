import type { Job } from 'bullmq';
import type { InstanceJob } from './queue.ts';

export interface LeaseOptions {
  readonly job: Job<InstanceJob>;
  /** What the queue knows this holder by. */
  readonly token: string;
  /** Milliseconds for which the instance is held without a sign of life. */
  readonly ms: number;
  /** False while there is no connection: nothing can be said then of who holds the instance. */
  readonly isConnected: () => boolean;
  /** Called at each renewal. */
  readonly onBeat: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/**
 * The right to run an instance, which lasts as long as it is renewed in time. A worker that was cut off for longer
 * finds that it has lost it.
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #lost = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #beating = Promise.resolve();
  #ended = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#schedule();
  }

  /** Aborts when another worker has the instance or may have it. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Ends the renewing; the lease itself ends with its job, or with its time. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#beating;
  }

  #schedule(): void {
    if (this.#ended || this.#lost.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#beating = this.#beat()
        .catch(this.#options.onFailure)
        .then(() => this.#schedule());
    }, this.#options.ms / 3);
  }

  async #beat(): Promise<void> {
    const { job, token, ms, isConnected, onBeat } = this.#options;
    if (!isConnected()) return;
    if ((await job.extendLock(token, ms)) !== 1) {
      this.#lost.abort(new Error('the lease was lost'));
      return;
    }
    await onBeat();
  }
}
