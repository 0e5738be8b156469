import type { Worker } from './worker.ts';

/** Hands workers out, one user at a time. */
export class WorkerSlots {
  readonly workers: readonly Worker[];
  private readonly free: Worker[];
  private readonly waiting: ((worker: Worker) => void)[] = [];

  constructor(workers: readonly Worker[]) {
    this.workers = workers;
    this.free = [...workers];
  }

  /** Does something with a worker of its own; waits for one. A worker that takes no batch any more is passed all the same. */
  async use<T>(work: (worker: Worker) => Promise<T>): Promise<T> {
    const worker =
      this.free.pop() ?? (await new Promise<Worker>((take) => this.waiting.push(take)));
    try {
      return await work(worker);
    } finally {
      const next = this.waiting.shift();
      if (next) next(worker);
      else if (worker.isAlive) this.free.push(worker);
      else this.free.unshift(worker);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }
}
