import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { messageOf, UsageError } from '../errors.ts';
import { type Batches, PREFIX } from './batches.ts';
import { type InstanceJob, QUEUE } from './queue.ts';

/** What is to be done with an instance that was not ended. */
export type JobEnd = 'done' | 'handed back';

export interface HandleOptions {
  readonly job: Job<InstanceJob>;
  readonly token: string;
  /** Aborted: the instance is to be handed back. */
  readonly signal: AbortSignal;
}

export interface QueueWorkerOptions {
  readonly redis: Redis;
  readonly batches: Batches;
  /** Of this worker, for people. */
  readonly name: string;
  /** Instances at a time. */
  readonly jobs: number;
  /** Milliseconds for which an instance is held without a sign of life. */
  readonly leaseMs: number;
  /** Milliseconds that running instances get to end when the worker is told to stop. */
  readonly graceMs: number;
  /** End when every batch is done. */
  readonly drain: boolean;
  readonly handle: (options: HandleOptions) => Promise<JobEnd>;
  readonly onLine: (line: string) => void;
  /** Aborted: the worker is to stop. */
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks at whether all batches are done. */
const DRAIN_CHECK_MS = 1000;
/** Milliseconds that a worker which has seen only batches that are done waits for one that is not. */
const DRAIN_WAIT_MS = 60_000;
/** Milliseconds before an instance on which something broke that nobody foresaw is tried again. */
const HAND_BACK_PAUSE_MS = 5000;
/** Milliseconds after the grace in which instances are handed back; then their leases run out by themselves. */
const HAND_BACK_MS = 10_000;

/**
 * Takes instances from the queue and has them handled until it is told to stop, or all is done. On being told to stop
 * it takes no more, lets what runs end for a while, and hands back the rest.
 *
 * @returns when nothing runs any more
 * @throws {UsageError} when `handle` throws one: this worker is not fit to work
 */
export async function runWorker(options: QueueWorkerOptions): Promise<void> {
  const { redis, jobs, leaseMs, handle, onLine } = options;
  const cut = new AbortController();
  const stopping = new AbortController();
  let unfit: UsageError | undefined;
  const running = new Set<string>();
  let handled = 0;

  const worker = new Worker<InstanceJob, JobEnd>(
    QUEUE,
    async (job, token = '') => {
      const id = `${job.id}`;
      running.add(id);
      handled += 1;
      try {
        const end = await handle({ job, token, signal: cut.signal });
        if (end === 'done') return end;
        await handBack(job, token);
      } catch (error) {
        if (error instanceof UsageError) {
          unfit ??= error;
          stopping.abort(error);
          await options.batches.tellUnfit(job.data.batch, `${options.name}: ${error.message}`);
        } else {
          onLine(`${job.data.instanceId}: ${messageOf(error)}; back in the queue`);
          await pause(HAND_BACK_PAUSE_MS, stopping.signal);
        }
        await handBack(job, token);
      } finally {
        running.delete(id);
      }
      throw new WaitingError();
    },
    {
      connection: redis,
      prefix: PREFIX,
      concurrency: jobs,
      lockDuration: leaseMs,
      stalledInterval: leaseMs / 2,
      // Renewed by `Lease`, which tells whoever holds it of the loss; how often is too often is ours to say as well.
      skipLockRenewal: true,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: 1000,
      skipVersionCheck: true,
    },
  );
  // The connection tells of its losses itself; an instance that another worker has taken over is told of by its lease.
  worker.on('error', (error) => {
    if (!/Missing (lock|key)|Connection is closed|ECONN|lock mismatch/i.test(error.message)) {
      onLine(`queue: ${error.message}`);
    }
  });
  worker.on('stalled', (id) => onLine(`${id}: its worker is silent; back in the queue`));

  const stop = () => stopping.abort();
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  const drained = options.drain ? watchForEnd(options, stopping, () => handled > 0) : undefined;
  try {
    await worker.waitUntilReady();
    await aborted(stopping.signal);
    await close(worker, { ...options, cut, count: () => running.size });
  } finally {
    options.signal.removeEventListener('abort', stop);
    await drained;
  }
  if (unfit) throw unfit;
}

/** Puts an instance at the head of the queue. One that another worker has by now is left to it. */
async function handBack(job: Job<InstanceJob>, token: string): Promise<void> {
  await job.moveToWait(token).catch(() => undefined);
}

interface Closing {
  readonly graceMs: number;
  readonly onLine: (line: string) => void;
  readonly cut: AbortController;
  /** How many instances run. */
  readonly count: () => number;
}

async function close(
  worker: Worker<InstanceJob, JobEnd>,
  { graceMs, onLine, cut, count }: Closing,
): Promise<void> {
  const n = count();
  if (n > 0) {
    const seconds = Math.round(graceMs / 1000);
    onLine(`stopping: ${n} running get ${seconds} s to end and are then handed back`);
  }
  const closed = worker.close();
  const timer = setTimeout(() => cut.abort(new Error('the worker stops')), graceMs);
  const late = new Promise<'late'>((done) => {
    setTimeout(done, graceMs + HAND_BACK_MS, 'late').unref();
  });
  const end = await Promise.race([closed, late]);
  clearTimeout(timer);
  if (end === 'late') {
    onLine(`${count()} could not be handed back; they are taken over when their leases end`);
    await worker.close(true).catch((error: unknown) => onLine(messageOf(error)));
  }
}

/** @param hasWorked whether this worker has had an instance */
async function watchForEnd(
  { batches, redis, onLine }: QueueWorkerOptions,
  stopping: AbortController,
  hasWorked: () => boolean,
): Promise<void> {
  const began = performance.now();
  let seenOpen = false;
  while (!stopping.signal.aborted) {
    if (redis.status === 'ready') {
      const done = await allDone(batches).catch(() => false);
      // Batches of earlier days are known for a while: the one that this worker is for may only come.
      const isTime = seenOpen || hasWorked() || performance.now() - began > DRAIN_WAIT_MS;
      if (done && isTime) {
        onLine('every batch is done');
        stopping.abort();
        return;
      }
      seenOpen ||= !done;
    }
    await pause(DRAIN_CHECK_MS, stopping.signal);
  }
}

/** False also while there is no batch at all: workers may be there before it. */
async function allDone(batches: Batches): Promise<boolean> {
  const ids = await batches.ids();
  for (const id of ids) {
    const spec = await batches.spec(id);
    if (!spec || (await batches.stopped(id)) !== null) continue;
    if ((await batches.endedCount(id)) < spec.instances) return false;
  }
  return ids.length > 0;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}

/** Returns early when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
