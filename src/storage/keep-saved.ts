import type { ResultStore } from '../batch/results.ts';

export interface KeepSavedOptions {
  readonly store: Pick<ResultStore, 'save'>;
  readonly instanceId: string;
  /** Milliseconds between the end of one saving and the next. */
  readonly everyMs: number;
  /** Told of each saving that failed; the next may succeed. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Saves the files of a running instance again and again.
 *
 * @returns ends it; resolves when the last saving is over
 */
export function keepSaved({
  store,
  instanceId,
  everyMs,
  onFailure,
}: KeepSavedOptions): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let saving = Promise.resolve();
  const next = () => {
    if (ended) return;
    timer = setTimeout(() => {
      saving = store.save(instanceId).catch(onFailure).then(next);
    }, everyMs);
  };
  next();
  return async () => {
    ended = true;
    clearTimeout(timer);
    await saving;
  };
}
