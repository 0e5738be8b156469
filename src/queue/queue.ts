import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { UsageError } from '../errors.ts';
import { inParallel } from '../in-parallel.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Instance } from '../swebench/instance.ts';
import type { BatchSpec } from './batch-record.ts';
import { type Batches, PREFIX } from './batches.ts';

/** Name of the one queue of all batches. */
export const QUEUE = 'instances';
const REQUESTS = 32;
/** Jobs that one request adds. */
const ADDED_AT_ONCE = 500;

/** What is in the queue of an instance: where to find the rest. */
export interface InstanceJob {
  readonly batch: string;
  readonly instanceId: string;
}

/** The queue, for those who put batches in and look after them; close it after use. */
export function openQueue(redis: Redis): Queue<InstanceJob> {
  return new Queue<InstanceJob>(QUEUE, {
    connection: redis,
    prefix: PREFIX,
    skipVersionCheck: true,
    skipMetasUpdate: true,
  });
}

export interface EnqueueOptions {
  readonly queue: Queue<InstanceJob>;
  readonly batches: Batches;
  /** The place that `spec.out` names. */
  readonly store: ObjectStore;
  readonly spec: BatchSpec;
  readonly instances: readonly Instance[];
}

/**
 * Puts a batch into the queue. What workers need of the dataset goes to where the results land, so that they need
 * neither the dataset nor much room in Redis.
 *
 * @throws {UsageError} when results could land twice there
 */
export async function enqueue(options: EnqueueOptions): Promise<void> {
  const { queue, batches, store, spec, instances } = options;
  await checkCreates(store, spec);
  await inParallel(instances, REQUESTS, (instance) =>
    store.put(instanceKey(spec.batch, instance.id), Buffer.from(JSON.stringify(instance))),
  );
  await batches.add(spec);
  for (let at = 0; at < instances.length; at += ADDED_AT_ONCE) {
    const some = instances.slice(at, at + ADDED_AT_ONCE);
    await queue.addBulk(some.map(({ id }) => job(spec.batch, id)));
  }
}

/** Takes the instances of a batch that wait out of the queue. */
export async function removeWaiting(queue: Queue<InstanceJob>, batch: string): Promise<void> {
  const waiting = await queue.getWaiting(0, -1);
  await inParallel(
    waiting.filter(({ data }) => data.batch === batch),
    REQUESTS,
    (found) => found.remove().catch(() => undefined),
  );
}

function job(batch: string, instanceId: string) {
  const data: InstanceJob = { batch, instanceId };
  const opts = { jobId: `${batch}/${instanceId}`, removeOnComplete: true };
  return { name: 'instance', data, opts };
}

/** A store that lets two create one object would let an instance end twice. */
async function checkCreates(store: ObjectStore, spec: BatchSpec): Promise<void> {
  const key = specKey(spec.batch);
  const first = await store.create(key, Buffer.from(JSON.stringify(spec, null, 2)));
  if (first && !(await store.create(key, Buffer.from('{}')))) return;
  throw new UsageError(
    `${store.place}: the storage does not keep a second writer from replacing an object (If-None-Match); use another`,
  );
}

/** Where a batch lies in the store until it is done. */
export function batchPrefix(batch: string): string {
  return `.batches/${batch}`;
}

/** The record of a batch in the store: a worker that finds it sees the same place. */
export function specKey(batch: string): string {
  return `${batchPrefix(batch)}/batch.json`;
}

/** The dataset's row of an instance, in our form. */
export function instanceKey(batch: string, instanceId: string): string {
  return `${batchPrefix(batch)}/instances/${instanceId}.json`;
}
