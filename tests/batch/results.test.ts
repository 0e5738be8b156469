import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InstanceResult } from '../../src/batch/instance-result.ts';
import { FolderResults } from '../../src/batch/results.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'results-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const result = (instanceId: string, patch = 'diff'): InstanceResult => ({
  instanceId,
  runId: 'run',
  model: 'scripted',
  status: 'submitted',
  reason: 'the patch was submitted',
  patch,
  usage: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.5 },
  steps: 3,
  durationMs: 4,
});

test('results are found again, the last for each instance', async () => {
  const store = new FolderResults(join(root, 'out'));
  expect(await store.results()).toEqual(new Map());
  await store.finish(result('a__b-1', 'first'));
  await store.finish(result('a__b-1', 'second'));
  await store.finish(result('a__b-2'));
  expect(await store.results()).toEqual(
    new Map([
      ['a__b-1', result('a__b-1', 'second')],
      ['a__b-2', result('a__b-2')],
    ]),
  );
  expect(readFileSync(join(root, 'out', 'a__b-1', 'patch.diff'), 'utf8')).toBe('second');
});

test('a folder without a result, or with half of one, is not done', async () => {
  const store = new FolderResults(root);
  await store.open('running');
  mkdirSync(join(root, 'torn'));
  writeFileSync(join(root, 'torn', 'result.json'), '{"instanceId":"to');
  expect(await store.results()).toEqual(new Map());
});

test('what is discarded is kept under another name', async () => {
  const store = new FolderResults(root);
  await store.finish(result('one'));
  await store.discard('one');
  await store.discard('never-there');
  expect(await store.results()).toEqual(new Map());
  const [kept = ''] = readdirSync(join(root, 'discarded'));
  expect(kept).toMatch(/^one-/);
  expect(readdirSync(join(root, 'discarded', kept)).sort()).toEqual(['patch.diff', 'result.json']);
});

test('a summary replaces the one before and leaves nothing else', async () => {
  const store = new FolderResults(root);
  await Promise.all(['1', '2', '3'].map((text) => store.writeSummary('preds.json', text)));
  await store.writeSummary('preds.json', 'last');
  expect(readdirSync(root)).toEqual(['preds.json']);
  expect(readFileSync(join(root, 'preds.json'), 'utf8')).toBe('last');
});

test.each(['../x', 'a/b', '.', '', 'discarded', '-rf'])(
  'the id %j never becomes a path',
  async (id) => {
    await expect(new FolderResults(root).open(id)).rejects.toThrow('no name of a folder');
  },
);
