import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { openStore } from '../storage/open-store.ts';
import { StoredResults } from '../storage/stored-results.ts';
import { openScratch } from '../workspace/scratch.ts';
import type { Host } from './host.ts';
import { newRunId } from './run-folder.ts';

export interface OpenedResults {
  readonly store: ObjectStore;
  readonly results: StoredResults;
  /** Removes the scratch folder. */
  close(): Promise<void>;
}

/** Before the name of a try of one who runs instances alone: sorts before those of workers. */
const ALONE = '0-';

/** Milliseconds between two savings of a running instance. */
const SAVE_EVERY_MS = 5000;

/** Opens the results at `--out`, a folder or a bucket, with a scratch folder of their own. @throws {UsageError} */
export async function openResults(out: string, { cwd, env, stderr }: Host): Promise<OpenedResults> {
  const store = await openStore(out, { cwd, env });
  const scratch = await openScratch();
  return {
    store,
    results: new StoredResults({
      store,
      scratch: join(scratch.dir, 'results'),
      attempt: `${ALONE}${newRunId()}`,
      saving: {
        everyMs: SAVE_EVERY_MS,
        onFailure: (error) => void stderr.write(`results cannot be saved: ${messageOf(error)}\n`),
      },
    }),
    close: () => scratch.close(),
  };
}
