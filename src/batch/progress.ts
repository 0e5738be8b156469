import { addUsage, NO_USAGE } from '../agent/limits.ts';
import type { Usage } from '../trajectory/event.ts';
import type { BatchEvent } from './batch-event.ts';
import type { InstanceResult } from './instance-result.ts';

/** An instance that runs now. */
export interface Running {
  readonly instanceId: string;
  /** Milliseconds of the clock given to `see`. */
  readonly since: number;
  readonly attempt: number;
  readonly step: number;
  readonly usage: Usage;
  /** Its last action or what it waits for; untrusted. */
  readonly doing: string;
}

/** How far a batch is, worked out from its events. */
export class BatchProgress {
  instances = 0;
  readonly running = new Map<string, Running>();
  readonly statuses = new Map<string, number>();
  done = 0;
  usage: Usage = NO_USAGE;
  stopping: string | null = null;
  #began = 0;
  /** Of this session. */
  #ended = 0;

  /** @param now milliseconds of a clock that never goes back */
  see(event: BatchEvent, now: number): void {
    switch (event.type) {
      case 'batch':
        this.instances = event.instances;
        this.#began = now;
        for (const result of event.done) this.#count(result);
        this.usage = event.done.reduce((sum, { usage }) => addUsage(sum, usage), NO_USAGE);
        return;
      case 'started': {
        const { instanceId } = event;
        const blank = { attempt: 1, step: 0, usage: NO_USAGE, doing: 'getting ready' };
        this.running.set(instanceId, { instanceId, since: now, ...blank });
        return;
      }
      case 'resumed': {
        const usage = { ...NO_USAGE, costUsd: event.costUsd };
        this.usage = addUsage(this.usage, usage);
        const doing = 'taking up again';
        this.#update(event, { attempt: event.attempt, step: event.steps, doing }, usage);
        return;
      }
      case 'step':
        this.usage = addUsage(this.usage, event.usage);
        this.#update(
          event,
          { attempt: event.attempt, step: event.step, doing: event.action },
          event.usage,
        );
        return;
      case 'note':
        this.#update(event, { doing: event.text }, NO_USAGE);
        return;
      case 'ended':
        this.running.delete(event.result.instanceId);
        this.#ended += 1;
        this.#count(event.result);
        return;
      case 'stopping':
        this.stopping = event.reason;
        return;
      default:
        event satisfies never;
    }
  }

  /** Milliseconds since the batch began. */
  elapsed(now: number): number {
    return now - this.#began;
  }

  /** Milliseconds until all is done, at the rate so far; null before the first has ended. */
  left(now: number): number | null {
    if (this.#ended === 0) return null;
    return (this.elapsed(now) / this.#ended) * (this.instances - this.done);
  }

  #count({ status }: InstanceResult): void {
    this.done += 1;
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }

  #update(
    { instanceId }: { readonly instanceId: string },
    change: Partial<Running>,
    usage: Usage,
  ): void {
    const before = this.running.get(instanceId);
    if (!before) return;
    const sum = addUsage(before.usage, usage);
    this.running.set(instanceId, { ...before, ...change, usage: sum });
  }
}
