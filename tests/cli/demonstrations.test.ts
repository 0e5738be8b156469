import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { makeRepo } from '../support/repos.ts';

const folder = fileURLToPath(new URL('../../trajectories/', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const demonstrations = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));

test('there are demonstrations of repair in three languages and of a language model', () => {
  expect(demonstrations.sort()).toEqual([
    'claude-javascript-pages.jsonl',
    'repair-javascript-pages.jsonl',
    'repair-python-intervals.jsonl',
    'repair-typescript-ring.jsonl',
  ]);
});

test.each(demonstrations)('%s replays: every observation and the patch agree', async (name) => {
  const repository = makeRepo(name.replace(/^\w+?-|\.jsonl$/g, ''), mkdtempSync(join(home, 'd-')));
  const replay = ['replay', join(folder, name), '--repo', repository];
  const { code, stdout, stderr } = await runCli(replay, { home });
  expect(code, stdout + stderr).toBe(0);
});
