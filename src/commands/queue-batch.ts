import { resolve } from 'node:path';
import { isFinal } from '../batch/instance-result.ts';
import { readConfig } from '../config.ts';
import { ExitCode, UsageError } from '../errors.ts';
import type { BatchSpec } from '../queue/batch-record.ts';
import { withoutPassword } from '../queue/connection.ts';
import { enqueue, openQueue } from '../queue/queue.ts';
import { isBucketAddress } from '../storage/open-store.ts';
import type { StoredResults } from '../storage/stored-results.ts';
import type { Instance } from '../swebench/instance.ts';
import type { BatchCommandOptions } from './batch.ts';
import { type AgentOptions, openInstances } from './batch-setup.ts';
import { openResults } from './batch-store.ts';
import type { Host } from './host.ts';
import { chooseModel } from './model.ts';
import { watchToEnd } from './queue.ts';
import { connectQueue } from './queue-connection.ts';
import { newRunId } from './run-folder.ts';

/** What of a batch is decided where it is put into the queue; the rest is each worker's own. */
export type QueuedOptions = Omit<AgentOptions, 'config'>;

/**
 * `patchwright batch --queue`: puts the instances into a queue and watches what workers make of them.
 *
 * @returns the exit code: 1 when no instance has a patch
 * @throws {UsageError} for bad input; nothing is in the queue then
 */
export async function batchByQueue(options: BatchCommandOptions, host: Host): Promise<number> {
  refuseLocal(options);
  const agent = await agentOptions(options, host);
  const instances = await openInstances(options, host);
  const asked = options.out ?? 'patchwright-batch';
  const out = isBucketAddress(asked) ? asked : resolve(host.cwd, asked);
  const url = options.queue === true ? undefined : options.queue;
  const { redis, batches } = await connectQueue(url, host);
  const queue = openQueue(redis);
  const { store, results, close } = await openResults(out, host);
  try {
    const waiting = await open(instances, options, results);
    const spec: BatchSpec = {
      version: 1,
      batch: newRunId(),
      createdAt: new Date().toISOString(),
      out,
      dataset: options.dataset,
      model: agent.model ?? '',
      instances: waiting.length,
      maxTotalCostUsd: options.maxTotalCost ?? null,
      evaluate: options.evaluate ?? false,
      options: { ...agent },
    };
    await enqueue({ queue, batches, store, spec, instances: waiting });
    tellQueued(spec, instances.length, url, host, options.json ?? false);
    if (options.detach) return ExitCode.submitted;
    return await watchToEnd({ batches, spec, json: options.json ?? false, host });
  } finally {
    await close();
    await queue.close();
    redis.disconnect();
  }
}

/** Puts aside what is to be run anew. @returns the instances that have no result */
async function open(
  instances: readonly Instance[],
  { redo = [] }: BatchCommandOptions,
  results: StoredResults,
): Promise<Instance[]> {
  await results.reopenInterrupted();
  const landed = await results.results();
  for (const { id } of instances) {
    const result = landed.get(id);
    if (!result || !redo.includes(result.status)) continue;
    await results.discard(id);
    landed.delete(id);
  }
  return instances.filter(({ id }) => {
    const result = landed.get(id);
    return !result || !isFinal(result);
  });
}

function refuseLocal(options: BatchCommandOptions): void {
  const local = [
    ['--workers', options.workers, 'say it to each worker: patchwright worker -j N'],
    ['--jitter', options.jitter, 'workers start when they are started'],
    ['--max-total-time', options.maxTotalTime, 'end the batch with: patchwright queue cancel'],
  ] as const;
  for (const [name, given, mend] of local) {
    if (given !== undefined) throw new UsageError(`${name} is not for --queue; ${mend}`);
  }
}

/** @throws {UsageError} when the model is left to what a machine finds */
async function agentOptions(options: BatchCommandOptions, host: Host): Promise<QueuedOptions> {
  const config = await readConfig({ file: options.config, env: host.env, home: host.home });
  const { source, provider, name } = chooseModel(options.model, config, host);
  if (source === 'auto') {
    throw new UsageError(
      '--queue: name the model with --model; what `auto` finds may differ from machine to machine',
    );
  }
  if (provider === 'human') {
    throw new UsageError('--model human: one person cannot answer a batch; use fix');
  }
  const isFile = provider === 'scripted' || provider === 'recorded';
  const { dataset, hints, attempts, choose, tools, engine, sandbox, repos, setup } = options;
  const given = {
    ...{ dataset, hints, attempts, choose, tools, engine },
    model: isFile
      ? `${provider}:${resolve(host.cwd, name)}`
      : (options.model ?? host.env.PATCHWRIGHT_MODEL ?? config.model),
    sandbox: sandbox ?? config.sandbox,
    repos: repos === undefined ? undefined : resolve(host.cwd, repos),
    setup: setup === undefined ? undefined : resolve(host.cwd, setup),
    maxCost: options.maxCost ?? config.maxCost,
    maxSteps: options.maxSteps ?? config.maxSteps,
    maxTime: options.maxTime ?? config.maxTime,
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as unknown as QueuedOptions;
}

function tellQueued(
  { batch, instances, out }: BatchSpec,
  selected: number,
  url: string | undefined,
  { stdout }: Host,
  json: boolean,
): void {
  if (json) {
    stdout.write(`${JSON.stringify({ type: 'queued', batch, instances, selected, out })}\n`);
    return;
  }
  const queue = url === undefined ? '' : ` --queue ${withoutPassword(url)}`;
  stdout.write(
    `batch        ${batch}: ${instances} of ${selected} instances put into the queue\nworkers      patchwright worker${queue}\n`,
  );
}
