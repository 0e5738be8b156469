import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { diskChanges } from '../../src/lint/disk-changes.ts';
import { openWorkspace } from '../../src/workspace/open.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';

let top: string;
let root: string;
let workspace: Workspace;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'patchwright-disk-'));
  root = join(top, 'repo');
  mkdirSync(join(root, 'inner'), { recursive: true });
  const hostScratch = join(top, 'scratch');
  mkdirSync(hostScratch);
  workspace = openWorkspace({ kind: 'local', hostRoot: root, root, hostScratch });
});
afterEach(async () => {
  await workspace.close();
  rmSync(top, { recursive: true, force: true });
});

const write = (path: string, text: string) => writeFileSync(join(root, path), text);

test('tells what was made, changed and removed since the last time', async () => {
  write('.gitignore', 'ignored/\n');
  mkdirSync(join(root, 'ignored'));
  for (const path of ['a.py', 'inner/b.py', 'c.py', 'ignored/e.py', 'other.txt']) write(path, '1');
  await sleep(50);
  const changes = diskChanges(workspace, ['*.py']);
  expect(await changes()).toEqual([]);
  expect(await changes()).toEqual([]);
  write('a.py', '2');
  renameSync(join(root, 'inner/b.py'), join(root, 'inner/d.py'));
  write('ignored/e.py', '2');
  write('other.txt', '2');
  const sorted = (await changes()).sort((a, b) => a.path.localeCompare(b.path));
  expect(sorted).toEqual([
    { path: 'a.py', kind: 'changed' },
    { path: 'inner/b.py', kind: 'removed' },
    { path: 'inner/d.py', kind: 'made' },
  ]);
});

test('a change that keeps size and modification time is told', async () => {
  write('a.py', '1');
  utimesSync(join(root, 'a.py'), 1, 1);
  await sleep(50);
  const changes = diskChanges(workspace, ['*.py']);
  await changes();
  await sleep(20);
  write('a.py', '2');
  utimesSync(join(root, 'a.py'), 1, 1);
  expect(await changes()).toEqual([{ path: 'a.py', kind: 'changed' }]);
});
