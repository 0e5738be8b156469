import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRefusedRequest, UsageError } from '../errors.ts';
import type { Instance } from '../swebench/instance.ts';
import type { Status } from '../trajectory/event.ts';
import type { BatchEvent } from './batch-event.ts';
import { failedResult, type InstanceResult, isFinal } from './instance-result.ts';
import type { ResultStore } from './results.ts';
import { Spending } from './spending.ts';
import { SummaryFiles } from './summary-files.ts';

export interface RunOneOptions {
  /** For whatever the run leaves; made by the store. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: BatchEvent) => void;
}

export interface BatchOptions {
  readonly instances: readonly Instance[];
  /** As predictions name it. */
  readonly model: string;
  readonly workers: number;
  readonly store: ResultStore;
  /** Runs the agent on one instance. @throws {UsageError} for a configuration that no run can go with */
  readonly runOne: (instance: Instance, options: RunOneOptions) => Promise<InstanceResult>;
  /** Told of an instance whose turn comes soon, each time that another one has got to work. */
  readonly prepare?: (instance: Instance, signal: AbortSignal) => void;
  /** Results of these statuses are put aside and made anew. */
  readonly redo: ReadonlySet<Status>;
  /** US dollars for all instances together, earlier sessions included; null: no limit. */
  readonly maxTotalCostUsd: number | null;
  /** Milliseconds; null: no limit. */
  readonly maxTotalTimeMs: number | null;
  /** Each worker waits for a random part of this before its first instance, in milliseconds. */
  readonly jitterMs: number;
  readonly onEvent: (event: BatchEvent) => void;
  /** Aborted by the user: running instances end as interrupted. */
  readonly signal: AbortSignal;
}

export interface BatchEnd {
  /** Of the instances asked for, by id; those that were never started are missing. */
  readonly results: ReadonlyMap<string, InstanceResult>;
  /** Why the batch stopped before all was done; null: it is done. */
  readonly stopped: string | null;
}

/**
 * Runs instances side by side and stores each result as it comes. What the store has a final result of is not run
 * again; what was cut goes on where it was.
 *
 * @throws {UsageError} when a run shows that the configuration is wrong; what was running by then has ended and is stored
 */
export async function runBatch(options: BatchOptions): Promise<BatchEnd> {
  const { instances, store, workers, onEvent } = options;
  const all = await store.results();
  for (const { instanceId, status } of instances.flatMap(({ id }) => all.get(id) ?? [])) {
    if (!options.redo.has(status)) continue;
    await store.discard(instanceId);
    all.delete(instanceId);
  }
  const own = () => instances.flatMap(({ id }) => all.get(id) ?? []);
  const done = own().filter(isFinal);
  const finished = new Set(done.map(({ instanceId }) => instanceId));
  const waiting = instances.filter(({ id }) => !finished.has(id));
  const known = own().map(({ instanceId, usage }) => [instanceId, usage.costUsd ?? 0] as const);
  const spending = new Spending(options.maxTotalCostUsd, new Map(known));
  const summary = new SummaryFiles(store, all);
  const { model } = options;
  onEvent({ type: 'batch', model, instances: instances.length, done, workers });

  const cut = new AbortController();
  const signal = AbortSignal.any([options.signal, cut.signal]);
  // Every running instance listens, at more than one place.
  setMaxListeners(0, signal);
  let stopped: string | null = null;
  let misconfigured: UsageError | undefined;
  let answered = false;
  const stop = (reason: string) => {
    if (stopped !== null) return;
    stopped = reason;
    onEvent({ type: 'stopping', reason });
  };
  const stopAndCut = (reason: string) => {
    stop(reason);
    cut.abort(new Error(reason));
  };
  const atWork = new Set<string>();
  const announced = new Set<Instance>();
  /** Now it waits for its model, and there is time for another one. */
  const announceNext = (instanceId: string) => {
    if (atWork.has(instanceId) || stopped !== null) return;
    atWork.add(instanceId);
    const next = waiting.find((instance) => !announced.has(instance));
    if (!next) return;
    announced.add(next);
    options.prepare?.(next, signal);
  };
  const listen = (event: BatchEvent) => {
    onEvent(event);
    if (event.type === 'resumed') spending.takenUp(event.instanceId, event.costUsd);
    if (event.type === 'step') {
      answered = true;
      announceNext(event.instanceId);
      spending.add(event.usage.costUsd);
    }
    if (spending.reached) stopAndCut(spending.reached);
  };
  const outOfTime = timer(options.maxTotalTimeMs, () =>
    stopAndCut(
      'the total time is over; what was running is cut and goes on with the same command run again',
    ),
  );
  const onAbort = () => stop('interrupted');
  options.signal.addEventListener('abort', onAbort, { once: true });
  if (options.signal.aborted) onAbort();
  if (spending.reached && waiting.length > 0) stop(spending.reached);

  const runNext = async (instance: Instance) => {
    const folder = await store.open(instance.id);
    onEvent({ type: 'started', instanceId: instance.id });
    const result = await options
      .runOne(instance, { folder, signal, onEvent: listen })
      .catch((error: unknown) => {
        if (!(error instanceof UsageError)) throw error;
        // A request that only this instance made wrong is this instance's failure.
        if (answered && isRefusedRequest(error)) {
          return failedResult(instance.id, model, error.message);
        }
        misconfigured ??= error;
        stop(error.message);
        return null;
      });
    if (result === null) return;
    await store.finish(result);
    all.set(result.instanceId, result);
    onEvent({ type: 'ended', result });
    // Nobody waits for it. What cannot be written is tried again with the next result, and at the end.
    summary.update().catch(() => undefined);
  };
  const work = async () => {
    const delay = Math.random() * options.jitterMs;
    if (delay > 0) await sleep(delay, undefined, { signal }).catch(() => undefined);
    while (stopped === null) {
      const next = waiting.shift();
      if (!next) return;
      try {
        await runNext(next);
      } catch (error) {
        stopAndCut('an internal error');
        throw error;
      }
    }
  };
  try {
    const count = Math.max(1, Math.min(workers, waiting.length));
    const working = Array.from({ length: count }, work);
    await Promise.allSettled(working);
    await Promise.all(working);
    await summary.update();
  } finally {
    clearTimeout(outOfTime);
    options.signal.removeEventListener('abort', onAbort);
  }
  if (misconfigured) throw misconfigured;
  return { results: new Map(own().map((result) => [result.instanceId, result])), stopped };
}

/** The longest that a timer of Node can wait. */
const LONGEST_MS = 2 ** 31 - 1;

function timer(ms: number | null, action: () => void): NodeJS.Timeout | undefined {
  return ms === null ? undefined : setTimeout(action, Math.min(ms, LONGEST_MS));
}
