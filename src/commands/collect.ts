import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PREDICTIONS_FILE, SummaryFiles } from '../batch/summary-files.ts';
import { ExitCode, UsageError } from '../errors.ts';
import { inParallel } from '../in-parallel.ts';
import { openResults } from './batch-store.ts';
import type { Host } from './host.ts';

export interface CollectOptions {
  readonly out: string;
  readonly to?: string;
}

const REQUESTS = 32;

/**
 * `patchwright collect`: the predictions of everything that has landed somewhere, and a copy of it.
 *
 * @returns 0 when there is a result
 * @throws {UsageError} for a place that cannot be read
 */
export async function collect(options: CollectOptions, host: Host): Promise<number> {
  const { store, results, close } = await openResults(options.out, host);
  try {
    const landed = await results.results();
    if (landed.size === 0) throw new UsageError(`${store.place}: no result has landed here`);
    await results.settleAll(landed);
    await new SummaryFiles(results, landed).update();
    host.stdout.write(`${landed.size} results  ${store.place}/${PREDICTIONS_FILE}\n`);
    if (options.to === undefined) return ExitCode.submitted;
    const to = resolve(host.cwd, options.to);
    // What starts with a dot is of runs that have not ended.
    const keys = (await store.list('')).filter((key) => !key.startsWith('.'));
    await inParallel(keys, REQUESTS, async (key) => {
      const bytes = await store.get(key);
      await mkdir(dirname(join(to, key)), { recursive: true });
      if (bytes) await writeFile(join(to, key), bytes);
    });
    host.stdout.write(`${keys.length} files copied to ${to}\n`);
    return ExitCode.submitted;
  } finally {
    await close();
  }
}
