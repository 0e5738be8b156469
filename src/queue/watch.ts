import { setTimeout as sleep } from 'node:timers/promises';
import { addUsage, NO_USAGE } from '../agent/limits.ts';
import type { BatchEvent } from '../batch/batch-event.ts';
import { type InstanceResult, isFinal } from '../batch/instance-result.ts';
import { SummaryFiles } from '../batch/summary-files.ts';
import { inParallel } from '../in-parallel.ts';
import type { StoredResults } from '../storage/stored-results.ts';
import type { Usage } from '../trajectory/event.ts';
import type { BatchState, RunningInstance } from './batch-record.ts';
import type { Batches } from './batches.ts';

export interface WatchOptions {
  readonly batches: Batches;
  readonly batch: string;
  readonly results: StoredResults;
  readonly onEvent: (event: BatchEvent) => void;
  /** Told what workers say of why they cannot work on the batch. */
  readonly onLine: (line: string) => void;
  /** Aborted: the watching ends, the batch goes on. */
  readonly signal: AbortSignal;
}

export interface WatchEnd {
  /** All that have landed, earlier batches in the same place included. */
  readonly results: ReadonlyMap<string, InstanceResult>;
  /** Instances of this batch that were graded, by id: resolved, or null where that could not be told. */
  readonly verdicts: ReadonlyMap<string, boolean | null>;
  /** Of those, and only of those, that the batch was given. */
  readonly ended: number;
  /** False when the watching was ended before the batch. */
  readonly over: boolean;
}

const POLL_MS = 1000;
const REQUESTS = 16;

/**
 * Follows a batch through the queue, telling of it as if it ran here, and keeps `preds.json` and its like up to date
 * with what lands.
 *
 * @throws {Error} when the queue does not know the batch any more
 */
export async function watchBatch(options: WatchOptions): Promise<WatchEnd> {
  const { batches, batch, results, onEvent, signal } = options;
  const first = await stateOf(options);
  const landed = await results.results();
  const known = new Map([...landed].filter(([, result]) => isFinal(result)));
  const summary = new SummaryFiles(results, known);
  const waiting =
    first.spec.instances - [...first.ended.keys()].filter((id) => known.has(id)).length;
  onEvent({
    type: 'batch',
    model: first.spec.model,
    instances: known.size + waiting,
    done: [...known.values()],
    workers: new Set([...first.running.values()].map(({ worker }) => worker)).size,
  });
  // What has landed while nobody watched.
  if (known.size > 0) await summary.update();
  const told = new Told(onEvent);
  let unfit = 0;
  for (;;) {
    const state = await stateOf(options);
    for (const line of await batches.unfit(batch, unfit)) {
      unfit += 1;
      options.onLine(line);
    }
    told.look(state);
    const news = [...state.ended.keys()].filter((id) => !known.has(id));
    const found = await inParallel(news, REQUESTS, (id) => results.landed(id));
    for (const result of found) {
      if (!result) continue;
      known.set(result.instanceId, result);
      told.end(result);
    }
    if (news.length > 0) await summary.update();
    const stopped = state.stopped !== null && state.running.size === 0;
    const over = stopped || state.ended.size >= state.spec.instances;
    if (state.stopped !== null && over) onEvent({ type: 'stopping', reason: state.stopped });
    if (over || signal.aborted) {
      const verdicts = [...state.ended].flatMap(([id, { resolved }]) =>
        resolved === undefined ? [] : [[id, resolved] as const],
      );
      return { results: known, verdicts: new Map(verdicts), ended: state.ended.size, over };
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function stateOf({ batches, batch }: WatchOptions): Promise<BatchState> {
  const state = await batches.state(batch);
  if (!state) throw new Error(`the queue knows no batch ${batch}`);
  return state;
}

/** What has been told of the running instances, so that each token and dollar is told once. */
class Told {
  readonly #onEvent: WatchOptions['onEvent'];
  readonly #running = new Map<string, RunningInstance>();
  readonly #usage = new Map<string, Usage>();
  readonly #silent = new Set<string>();

  constructor(onEvent: WatchOptions['onEvent']) {
    this.#onEvent = onEvent;
  }

  /** Tells what has changed since the last look. */
  look({ running, ended }: BatchState): void {
    for (const [instanceId, now] of running) {
      const before = this.#running.get(instanceId);
      const again = before?.taken !== now.taken;
      if (again) this.#onEvent({ type: 'started', instanceId });
      if (again || now.step !== before.step) {
        this.#step(instanceId, now.usage, now.step, `${now.doing}  (${now.worker})`);
      }
      this.#running.set(instanceId, now);
      this.#silent.delete(instanceId);
    }
    for (const instanceId of this.#running.keys()) {
      if (running.has(instanceId) || ended.has(instanceId) || this.#silent.has(instanceId))
        continue;
      this.#silent.add(instanceId);
      const text = 'its worker is silent; waits for another';
      this.#onEvent({ type: 'note', instanceId, attempt: 1, text });
    }
  }

  end(result: InstanceResult): void {
    const { instanceId, usage, steps } = result;
    this.#step(instanceId, usage, steps, '');
    this.#running.delete(instanceId);
    this.#onEvent({ type: 'ended', result });
  }

  #step(instanceId: string, now: Usage, step: number, action: string): void {
    const told = this.#usage.get(instanceId) ?? NO_USAGE;
    const usage = difference(now, told);
    this.#usage.set(instanceId, addUsage(told, usage));
    this.#onEvent({ type: 'step', instanceId, attempt: 1, step, action, usage });
  }
}

/** Never below 0: a run that another worker has taken up does not know the tokens of its first part. */
function difference(now: Usage, told: Usage): Usage {
  const more = (a: number, b: number) => Math.max(0, a - b);
  return {
    inputTokens: more(now.inputTokens, told.inputTokens),
    outputTokens: more(now.outputTokens, told.outputTokens),
    cacheReadTokens: more(now.cacheReadTokens, told.cacheReadTokens),
    cacheWriteTokens: more(now.cacheWriteTokens, told.cacheWriteTokens),
    costUsd: now.costUsd === null || told.costUsd === null ? null : more(now.costUsd, told.costUsd),
  };
}
