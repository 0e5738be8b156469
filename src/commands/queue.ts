import { openDisplay } from '../batch/display.ts';
import { ExitCode, UsageError } from '../errors.ts';
import type { BatchSpec } from '../queue/batch-record.ts';
import type { Batches } from '../queue/batches.ts';
import { batchPrefix, openQueue, removeWaiting } from '../queue/queue.ts';
import { type WatchEnd, watchBatch } from '../queue/watch.ts';
import { batchExitCode } from './batch-exit-code.ts';
import { openResults } from './batch-store.ts';
import type { Host } from './host.ts';
import { connectQueue } from './queue-connection.ts';

export interface QueueOptions {
  readonly queue?: string;
  readonly json?: boolean;
}

export interface BatchOfQueueOptions extends QueueOptions {
  readonly batch: string;
}

/** `patchwright queue list`. */
export async function listBatches(options: QueueOptions, host: Host): Promise<number> {
  const { redis, batches } = await connectQueue(options.queue, host);
  try {
    const ids = await batches.ids();
    if (ids.length === 0 && !options.json) host.stdout.write('no batch is known\n');
    for (const id of ids) {
      const state = await batches.state(id);
      if (!state) continue;
      const { spec, stopped, ended, running } = state;
      const counts = { instances: spec.instances, ended: ended.size, running: running.size };
      host.stdout.write(
        options.json
          ? `${JSON.stringify({ batch: id, ...counts, stopped, dataset: spec.dataset, model: spec.model, out: spec.out })}\n`
          : `${id}  ${ended.size} of ${spec.instances} done  ${running.size} running  ${spec.dataset}  ${spec.model}  ${spec.out}${stopped === null ? '' : `  stopped: ${stopped}`}\n`,
      );
    }
    return ExitCode.submitted;
  } finally {
    redis.disconnect();
  }
}

/** `patchwright queue watch`. @throws {UsageError} for a batch that is not known */
export async function watch(options: BatchOfQueueOptions, host: Host): Promise<number> {
  const { redis, batches } = await connectQueue(options.queue, host);
  try {
    const spec = await knownSpec(batches, options.batch);
    return await watchToEnd({ batches, spec, json: options.json ?? false, host });
  } finally {
    redis.disconnect();
  }
}

/** `patchwright queue cancel`. @throws {UsageError} for a batch that is not known */
export async function cancel(options: BatchOfQueueOptions, host: Host): Promise<number> {
  const { redis, batches } = await connectQueue(options.queue, host);
  const queue = openQueue(redis);
  try {
    const spec = await knownSpec(batches, options.batch);
    await batches.stop(spec.batch, 'the batch was cancelled');
    await removeWaiting(queue, spec.batch);
    host.stdout.write(
      `${spec.batch} is cancelled; what has landed stays in ${spec.out}, and the same batch put into the queue again goes on\n`,
    );
    return ExitCode.submitted;
  } finally {
    await queue.close();
    redis.disconnect();
  }
}

async function knownSpec(batches: Batches, batch: string): Promise<BatchSpec> {
  const spec = await batches.spec(batch);
  if (spec) return spec;
  throw new UsageError(`the queue knows no batch ${batch}; see: patchwright queue list`);
}

export interface WatchInput {
  readonly batches: Batches;
  readonly spec: BatchSpec;
  readonly json: boolean;
  readonly host: Host;
}

/**
 * Shows a batch until it is over, or until Ctrl-C, which leaves it alone.
 *
 * @returns the exit code: 1 when no instance has a patch
 */
export async function watchToEnd({ batches, spec, json, host }: WatchInput): Promise<number> {
  const { results, store, close } = await openResults(spec.out, host);
  const display = await openDisplay({
    output: host.stdout,
    json,
    out: store.place,
    live: host.env.TERM !== 'dumb',
  });
  let end: WatchEnd | undefined;
  try {
    end = await watchBatch({
      batches,
      batch: spec.batch,
      results,
      onEvent: display.onEvent,
      onLine: (line) => void host.stderr.write(`${line}\n`),
      signal: host.signal,
    });
    if (end.over) {
      await results.settleAll(end.results);
      await store.clear(`${batchPrefix(spec.batch)}/`);
    }
  } finally {
    display.close();
    await close();
  }
  if (!end.over) {
    host.stderr.write(
      `the batch goes on without this watching\nwatch again  patchwright queue watch ${spec.batch}\nstop it      patchwright queue cancel ${spec.batch}\n`,
    );
    return ExitCode.interrupted;
  }
  if (spec.evaluate && !json) tellVerdicts(end, spec, store.place, host);
  return batchExitCode(end.results);
}

function tellVerdicts({ verdicts }: WatchEnd, spec: BatchSpec, out: string, host: Host): void {
  const all = [...verdicts.values()];
  const resolved = all.filter((verdict) => verdict === true).length;
  const unknown = all.filter((verdict) => verdict === null).length;
  host.stdout.write(
    `graded       ${all.length}: ${resolved} resolved${unknown === 0 ? '' : `, ${unknown} could not be graded`}\nreport       patchwright evaluate ${out}/preds.json --dataset ${spec.dataset} --out ${out} --run-id ${GRADED_RUN}\n`,
  );
}

/** Name under which workers grade, as `patchwright evaluate --run-id` has it. */
export const GRADED_RUN = 'batch';
