import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTasks, SCRIPT, writeScript } from './batch.ts';
import { jsonLines, runCli, type Started, startCli } from './cli.ts';

export interface QueueSetUp {
  readonly folder: string;
  readonly out: string;
  readonly ids: readonly string[];
  /** Starts a worker; leases and savings are short. */
  worker(args?: readonly string[], env?: Readonly<Record<string, string>>): Started;
  /** Starts the command that puts the batch into the queue and watches it, with `--json`. */
  batch(args?: readonly string[], env?: Readonly<Record<string, string>>): Started;
  /** Runs any command to its end. */
  run: typeof runCli extends (args: infer A, options: never) => infer R ? (args: A) => R : never;
}

export interface QueueSetUpOptions {
  readonly url: string;
  /** How many instances. */
  readonly count: number;
  /** Of each turn. */
  readonly delayMs?: number;
  readonly out?: string;
}

/** Tasks, a script that solves them, and a folder for the results. */
export function setUpQueue({ url, count, delayMs = 0, out }: QueueSetUpOptions): QueueSetUp {
  const folder = mkdtempSync(join(tmpdir(), 'patchwright-queue-'));
  const ids = Array.from({ length: count }, (_, n) => `owner__name-${n}`);
  const tasks = makeTasks(folder, ids);
  const turns = SCRIPT.map((turn) => ({ ...turn, delayMs, usage: { costUsd: 0.01 } }));
  const model = writeScript(folder, turns);
  const place = out ?? join(folder, 'out');
  const start = (args: readonly string[], env: Readonly<Record<string, string>>) =>
    startCli(args, { home: folder, cwd: folder, env: { PATCHWRIGHT_QUEUE: url, ...env } });
  return {
    folder,
    out: place,
    ids,
    worker: (args = [], env = {}) =>
      start(['worker', '--lease', '2s', '--save-every', '0.3s', ...args], env),
    batch: (args = [], env = {}) =>
      start(
        [
          ...['batch', tasks, '--model', model, '--sandbox', 'none', '--out', place],
          ...['--queue', '--json', ...args],
        ],
        env,
      ),
    run: (args) => runCli(args, { home: folder, cwd: folder, env: { PATCHWRIGHT_QUEUE: url } }),
  };
}

/** Ids of the instances that a watching has told the end of. */
export function endedIds(stdout: string): string[] {
  return jsonLines(stdout).flatMap((line) =>
    line.type === 'ended' ? [(line.result as { instanceId: string }).instanceId] : [],
  );
}
