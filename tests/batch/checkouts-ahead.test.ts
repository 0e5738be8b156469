import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CheckoutsAhead } from '../../src/batch/checkouts-ahead.ts';
import { readTaskFolder } from '../../src/swebench/datasets/task-folder.ts';
import type { Instance } from '../../src/swebench/instance.ts';
import { openCheckout } from '../../src/workspace/open-checkout.ts';
import { makeTasks } from '../support/batch.ts';

let root = '';
let instances: Instance[] = [];
let opened: string[] = [];
let ahead: CheckoutsAhead;
const { signal } = new AbortController();

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'checkouts-ahead-'));
  const tasks = makeTasks(root, ['one', 'two']);
  instances = await Promise.all(['one', 'two'].map((id) => readTaskFolder(join(tasks, id))));
  opened = [];
  ahead = new CheckoutsAhead(async (instance, { log, signal }) => {
    opened.push(instance.id);
    log(`made ${instance.id}`);
    if (instance.source === undefined) throw new Error('no source');
    return openCheckout({ source: instance.source, cwd: '/', sandbox: 'local', signal });
  });
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const one = () => instances[0] as Instance;
const two = () => instances[1] as Instance;

test('what was made ready is used once, and what it said is told then', async () => {
  const said: string[] = [];
  const log = (text: string) => void said.push(text);
  ahead.prepare(one(), signal);
  ahead.prepare(one(), signal);
  expect(said).toEqual([]);
  const first = await ahead.open(one(), { signal, log });
  expect(said).toEqual(['made one']);
  const second = await ahead.open(one(), { signal, log });
  expect(second.workspace.hostRoot).not.toBe(first.workspace.hostRoot);
  expect(opened).toEqual(['one', 'one']);
  await first.close();
  await second.close();
  await ahead.close();
});

test('at the end nothing is left, used or not', async () => {
  const used = await ahead.open(one(), { signal, log: () => {} });
  const folders: string[] = [used.workspace.hostRoot];
  const watching = new CheckoutsAhead(async (instance, options) => {
    const checkout = await ahead.open(instance, options);
    folders.push(checkout.workspace.hostRoot);
    return checkout;
  });
  watching.prepare(two(), signal);
  await expect.poll(() => folders.length, { timeout: 20_000 }).toBe(2);
  await used.close();
  await watching.close();
  await ahead.close();
  expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
});

test('what is still being made at the end is broken off', async () => {
  let reason: unknown;
  const slow = new CheckoutsAhead(
    (_, options) =>
      new Promise((_, reject) => {
        options.signal.addEventListener('abort', () => {
          reason = options.signal.reason;
          reject(reason);
        });
      }),
  );
  slow.prepare(one(), signal);
  await slow.close();
  expect(reason).toBeInstanceOf(Error);
});

test('a failure is told to whoever asks, with what was said before it', async () => {
  const said: string[] = [];
  const { source: _, ...without } = one();
  ahead.prepare(without, signal);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const asked = ahead.open(without, { signal, log: (text) => void said.push(text) });
  await expect(asked).rejects.toThrow('no source');
  expect(said).toEqual(['made one']);
  await ahead.close();
});
