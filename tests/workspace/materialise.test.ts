import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commit, git, newRepository, temporaryFolder, writeFiles } from './support.ts';
import { copyOf, readTree } from './trees.ts';

describe('a second workspace', () => {
  it('gets the tree as it is now, or the starting tree, with what is ignored', async () => {
    const repository = newRepository({
      '.gitignore': 'deps/\n',
      'a.txt': 'a\n',
      'gone.txt': 'g\n',
      'dir/x': 'x\n',
      'bin.dat': Buffer.from([0, 255]),
    });
    writeFiles(repository, { 'deps/d.js': 'dep\n', 'a.txt': 'dirty\r\n', 'untracked.txt': 'u\n' });
    const start = readTree(repository);
    const copy = await copyOf(repository);
    const { hostRoot } = copy;
    rmSync(join(hostRoot, 'gone.txt'));
    rmSync(join(hostRoot, 'dir'), { recursive: true });
    writeFiles(hostRoot, {
      'a.txt': 'changed\n',
      'new/file.txt': 'n\n',
      dir: 'now a file',
      'bin.dat': 'text',
    });
    const [now, base] = [join(temporaryFolder(), 'now'), join(temporaryFolder(), 'base')];
    await Promise.all([copy.materialise(now, 'current'), copy.materialise(base, 'base')]);
    expect(readTree(now)).toEqual(readTree(hostRoot));
    expect(readTree(base)).toEqual(start);
    expect(git(base, 'log', '--format=%s')).toBe('first\n');
    expect(await copy.patch()).toContain('changed');
  });

  it('never writes through links that lie in the place of folders', async () => {
    const outside = temporaryFolder();
    writeFiles(outside, { x: 'precious\n' });
    const repository = newRepository({ '.gitignore': '/dir\n/other\n', a: '' });
    writeFiles(repository, { 'dir/x': 'x\n', 'other/y': 'y\n' });
    git(repository, 'add', '-f', 'dir/x', 'other/y');
    commit(repository, 'tracked although ignored');
    const copy = await copyOf(repository);
    for (const name of ['dir', 'other']) {
      rmSync(join(copy.hostRoot, name), { recursive: true });
      symlinkSync(outside, join(copy.hostRoot, name));
    }
    const target = join(temporaryFolder(), 'target');
    await copy.materialise(target, 'base');
    expect(readTree(outside)).toEqual({ x: 'file precious\n' });
    expect(readTree(target)).toEqual({
      '.gitignore': 'file /dir\n/other\n',
      a: 'file ',
      'dir/x': 'file x\n',
      'other/y': 'file y\n',
    });
  });
});
