import { UsageError } from '../../errors.ts';
import type { Instance } from '../instance.ts';
import { officialInstance } from './row.ts';
import { readJson, readJsonLines } from './text-files.ts';

/**
 * Reads a dataset.
 *
 * @param path a `.json` or `.jsonl` file
 * @throws {UsageError} naming file, row and field
 */
export async function loadDataset(path: string): Promise<Instance[]> {
  const rows = await readRows(path);
  return rows.map((row, index) => officialInstance(row, { source: path, row: index + 1 }));
}

async function readRows(path: string): Promise<unknown[]> {
  if (path.endsWith('.jsonl')) return readJsonLines(path);
  const value = await readJson(path);
  if (!Array.isArray(value)) throw new UsageError(`${path} has to hold a JSON list of rows`);
  return value;
}
