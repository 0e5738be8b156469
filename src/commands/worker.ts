import { hostname } from 'node:os';
import { join } from 'node:path';
import { instanceRunner } from '../batch/run-one.ts';
import { keepHeapSmall } from '../batch/small-heap.ts';
import { ExitCode } from '../errors.ts';
import type { BatchSpec } from '../queue/batch-record.ts';
import { type BatchPlace, InstanceHandler } from '../queue/handle-instance.ts';
import { runWorker } from '../queue/worker.ts';
import { openStore } from '../storage/open-store.ts';
import { closeLaunchers, useLaunchers } from '../workspace/launcher.ts';
import { openScratch } from '../workspace/scratch.ts';
import { type AgentOptions, prepareAgent } from './batch-setup.ts';
import type { Host } from './host.ts';
import { connectQueue } from './queue-connection.ts';
import { gradeWith } from './queue-grading.ts';

export interface WorkerCommandOptions {
  readonly queue?: string;
  readonly jobs?: number;
  readonly drain?: boolean;
  /** Seconds, as the next two. */
  readonly grace?: number;
  readonly lease?: number;
  readonly saveEvery?: number;
  readonly maxDeaths?: number;
  readonly sandbox?: 'auto' | 'bubblewrap' | 'none';
  readonly repos?: string;
  readonly setup?: string;
  readonly config?: string;
}

const DEFAULT_GRACE = 25;
const DEFAULT_LEASE = 30;
const DEFAULT_SAVE_EVERY = 5;
const DEFAULT_MAX_DEATHS = 10;

/**
 * `patchwright worker`: runs instances that batches have put into a queue, with this machine's keys and programs.
 *
 * @returns 130 when it was told to stop, else 0
 * @throws {UsageError} when this machine cannot work on a batch; what it had is back in the queue
 */
export async function worker(options: WorkerCommandOptions, host: Host): Promise<number> {
  const onLine = (line: string) => void host.stderr.write(`${line}\n`);
  const { redis, batches } = await connectQueue(options.queue, host);
  const scratch = await openScratch();
  const name = `${hostname()}:${process.pid}`;
  const leaseMs = (options.lease ?? DEFAULT_LEASE) * 1000;
  const handler = new InstanceHandler({
    batches,
    name,
    scratch: join(scratch.dir, 'instances'),
    leaseMs,
    saveEveryMs: (options.saveEvery ?? DEFAULT_SAVE_EVERY) * 1000,
    maxDeaths: options.maxDeaths ?? DEFAULT_MAX_DEATHS,
    isConnected: () => redis.status === 'ready',
    open: (spec) => openBatch(spec, options, host),
    onLine,
  });
  const jobs = options.jobs ?? 1;
  useLaunchers();
  keepHeapSmall(jobs);
  onLine(`worker ${name} takes ${jobs} at a time`);
  try {
    await runWorker({
      redis,
      batches,
      name,
      jobs,
      leaseMs,
      graceMs: (options.grace ?? DEFAULT_GRACE) * 1000,
      drain: options.drain ?? false,
      handle: (handling) => handler.handle(handling),
      onLine,
      signal: host.signal,
    });
    return host.signal.aborted ? ExitCode.interrupted : ExitCode.submitted;
  } finally {
    redis.disconnect();
    await closeLaunchers();
    await scratch.close();
  }
}

/** What the batch says, where this machine does not know better. @throws {UsageError} */
async function openBatch(
  spec: BatchSpec,
  { sandbox, repos, setup, config }: WorkerCommandOptions,
  host: Host,
): Promise<BatchPlace> {
  const own = Object.entries({ sandbox, repos, setup, config });
  const options = {
    ...spec.options,
    ...Object.fromEntries(own.filter(([, value]) => value !== undefined)),
  } as unknown as AgentOptions;
  const [agent, store] = await Promise.all([
    prepareAgent(options, host),
    openStore(spec.out, host),
  ]);
  for (const warning of agent.warnings) host.stderr.write(`WARNING: ${warning}\n`);
  return {
    spec,
    store,
    runOne: instanceRunner(agent),
    ...(spec.evaluate ? { grade: await gradeWith({ store, options, host }) } : {}),
  };
}
