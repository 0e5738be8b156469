import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';

/** Prints results as JSON and, when told so, keeps them in `bench/results/NAME.json`. */
export function saveResults(name: string, save: boolean, results: unknown): void {
  const text = `${JSON.stringify(results, null, 2)}\n`;
  process.stdout.write(text);
  if (!save) return;
  const folder = join(packageRoot, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), text);
}
