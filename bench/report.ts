import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { median } from '../src/median.ts';
import { packageRoot } from '../src/package-root.ts';

/** For `parseArgs`: every benchmark knows `--save`. */
export const SAVE = { save: { type: 'boolean', default: false } } as const;

/**
 * Prints a result as JSON, with the command that made it, the day and the machine; with `save` keeps it as
 * `bench/results/NAME.json` too, where NAME is the benchmark's own unless given.
 */
export function report(save: boolean, result: object, name?: string): void {
  const [, script = '', ...args] = process.argv;
  const words = args.filter((word) => word !== '--save').map((word) => basename(word));
  const file = basename(script);
  const whole = {
    command: ['node --import tsx', `bench/${file}`, ...words].join(' '),
    date: new Date().toISOString().slice(0, 10),
    machine: { cores: cpus().length, model: cpus()[0]?.model, node: process.version },
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    ...result,
  };
  const text = `${JSON.stringify(whole, null, 2)}\n`;
  process.stdout.write(text);
  if (!save) return;
  const folder = join(packageRoot, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name ?? basename(file, '.ts')}.json`), text);
}

/** The median of times that were taken, at least one. */
export function medianOf(times: readonly number[]): number {
  const middle = median(times);
  if (middle === null) throw new Error('nothing was measured');
  return middle;
}
