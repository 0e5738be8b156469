import { join } from 'node:path';
import type { BatchEvent } from '../batch/batch-event.ts';
import { failedResult, type InstanceResult, isFinal } from '../batch/instance-result.ts';
import type { BatchOptions } from '../batch/run-batch.ts';
import { endedLine } from '../batch/table.ts';
import { isRefusedRequest, messageOf, UsageError } from '../errors.ts';
import { keepSaved } from '../storage/keep-saved.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { StoredResults } from '../storage/stored-results.ts';
import type { Instance } from '../swebench/instance.ts';
import type { BatchSpec } from './batch-record.ts';
import type { Batches } from './batches.ts';
import { Lease } from './lease.ts';
import { persistently } from './persistently.ts';
import { instanceKey } from './queue.ts';
import { RunReporter } from './run-reporter.ts';
import type { HandleOptions, JobEnd } from './worker.ts';

/** How a worker runs the instances of one batch. */
export interface BatchPlace {
  readonly spec: BatchSpec;
  readonly store: ObjectStore;
  readonly runOne: BatchOptions['runOne'];
  /** Set when results are to be graded: grades one, unless that is done. @returns resolved; null: it could not be graded */
  readonly grade?: (
    instance: Instance,
    result: InstanceResult,
    signal: AbortSignal,
  ) => Promise<boolean | null>;
}

export interface InstanceHandlerOptions {
  readonly batches: Batches;
  /** Of this worker. */
  readonly name: string;
  readonly scratch: string;
  readonly leaseMs: number;
  /** Milliseconds between two savings of a running instance. */
  readonly saveEveryMs: number;
  /** An instance that was taken up this often in a row without getting any further ends with an error. */
  readonly maxDeaths: number;
  readonly isConnected: () => boolean;
  /** Called once for each batch. @throws {UsageError} when this worker cannot work on it */
  readonly open: (spec: BatchSpec) => Promise<BatchPlace>;
  readonly onLine: (line: string) => void;
}

/**
 * Runs instances of the queue so that each ends exactly once: what decides is which result lands first, and a worker
 * that has lost its lease stops.
 */
export class InstanceHandler {
  readonly #options: InstanceHandlerOptions;
  readonly #places = new Map<string, Promise<BatchPlace>>();
  /** Batches of which a model has answered here: what goes wrong from then on is not the worker's configuration. */
  readonly #answered = new Set<string>();

  constructor(options: InstanceHandlerOptions) {
    this.#options = options;
  }

  /** @throws {UsageError} when this worker is not fit to work */
  async handle({ job, token, signal }: HandleOptions): Promise<JobEnd> {
    const { batches, leaseMs, isConnected, onLine } = this.#options;
    const { batch, instanceId } = job.data;
    const spec = await batches.spec(batch);
    if (!spec || (await batches.stopped(batch)) !== null) return 'done';
    if (await batches.hasEnded(batch, instanceId)) return 'done';
    const place = await this.#open(spec);
    const taken = await batches.countTaken(batch, instanceId);
    const reporter = new RunReporter({ ...this.#options, spec, instanceId, taken });
    const stopped = new AbortController();
    const lease = new Lease({
      job,
      token,
      ms: leaseMs,
      isConnected,
      async onBeat() {
        const reason = await reporter.report();
        if (reason !== null) stopped.abort(new Error(reason));
      },
      onFailure: (error) => onLine(`${instanceId}: ${messageOf(error)}`),
    });
    try {
      await reporter.report();
      const cut = AbortSignal.any([signal, lease.lost, stopped.signal]);
      const ended = await this.#run({
        ...{ place, instanceId, taken, reporter, signal: cut },
        lost: lease.lost,
      });
      if (ended) {
        await reporter.reportEnd(ended.result.status, ended.resolved);
        onLine(endedLine(ended.result));
        return 'done';
      }
      if (lease.lost.aborted) {
        onLine(`${instanceId}: the lease was lost; another worker goes on with it`);
        return 'handed back';
      }
      onLine(`${instanceId}: cut`);
      await reporter.reportCut();
      return stopped.signal.aborted ? 'done' : 'handed back';
    } finally {
      await lease.end();
    }
  }

  #open(spec: BatchSpec): Promise<BatchPlace> {
    const known = this.#places.get(spec.batch);
    if (known) return known;
    const opening = this.#options.open(spec);
    this.#places.set(spec.batch, opening);
    opening.catch(() => this.#places.delete(spec.batch));
    return opening;
  }

  /** @returns null when the run was cut */
  async #run(input: RunInput): Promise<Ended | null> {
    const { place, instanceId, taken } = input;
    const results = new StoredResults({
      store: place.store,
      scratch: join(this.#options.scratch, place.spec.batch, String(taken)),
      attempt: `${place.spec.batch}-${String(taken).padStart(6, '0')}`,
    });
    try {
      const result = await this.#result(input, results);
      return result ? await this.#graded(input, result) : null;
    } finally {
      await results.close(instanceId);
    }
  }

