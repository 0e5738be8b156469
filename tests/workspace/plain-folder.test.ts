import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { copyRepository } from '../../src/workspace/repository.ts';
import { newRepository, temporaryFolder, writeFiles } from './support.ts';
import { readTree } from './trees.ts';

const copyFolder = (source: string) =>
  copyRepository({ source, dir: temporaryFolder(), allowPlainFolder: true });

const FILES = {
  'a.txt': 'a\r\n',
  'sub/b.bin': '\0\n',
  '.gitignore': 'ignored\n',
  ignored: 'x\n',
  '.gitattributes': '* text=auto\n',
};

it('a folder that is no repository is the base as it is, whatever stands around it', async () => {
  const outer = newRepository({ 'outer.txt': 'o\n' });
  const folder = join(outer, 'task', 'repository');
  writeFiles(folder, FILES);
  const copy = await copyFolder(folder);
  expect(readTree(copy.hostRoot)).toEqual(readTree(folder));
  expect(copy.dirty).toBe(false);
  expect(copy.root).toBe('/workspace/repository');
  expect(await copy.patch()).toBe('');
  writeFiles(copy.hostRoot, { 'a.txt': 'b\r\n' });
  expect(await copy.patch()).toContain('-a\r\n+b\r\n');
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('a\r\n');
});

it('the same folder gives the same commit', async () => {
  const folder = temporaryFolder();
  writeFiles(folder, FILES);
  const [one, other] = [await copyFolder(folder), await copyFolder(folder)];
  expect(one.baseCommit).toBe(other.baseCommit);
});

it('a repository stays what it is, and a missing folder is named', async () => {
  const repository = newRepository({ 'a.txt': 'a\n' });
  expect((await copyFolder(repository)).root).toBe(repository);
  const missing = copyFolder(join(repository, 'missing'));
  await expect(missing).rejects.toThrow(UsageError);
  await expect(missing).rejects.toThrow(/missing does not exist/);
});
