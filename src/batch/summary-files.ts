import { stringify } from 'yaml';
import type { InstanceResult } from './instance-result.ts';
import { isFinal } from './instance-result.ts';
import type { ResultStore } from './results.ts';

export const PREDICTIONS_FILE = 'preds.json';
const PREDICTION_LINES_FILE = 'all_preds.jsonl';
const STATUSES_FILE = 'run_batch_exit_statuses.yaml';

export type Results = ReadonlyMap<string, InstanceResult>;

/** A prediction as the official harness reads it. */
interface OfficialPrediction {
  readonly model_name_or_path: string;
  readonly instance_id: string;
  readonly model_patch: string;
}

/** In the order of the ids. A run that was cut counts as soon as it has a patch. */
function predictionsOf(results: Results): OfficialPrediction[] {
  return inOrder(results)
    .filter((result) => isFinal(result) || result.patch !== '')
    .map(({ instanceId, model, patch }) => ({
      model_name_or_path: model,
      instance_id: instanceId,
      model_patch: patch,
    }));
}

/** `preds.json`: an object of predictions by instance id. */
export function predictionsJson(results: Results): string {
  const entries = predictionsOf(results).map((entry) => [entry.instance_id, entry]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

/** `all_preds.jsonl`: the same, one a line. */
export function predictionLines(results: Results): string {
  return predictionsOf(results)
    .map((entry) => `${JSON.stringify(entry)}\n`)
    .join('');
}

/** `run_batch_exit_statuses.yaml`, as SWE-agent writes it: ids by status, and what everything cost. */
export function exitStatuses(results: Results): string {
  const byStatus: Record<string, string[]> = {};
  for (const { status, instanceId } of inOrder(results)) {
    byStatus[status] = [...(byStatus[status] ?? []), instanceId];
  }
  const cost = [...results.values()].reduce((sum, { usage }) => sum + (usage.costUsd ?? 0), 0);
  return stringify({ instances_by_exit_status: byStatus, total_cost: cost });
}

function inOrder(results: Results): InstanceResult[] {
  return [...results.values()].sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
}

/** Keeps the summary files of a store up to date; results that come while it writes are written together. */
export class SummaryFiles {
  readonly #store: ResultStore;
  readonly #results: Results;
  #writing: Promise<void> | undefined;
  #stale = false;

  /** @param results is read anew at every write */
  constructor(store: ResultStore, results: Results) {
    this.#store = store;
    this.#results = results;
  }

  /** @returns when the files tell of everything that was there at the call */
  async update(): Promise<void> {
    this.#stale = true;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      await this.#store.writeSummary(PREDICTIONS_FILE, predictionsJson(this.#results));
      await this.#store.writeSummary(PREDICTION_LINES_FILE, predictionLines(this.#results));
      await this.#store.writeSummary(STATUSES_FILE, exitStatuses(this.#results));
    }
  }
}