  /** The result that counts: the one that is there, or else the one that is made here. */
  async #result(input: RunInput, results: StoredResults): Promise<InstanceResult | null> {
    const { place, instanceId } = input;
    const persist = this.#persist(input);
    const found = await persist('cannot be looked up', () => results.landed(instanceId));
    if (found && isFinal(found)) {
      await persist('cannot be put in place', () => results.settle(instanceId));
      return found;
    }
    const instance = await persist('cannot be read', () => readInstance(place, instanceId));
    const own = instance && (await this.#runToResult(input, instance, results));
    if (!own) {
      // What was stored after another had put its files in place would stay.
      if (input.lost.aborted) await results.settle(instanceId);
      return null;
    }
    const landed = await persist('cannot be stored', () => results.land(own));
    if (landed === undefined) return null;
    if (landed) return own;
    this.#options.onLine(`${instanceId}: another worker was first; this result is dropped`);
    await persist('cannot be put in place', () => results.settle(instanceId));
    const first = await persist('cannot be looked up', () => results.landed(instanceId));
    if (first && isFinal(first)) return first;
    throw new UsageError(
      `${place.store.place}: the result of ${instanceId} that is there cannot be read; remove it`,
    );
  }

  /** @returns null when the grading was cut */
  async #graded(input: RunInput, result: InstanceResult): Promise<Ended | null> {
    const { place, instanceId, signal } = input;
    const { grade } = place;
    if (!grade || result.patch === '') return { result };
    try {
      const read = () => readInstance(place, instanceId);
      const instance = await this.#persist(input)('cannot be read', read);
      return instance ? { result, resolved: await grade(instance, result, signal) } : null;
    } catch (error) {
      if (signal.aborted) return null;
      this.#options.onLine(`${instanceId}: not graded: ${messageOf(error)}`);
      return { result, resolved: null };
    }
  }

  #persist({ instanceId, signal }: RunInput) {
    const { onLine } = this.#options;
    return <T>(what: string, work: () => Promise<T>): Promise<T | undefined> =>
      persistently(work, { signal, onFailure: (why) => onLine(`${instanceId}: ${what}: ${why}`) });
  }

  async #runToResult(
    { place, instanceId, taken, reporter, signal, lost }: RunInput,
    instance: Instance,
    results: StoredResults,
  ): Promise<InstanceResult | null> {
    const { batches, saveEveryMs, maxDeaths, onLine } = this.#options;
    const { batch, model } = place.spec;
    const folder = await results.open(instanceId);
    const times = await batches.countStuck(batch, instanceId, await results.size(instanceId));
    if (times > maxDeaths) {
      const reason = `${maxDeaths} workers in a row died while they ran it, without getting further`;
      return failedResult(instanceId, model, reason);
    }
    onLine(`${instanceId}: ${taken === 1 ? 'begins' : `taken up, time ${taken}`}`);
    const stopSaving = keepSaved({
      store: results,
      instanceId,
      everyMs: saveEveryMs,
      onFailure: (error) => onLine(`${instanceId}: cannot be saved: ${messageOf(error)}`),
    });
    const onEvent = (event: BatchEvent) => {
      if (event.type === 'step') this.#answered.add(batch);
      reporter.see(event);
    };
    try {
      const result = await place.runOne(instance, { folder, signal, onEvent });
      if (isFinal(result)) return result;
    } catch (error) {
      if (signal.aborted) return null;
      if (error instanceof UsageError && !this.#isInstances(batch, error)) throw error;
      return failedResult(instanceId, model, messageOf(error));
    } finally {
      await stopSaving();
    }
    if (lost.aborted) return null;
    await results.save(instanceId).catch((error: unknown) => {
      onLine(`${instanceId}: cannot be saved: ${messageOf(error)}`);
    });
    return null;
  }

  /** A request that only this instance made wrong is this instance's failure. */
  #isInstances(batch: string, error: UsageError): boolean {
    return isRefusedRequest(error) && this.#answered.has(batch);
  }
}

interface RunInput {
  readonly place: BatchPlace;
  readonly instanceId: string;
  readonly taken: number;
  readonly reporter: RunReporter;
  readonly signal: AbortSignal;
  /** One of the reasons of `signal`: the instance is another worker's. */
  readonly lost: AbortSignal;
}

interface Ended {
  readonly result: InstanceResult;
  readonly resolved?: boolean | null;
}

/** @throws {UsageError} when this machine does not see what the batch has put there */
async function readInstance({ spec, store }: BatchPlace, instanceId: string): Promise<Instance> {
  const bytes = await store.get(instanceKey(spec.batch, instanceId));
  if (bytes) return JSON.parse(bytes.toString()) as Instance;
  throw new UsageError(
    `${store.place}: batch ${spec.batch} is not there; this machine has to see the same folder at the same path, or the same bucket`,
  );
}
