import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { BatchPlace } from '../queue/handle-instance.ts';
import { filesOf } from '../storage/file-sync.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { evaluateInstance } from '../swebench/evaluation/evaluate-instance.ts';
import { instanceFiles, runFolder } from '../swebench/evaluation/layout.ts';
import { openScratch } from '../workspace/scratch.ts';
import type { AgentOptions } from './batch-setup.ts';
import { DEFAULT_TIMEOUT } from './evaluate.ts';
import type { Host } from './host.ts';
import { choosePlace, stationsAt } from './instance-place.ts';
import { GRADED_RUN } from './queue.ts';

export interface GradingOptions {
  readonly store: ObjectStore;
  readonly options: AgentOptions;
  readonly host: Host;
}

/**
 * Makes what grades a result on a worker. Logs and reports land where `patchwright evaluate --run-id batch` finds them,
 * the report last; an instance that has one is not graded again.
 */
export async function gradeWith({
  store,
  options,
  host,
}: GradingOptions): Promise<NonNullable<BatchPlace['grade']>> {
  const openStation = stationsAt(await choosePlace(options, host), GRADED_RUN);
  return async (instance, { model, patch }, signal) => {
    const keys = instanceFiles(runFolder('', GRADED_RUN), model, instance.id);
    const landed = await store.get(keys.report);
    if (landed) return resolvedIn(landed, instance.id);
    const { dir, close } = await openScratch();
    const scratch = join(dir, 'graded');
    try {
      const files = instanceFiles(runFolder(scratch, GRADED_RUN), model, instance.id);
      const evaluated = await evaluateInstance({
        instance,
        patch,
        files,
        open: (opening) => openStation(instance, opening),
        timeoutSeconds: DEFAULT_TIMEOUT,
        repeat: 1,
        hardened: false,
        signal,
      });
      signal.throwIfAborted();
      const report = relative(scratch, files.report).split(sep).join('/');
      const paths = (await filesOf(scratch)).filter((path) => path !== report);
      for (const path of paths) await store.put(path, await readFile(join(scratch, path)));
      if (evaluated.kind === 'failed') throw new Error(evaluated.reason);
      if (evaluated.kind === 'ungraded') return null;
      await store.create(report, await readFile(files.report));
      const counts = await store.get(report);
      return counts ? resolvedIn(counts, instance.id) : null;
    } finally {
      await close();
    }
  };
}

function resolvedIn(report: Buffer, id: string): boolean | null {
  const { [id]: own } = JSON.parse(report.toString()) as Record<string, { resolved?: unknown }>;
  return typeof own?.resolved === 'boolean' ? own.resolved : null;
}
