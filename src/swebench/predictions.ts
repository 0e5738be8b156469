import { extname } from 'node:path';
import { UsageError } from '../errors.ts';
import { readJson, readJsonLines } from './datasets/text-files.ts';
import type { Instance } from './instance.ts';

/** What a model proposes for one instance. */
export interface Prediction {
  readonly instanceId: string;
  /** `model_name_or_path`. */
  readonly model: string;
  /** Unified diff; null and the empty text are never run. */
  readonly patch: string | null;
}

/** Predictions by instance; of several for one instance the last counts. */
export type Predictions = ReadonlyMap<string, Prediction>;

/**
 * Reads predictions as the official harness takes them: `.json` with a list or with an object of them by instance,
 * or `.jsonl`.
 *
 * @throws {UsageError} naming file and entry
 */
export async function readPredictions(path: string): Promise<Predictions> {
  const kind = extname(path);
  if (kind !== '.json' && kind !== '.jsonl') {
    throw new UsageError(`predictions have to be a .json or .jsonl file, not ${path}`);
  }
  const value = kind === '.jsonl' ? await readJsonLines(path) : await readJson(path);
  if (typeof value !== 'object' || value === null) {
    throw new UsageError(`${path} has to hold a list of predictions, or an object of them`);
  }
  const entries: unknown[] = Array.isArray(value) ? value : Object.values(value);
  const predictions = entries.map((entry, at) =>
    prediction(entry, `${path}, prediction ${at + 1}`),
  );
  return new Map(predictions.map((entry) => [entry.instanceId, entry]));
}

function prediction(value: unknown, place: string): Prediction {
  if (typeof value !== 'object' || value === null) throw new UsageError(`${place}: not an object`);
  const { instance_id, model_name_or_path, model_patch } = value as Record<string, unknown>;
  if (typeof instance_id !== 'string' || instance_id === '') {
    throw new UsageError(`${place}: the field "instance_id" is missing`);
  }
  const patch = model_patch ?? null;
  if (patch !== null && typeof patch !== 'string') {
    throw new UsageError(`${place}: the field "model_patch" is neither text nor null`);
  }
  const model = typeof model_name_or_path === 'string' ? model_name_or_path : 'None';
  return { instanceId: instance_id, model, patch };
}

/** The reference fixes, as predictions of a model named `gold`. */
export function goldPredictions(instances: readonly Instance[]): Predictions {
  return new Map(
    instances.map(({ id, patch }) => [id, { instanceId: id, model: 'gold', patch }] as const),
  );
}

/** @throws {UsageError} for predictions of instances that the dataset does not have */
export function checkKnown(predictions: Predictions, instances: readonly Instance[]): void {
  const known = new Set(instances.map(({ id }) => id));
  const unknown = [...predictions.keys()].filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new UsageError(
      `there are predictions for instances that the dataset does not have: ${unknown.join(', ')}`,
    );
  }
}
