import { addUsage, NO_USAGE } from '../agent/limits.ts';
import type { BatchEvent } from '../batch/batch-event.ts';
import { totalCostReached } from '../batch/spending.ts';
import type { Status, Usage } from '../trajectory/event.ts';
import type { BatchSpec } from './batch-record.ts';
import type { Batches } from './batches.ts';

export interface RunReporterOptions {
  readonly batches: Batches;
  readonly spec: BatchSpec;
  readonly instanceId: string;
  /** Of the worker. */
  readonly name: string;
  readonly taken: number;
  readonly leaseMs: number;
}

/** Characters of what a run does that are told. */
const DOING = 120;

/** Tells the queue how a run is getting on, for those who watch, and what it spends, for the limit of the batch. */
export class RunReporter {
  readonly #options: RunReporterOptions;
  #step = 0;
  #usage: Usage = NO_USAGE;
  #doing = 'getting ready';
  /** US dollars that the queue has not been told of. */
  #unreported = 0;

  constructor(options: RunReporterOptions) {
    this.#options = options;
  }

  see(event: BatchEvent): void {
    if (event.type === 'step') {
      this.#step = Math.max(this.#step, event.step);
      this.#usage = addUsage(this.#usage, event.usage);
      this.#unreported += event.usage.costUsd ?? 0;
      this.#doing = event.action.slice(0, DOING);
    } else if (event.type === 'resumed') {
      this.#step = Math.max(this.#step, event.steps);
      this.#usage = addUsage(this.#usage, { ...NO_USAGE, costUsd: event.costUsd });
      this.#doing = 'taking up again';
    } else if (event.type === 'note') {
      this.#doing = event.text.slice(0, DOING);
    }
  }

  /** @returns why the batch is stopped, or null */
  async report(): Promise<string | null> {
    const { batches, spec, instanceId, name, taken, leaseMs } = this.#options;
    await batches.tellRunning(spec.batch, instanceId, {
      worker: name,
      taken,
      step: this.#step,
      usage: this.#usage,
      doing: this.#doing,
      leaseMs,
    });
    await this.#reportSpending();
    return batches.stopped(spec.batch);
  }

  async reportEnd(status: Status, resolved: boolean | null | undefined): Promise<void> {
    const { batches, spec, instanceId, name } = this.#options;
    await this.#reportSpending();
    await batches.tellEnded(spec.batch, instanceId, {
      status,
      worker: name,
      ...(resolved === undefined ? {} : { resolved }),
    });
  }

  async reportCut(): Promise<void> {
    const { batches, spec, instanceId } = this.#options;
    await this.#reportSpending();
    await batches.tellCut(spec.batch, instanceId);
  }

  async #reportSpending(): Promise<void> {
    const { batches, spec } = this.#options;
    const usd = this.#unreported;
    if (usd === 0) return;
    this.#unreported -= usd;
    const spent = await batches.spend(spec.batch, usd);
    if (spec.maxTotalCostUsd !== null && spent >= spec.maxTotalCostUsd) {
      await batches.stop(spec.batch, totalCostReached(spec.maxTotalCostUsd));
    }
  }
}
