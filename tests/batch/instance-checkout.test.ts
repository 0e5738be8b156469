import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openInstanceCheckout } from '../../src/batch/instance-checkout.ts';
import { readTaskFolder } from '../../src/swebench/datasets/task-folder.ts';
import type { CheckoutPlace } from '../../src/swebench/evaluation/checkout-station.ts';
import type { Instance } from '../../src/swebench/instance.ts';
import type { Checkout } from '../../src/workspace/checkout.ts';
import { makeTasks } from '../support/batch.ts';
import { git } from '../support/repos.ts';

let root = '';
let repository = '';
let task = '';
let place: CheckoutPlace;
let checkout: Checkout | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'instance-checkout-'));
  task = join(makeTasks(root, ['one']), 'one');
  repository = join(task, 'repository');
  const cache = join(root, 'cache');
  const { PATH } = process.env;
  const mirrors = join(root, 'mirrors');
  place = { sandbox: 'bubblewrap', setups: [], pythons: [], cache, mirrors, env: { PATH } };
});
afterEach(async () => {
  await checkout?.close();
  rmSync(root, { recursive: true, force: true });
});

async function open(more: Partial<Instance> = {}): Promise<Checkout> {
  const instance = { ...(await readTaskFolder(task)), ...more };
  const signal = new AbortController().signal;
  checkout = await openInstanceCheckout(instance, place, { signal, log: () => {} });
  return checkout;
}

async function run(command: string): Promise<string> {
  const argv = ['bash', '-c', command];
  const result = await checkout?.workspace.exec(argv, { timeoutMs: 30_000 });
  return result?.output.trim() ?? '';
}

test('a local folder is taken as it is, without any set-up', async () => {
  writeFileSync(join(repository, 'untracked.txt'), 'there');
  await open();
  expect(await run('cat untracked.txt')).toBe('there');
});

test('with a base commit, nothing that came after it is there', async () => {
  const base = git(repository, 'rev-parse', 'HEAD').trim();
  writeFileSync(join(repository, 'value.txt'), 'value = 2, the fix\n');
  git(repository, 'commit', '--quiet', '--all', '--message', 'The fix that must not be seen');
  git(repository, 'tag', 'released');
  await open({ baseCommit: base });
  expect(await run('cat value.txt')).toContain('value = 1');
  expect(await run('git log --all --format=%s; git tag; git reflog')).toBe('base');
  expect(await run(`git cat-file --batch-all-objects --batch-check | wc -l`)).toBe('3');
});

test('what the set-up leaves behind is kept for all, and is no part of the patch', async () => {
  const setup = [
    'mkdir -p built && echo library > built/library.so && echo note > droppings.txt',
    'echo tool > "$HOME/tool"',
  ].join('\n');
  for (const _ of ['made', 'kept']) {
    const { patch, copy } = await open({ setup });
    expect(await run('cat built/library.so; pwd')).toBe('library\n/testbed');
    expect(await run('git status --porcelain')).toBe('');
    expect(await patch()).toBe('');
    await run('echo mine > mine.txt');
    expect(await patch()).toContain('+mine');
    expect(await patch()).not.toContain('library');
    const other = await copy('base');
    const seen = await other.exec(['ls'], { timeoutMs: 30_000 });
    expect(seen.stdout.split('\n')).toEqual(['built', 'droppings.txt', 'value.txt', '']);
    await other.close();
    await checkout?.close();
  }
});

test('the commands of the agent have no network, and neither hidden tests nor the fix', async () => {
  writeFileSync(join(task, 'fix.patch'), 'the reference fix');
  appendFileSync(join(task, 'task.yaml'), 'setup: "true"\n');
  await open();
  expect(await run('cat /proc/net/dev | grep -cv -e lo: -e "|"')).toBe('0');
  expect(await run(`ls ${task} 2>&1; grep -rl "the reference fix" . 2>/dev/null`)).toMatch(
    /No such file/,
  );
});
