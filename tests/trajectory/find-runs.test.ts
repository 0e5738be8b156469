import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listRuns } from '../../src/trajectory/find-runs.ts';
import { sampleEvents } from '../support/trajectories/own.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
const RUN = sampleEvents()
  .map((event) => `${JSON.stringify(event)}\n`)
  .join('');

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
  chmodSync(join(folder, path), mode);
}

beforeAll(() => {
  chmodSync(folder, 0o755);
  put('good/trajectory.jsonl', RUN);
  put('spaced.jsonl', RUN.replace(/"type":/g, '"type": '));
  put('cut/trajectory.jsonl', RUN.slice(0, RUN.indexOf('\n') + 9));
  put('empty/trajectory.jsonl', '');
  put('foreign/trajectory.jsonl', '{"a":1}\n');
  put('other.jsonl', '{"a":1}\n');
  put('broken.traj', '{');
  put('unreadable/trajectory.jsonl', RUN, 0o000);
  put('closed/trajectory.jsonl', RUN);
  chmodSync(join(folder, 'closed'), 0o000);
  symlinkSync('/dev/zero', join(folder, 'endless.jsonl'));
});
afterAll(() => {
  chmodSync(join(folder, 'closed'), 0o700);
  rmSync(folder, { recursive: true });
});

/** Does something without the rights of root, where the tests have them. */
async function asOrdinaryUser<T>(task: () => Promise<T>): Promise<T> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await task();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test('lists every run, whole or cut, and says what is none or cannot be read', async () => {
  const { runs, problems } = await asOrdinaryUser(() => listRuns(folder));
  const short = (file: string) => file.slice(folder.length + 1);
  expect(runs.map(({ file }) => short(file))).toEqual([
    'cut/trajectory.jsonl',
    'good/trajectory.jsonl',
    'spaced.jsonl',
  ]);
  const told = Object.fromEntries(problems.map(({ file, problem }) => [short(file), problem]));
  expect(Object.keys(told).sort()).toEqual([
    'broken.traj',
    'closed',
    'empty/trajectory.jsonl',
    'foreign/trajectory.jsonl',
    'unreadable/trajectory.jsonl',
  ]);
  expect(told.closed).toContain('permission denied');
  expect(told['unreadable/trajectory.jsonl']).toContain('permission denied');
  expect(told['empty/trajectory.jsonl']).toBe('the file is empty');
  expect(told['foreign/trajectory.jsonl']).toContain('version undefined is not one');
});
