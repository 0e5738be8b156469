import { appendFile, mkdir, mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { FolderSync, restoreFolder } from '../../src/storage/file-sync.ts';
import { FolderStore } from '../../src/storage/folder-store.ts';

let folder: string;
let store: FolderStore;
let sync: FolderSync;

const temporary = () => mkdtemp(join(tmpdir(), 'patchwright-sync-'));
const file = (name: string) => join(folder, name);

/** What another machine would get. */
async function restored(): Promise<Record<string, string>> {
  const to = await temporary();
  const paths = await restoreFolder(store, 'run', to);
  const texts = await Promise.all(paths.map((path) => readFile(join(to, path), 'utf8')));
  return Object.fromEntries(paths.map((path, at) => [path, texts[at] ?? '']));
}

beforeEach(async () => {
  folder = await temporary();
  store = new FolderStore(await temporary());
  sync = new FolderSync({ store, prefix: 'run', folder });
});

it('stores only what was appended', async () => {
  const lines = Array.from({ length: 5 }, (_, n) => `{"seq":${n},"text":"${'x'.repeat(900)}"}\n`);
  for (const line of lines) {
    await appendFile(file('trajectory.jsonl'), line);
    await sync.sync();
    await sync.sync();
  }
  const pieces = await store.list('run/');
  expect(pieces).toHaveLength(5);
  const sizes = await Promise.all(pieces.map(async (key) => (await store.get(key))?.length));
  expect(sizes).toEqual(lines.map(({ length }) => length));
  expect(await restored()).toEqual({ 'trajectory.jsonl': lines.join('') });
});

it('begins anew with a file that was cut and went on differently', async () => {
  await writeFile(file('a.jsonl'), 'one\ntwo\nthree\n');
  await sync.sync();
  await truncate(file('a.jsonl'), 4);
  await appendFile(file('a.jsonl'), 'another two\nanother three\n');
  await sync.sync();
  await appendFile(file('a.jsonl'), 'four\n');
  await sync.sync();
  expect(await restored()).toEqual({ 'a.jsonl': 'one\nanother two\nanother three\nfour\n' });
});

it('keeps folders, empty files and names as they are', async () => {
  await mkdir(file('attempt-1/deep'), { recursive: true });
  await writeFile(file('attempt-1/deep/trajectory.jsonl'), 'x\n');
  await writeFile(file('0000-000000000000'), 'looks like a piece');
  await writeFile(file('empty'), '');
  await sync.sync();
  expect(await restored()).toEqual({
    '0000-000000000000': 'looks like a piece',
    'attempt-1/deep/trajectory.jsonl': 'x\n',
    empty: '',
  });
});

it('restores what comes before a missing piece', async () => {
  for (const line of ['one\n', 'two\n', 'three\n']) {
    await appendFile(file('a.jsonl'), line);
    await sync.sync();
  }
  const [, second = ''] = await store.list('run/');
  await store.delete([second]);
  expect(await restored()).toEqual({ 'a.jsonl': 'one\n' });
});

it('does not write outside of the folder', async () => {
  await store.put('run/ok/0000-000000000000', Buffer.from('x'));
  const hostile = Object.assign(Object.create(store) as FolderStore, {
    list: async () => ['run/../../up/0000-000000000000', 'run/ok/0000-000000000000'],
    get: async () => Buffer.from('x'),
  });
  expect(await restoreFolder(hostile, 'run', await temporary())).toEqual(['ok']);
});
