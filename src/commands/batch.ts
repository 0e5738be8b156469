import { resolve } from 'node:path';
import { CheckoutsAhead } from '../batch/checkouts-ahead.ts';
import { openDisplay } from '../batch/display.ts';
import { FolderResults } from '../batch/results.ts';
import { runBatch } from '../batch/run-batch.ts';
import { instanceRunner } from '../batch/run-one.ts';
import { keepHeapSmall } from '../batch/small-heap.ts';
import { ExitCode, UsageError } from '../errors.ts';
import { whileLocked } from '../folder-lock.ts';
import { isBucketAddress } from '../storage/open-store.ts';
import type { Status } from '../trajectory/event.ts';
import { closeLaunchers, useLaunchers } from '../workspace/launcher.ts';
import { batchExitCode } from './batch-exit-code.ts';
import { type BatchSetup, type BatchSetupOptions, prepareBatch } from './batch-setup.ts';
import { type OpenedResults, openResults } from './batch-store.ts';
import type { Host } from './host.ts';

export interface BatchCommandOptions extends BatchSetupOptions {
  readonly workers?: number;
  readonly out?: string;
  readonly maxTotalCost?: number;
  /** Seconds. */
  readonly maxTotalTime?: number;
  readonly redo?: readonly Status[];
  /** Seconds. */
  readonly jitter?: number;
  readonly json?: boolean;
  /** True: the one of the environment. */
  readonly queue?: string | true;
  readonly evaluate?: boolean;
  readonly detach?: boolean;
}

const DEFAULT_WORKERS = 4;

/**
 * `patchwright batch`: the agent on every instance of a dataset, predictions for the official harness.
 *
 * @returns the exit code: 1 when no instance has a patch
 * @throws {UsageError} for bad input, for a configuration that no run can go with, and while another batch has --out
 */
export async function batch(options: BatchCommandOptions, host: Host): Promise<number> {
  if (options.queue !== undefined)
    return (await import('./queue-batch.ts')).batchByQueue(options, host);
  if (options.evaluate || options.detach) {
    throw new UsageError(
      '--evaluate and --detach are for --queue; grade with: patchwright evaluate',
    );
  }
  const workers = options.workers ?? DEFAULT_WORKERS;
  keepHeapSmall(workers);
  const setup = await prepareBatch(options, host);
  const { modelName, hasPrice } = setup;
  if (options.maxTotalCost !== undefined && !hasPrice) {
    throw new UsageError(
      `--max-total-cost: the price of ${modelName} is unknown, so no dollar limit can hold; leave it out and set --max-total-time`,
    );
  }
  const asked = options.out ?? 'patchwright-batch';
  const bucket = isBucketAddress(asked) ? await openResults(asked, host) : undefined;
  const out = bucket ? asked : resolve(host.cwd, asked);
  const run = () => runHere({ setup, workers, out, bucket }, options, host);
  try {
    return await (bucket ? run() : whileLocked(out, '--out', run));
  } finally {
    await bucket?.close();
  }
}

interface Here {
  readonly setup: BatchSetup;
  readonly workers: number;
  readonly out: string;
  readonly bucket: OpenedResults | undefined;
}

async function runHere(
  { setup, workers, out, bucket }: Here,
  options: BatchCommandOptions,
  host: Host,
): Promise<number> {
  const { instances, modelName } = setup;
  for (const warning of setup.warnings) host.stderr.write(`WARNING: ${warning}\n`);
  const display = await openDisplay({
    output: host.stdout,
    json: options.json ?? false,
    out,
    live: host.env.TERM !== 'dumb',
  });
  useLaunchers();
  const checkouts = new CheckoutsAhead(setup.open);
  try {
    const end = await runBatch({
      instances,
      model: modelName,
      workers,
      store: bucket?.results ?? new FolderResults(out),
      runOne: instanceRunner({ ...setup, open: checkouts.open }),
      prepare: (instance, signal) => checkouts.prepare(instance, signal),
      redo: new Set(options.redo ?? []),
      maxTotalCostUsd: options.maxTotalCost ?? null,
      maxTotalTimeMs: options.maxTotalTime === undefined ? null : options.maxTotalTime * 1000,
      jitterMs: (options.jitter ?? 0) * 1000,
      onEvent: display.onEvent,
      signal: host.signal,
    });
    return host.signal.aborted ? ExitCode.interrupted : batchExitCode(end.results);
  } finally {
    display.close();
    await checkouts.close();
    await closeLaunchers();
  }
}
