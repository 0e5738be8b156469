import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { officialInstance } from '../../../src/swebench/datasets/row.ts';
import type { Instance } from '../../../src/swebench/instance.ts';

export const sharedData = fileURLToPath(new URL('../../../../shared/data', import.meta.url));

/** A stored evaluation: its row, its output and the official report of it. */
export interface StoredRun {
  readonly row: Record<string, unknown>;
  readonly instance: Instance;
  readonly file: string;
  readonly log: string;
  /** The one that was evaluated, or the reference fix; null where neither was. */
  readonly patch: string | null;
  readonly official: { readonly resolved: boolean; readonly tests_status: unknown };
}

function rows(name: string): Map<string, Record<string, unknown>> {
  const file = join(sharedData, 'swebench', `${name}.jsonl`);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return new Map(lines.map((line) => JSON.parse(line)).map((row) => [row.instance_id, row]));
}

/** Every stored log with its official report. */
export function storedRuns(): StoredRun[] {
  return [
    { dataset: 'verified-logs', folder: 'verified' },
    { dataset: 'local-logs', folder: 'local/base' },
    { dataset: 'local-logs', folder: 'local/gold' },
  ].flatMap(({ dataset, folder }) => {
    const byId = rows(dataset);
    const logs = join(sharedData, 'logs', folder);
    return readdirSync(logs).flatMap((id) => {
      const file = join(logs, id, 'test_output.txt');
      const row = byId.get(id);
      if (!row) throw new Error(`${dataset}.jsonl has no row for ${id}`);
      // One run ended before its tests: it left neither log nor report.
      if (!existsSync(file) && !existsSync(join(logs, id, 'report.json'))) return [];
      const instance = officialInstance(row, { source: dataset, row: 0 });
      const official = JSON.parse(readFileSync(join(logs, id, 'report.json'), 'utf8'))[id];
      const stored = join(logs, id, 'patch.diff');
      const gold = folder.endsWith('gold') ? instance.patch : null;
      const patch = existsSync(stored) ? readFileSync(stored, 'utf8') : gold;
      return [{ row, instance, file, log: readFileSync(file, 'utf8'), patch, official }];
    });
  });
}

/** For datasets that are files: nothing is ever asked for. */
export const noHub = {
  endpoint: 'http://127.0.0.1:9',
  cache: '/nonexistent',
  offline: true,
  onProgress: () => {},
  signal: new AbortController().signal,
};
