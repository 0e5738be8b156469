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

async function replay(name: string) {
  const repository = makeRepo(name.replace(/^\w+?-|\.jsonl$/g, ''), mkdtempSync(join(home, 'd-')));
  const args = ['replay', join(folder, name), '--repo', repository];
  const { code, stdout, stderr } = await runCli(args, { home });
  const differing = stdout.match(/^ *\d+ {2}DIFF {2}\w+/gm) ?? [];
  return {
    code,
    output: stdout + stderr,
    differing: differing.map((line) => line.split(/ +/).at(-1)),
  };
}

test('the run of a language model replays: every observation and the patch agree', async () => {
  const { code, output } = await replay('claude-javascript-pages.jsonl');
  expect(code, output).toBe(0);
});

// How many alternatives the search for a repair lists depends on how far the machine gets in its time.
test.each(demonstrations.filter((name) => name.startsWith('repair-')))(
  '%s replays to the same patch; only the list of alternatives may differ',
  async (name) => {
    const { output, differing } = await replay(name);
    expect(output).toMatch(/^patch ok/m);
    expect(differing.filter((tool) => tool !== 'repair')).toEqual([]);
  },
);
