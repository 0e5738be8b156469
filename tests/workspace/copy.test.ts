import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyRepository } from '../../src/workspace/repository.ts';
import { commit, git, makePipe, newRepository, temporaryFolder, writeFiles } from './support.ts';
import { copyOf, readTree } from './trees.ts';

/** Every entry of a folder with what a write would change: kind, mode, size, times of change, content. */
function fingerprint(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const info = lstatSync(path, { bigint: true });
      const content = entry.isFile() ? readFileSync(path, 'latin1') : '';
      return `${path} ${info.mode} ${info.ino} ${info.mtimeNs} ${info.ctimeNs} ${content}`;
    })
    .sort();
}

describe('the copy of a working tree', () => {
  it('holds everything as it is: staged, unstaged, deleted, untracked, ignored, modes, links, times', async () => {
    const repository = newRepository({
      '.gitignore': 'node_modules/\n*.pyc\n.venv/\n',
      'a.txt': 'a\n',
      'deleted.txt': 'd\n',
      'run.sh': { script: '#!/bin/sh\n' },
      link: { link: 'a.txt' },
    });
    writeFiles(repository, {
      'staged.txt': 's\n',
      'a.txt': 'unstaged\n',
      'untracked/x.txt': 'u\n',
      'node_modules/dep/index.js': 'dep\n',
      '.venv/bin/python': { link: '/usr/bin/python3' },
      'x.pyc': 'compiled',
      'ü 漢\n"': 'name',
      'read-only': 'r',
      absolute: { link: '/etc/hostname' },
    });
    git(repository, 'add', 'staged.txt');
    rmSync(join(repository, 'deleted.txt'));
    chmodSync(join(repository, 'read-only'), 0o444);
    chmodSync(join(repository, 'untracked'), 0o750);
    utimesSync(join(repository, 'x.pyc'), 1_000_000, 1_500_000);
    mkdirSync(join(repository, 'empty'));
    const copy = await copyOf(repository);
    expect(readTree(copy.hostRoot)).toEqual(readTree(repository));
    expect(statSync(join(copy.hostRoot, 'read-only')).mode & 0o777).toBe(0o444);
    expect(statSync(join(copy.hostRoot, 'untracked')).mode & 0o777).toBe(0o750);
    expect(statSync(join(copy.hostRoot, 'x.pyc')).mtimeMs).toBe(1_500_000_000);
    expect(readdirSync(join(copy.hostRoot, 'empty'))).toEqual([]);
    expect(copy).toMatchObject({ root: repository, source: repository, dirty: true });
    expect(copy.notes).toEqual([]);
    expect(basename(copy.hostRoot)).toBe('project');
  });

  it('leaves untracked files out that look like they hold secrets, and says so', async () => {
    const repository = newRepository({
      '.gitignore': '.env\n.venv\nnode_modules\n',
      '.env.example': 'KEY=\n',
      'tests/fixture.pem': 'tracked\n',
    });
    writeFiles(repository, {
      '.env': 'KEY=secret',
      '.env.local': 'KEY=secret',
      'deploy/server.key': 'secret',
      '.npmrc': 'secret',
      '.aws/credentials': 'secret',
      'sub/id_ed25519': 'secret',
      'sub/id_ed25519.pub': 'public',
      '.venv/lib/python3/site-packages/certifi/cacert.pem': 'public',
      'node_modules/dep/.npmrc': 'public',
    });
    const copy = await copyOf(repository);
    const names = Object.keys(readTree(copy.hostRoot)).sort();
    expect(names).toEqual([
      '.env.example',
      '.gitignore',
      '.venv/lib/python3/site-packages/certifi/cacert.pem',
      'node_modules/dep/.npmrc',
      'sub/id_ed25519.pub',
      'tests/fixture.pem',
    ]);
    expect(copy.notes.join('\n')).toMatch(/left out .*may hold secrets: .*\.env/);
    expect(await copy.patch()).toBe('');
  });

  it('is made without a write to the original, and without running what it configures', async () => {
    const repository = newRepository({
      'a.txt': 'a\n',
      '.gitattributes': '* filter=evil diff=evil\n',
    });
    const trap = join(temporaryFolder(), 'trapped');
    const evil = join(repository, 'evil.sh');
    writeFiles(repository, { 'evil.sh': { script: `#!/bin/sh\necho "$0 $@" >> ${trap}\ncat\n` } });
    for (const hook of readdirSync(join(repository, '.git/hooks')))
      rmSync(join(repository, '.git/hooks', hook));
    for (const hook of [
      'post-checkout',
      'post-index-change',
      'reference-transaction',
      'pre-auto-gc',
    ]) {
      writeFiles(repository, {
        [`.git/hooks/${hook}`]: { script: `#!/bin/sh\necho ${hook} >> ${trap}\n` },
      });
    }
    for (const key of [
      'core.fsmonitor',
      'core.sshCommand',
      'core.pager',
      'diff.external',
      'diff.evil.textconv',
      'filter.evil.clean',
      'filter.evil.smudge',
      'uploadpack.packObjectsHook',
      'alias.ls-files',
      'alias.rev-parse',
    ]) {
      git(repository, 'config', key, key.startsWith('alias') ? `!${evil}` : evil);
    }
    git(repository, 'config', 'gc.auto', '1');
    rmSync(trap, { force: true });
    const before = fingerprint(repository);
    const copy = await copyOf(repository);
    const based = await copyOf(repository, 'HEAD');
    await copy.patch();
    await copy.materialise(join(temporaryFolder(), 'x'), 'base');
    expect(existsSync(trap)).toBe(false);
    expect(fingerprint(repository)).toEqual(before);
    expect(readFileSync(join(based.hostRoot, 'a.txt'), 'utf8')).toBe('a\n');
  });

  it('starts from any folder inside, by any path', async () => {
    const repository = newRepository({ 'deep/er/a.txt': 'a\n', top: '' });
    writeFiles(repository, { 'new.txt': 'n' });
    const link = join(temporaryFolder(), 'link');
    symlinkSync(join(repository, 'deep'), link);
    for (const source of [join(repository, 'deep/er'), link, `${repository}/./deep/..`]) {
      const copy = await copyOf(source);
      expect(copy.root).toBe(repository);
      expect(readTree(copy.hostRoot)).toEqual(readTree(repository));
    }
  });

  it.each(['two words', 'line\nbreak', 'quote"s', "it's", 'ü 漢字', 'a:b', '$HOME', '-dash', '*'])(
    'works in a folder named %j',
    async (name) => {
      const repository = newRepository({ 'a.txt': 'a\n' }, name);
      const copy = await copyOf(repository);
      writeFiles(copy.hostRoot, { 'a.txt': 'b\n' });
      expect(copy.root).toBe(repository);
      expect(await copy.patch()).toContain('+b\n');
    },
  );

  it('is not led by variables of the caller, such as those git sets for a hook', async () => {
    const repository = newRepository({ 'a.txt': 'a\n' });
    const other = newRepository({ 'other.txt': 'o\n' });
    const saved = { ...process.env };
    process.env.GIT_DIR = join(other, '.git');
    process.env.GIT_WORK_TREE = other;
    process.env.GIT_INDEX_FILE = join(other, '.git/index');
    try {
      const copy = await copyOf(repository);
      expect(readdirSync(copy.hostRoot).sort()).toEqual(['.git', 'a.txt']);
    } finally {
      for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE']) delete process.env[name];
      Object.assign(process.env, saved);
    }
  });

  it('is whole while files vanish, and skips pipes', async () => {
    const repository = newRepository({ 'a.txt': 'a\n' });
    makePipe(join(repository, 'pipe'));
    const copy = await copyOf(repository);
    expect(copy.notes.join()).toMatch(/not copied.*pipe/);
    expect(Object.keys(readTree(copy.hostRoot))).toEqual(['a.txt']);
  });

  it('goes with all it made when it is closed', async () => {
    const dir = join(temporaryFolder(), 'run');
    const copy = await copyRepository({ source: newRepository({ 'a.txt': 'a\n' }), dir });
    mkdirSync(join(copy.hostRoot, 'locked'));
    chmodSync(join(copy.hostRoot, 'locked'), 0o500);
    await copy.close();
    expect(existsSync(dir)).toBe(false);
  });

  it('ends when it is aborted', async () => {
    const controller = new AbortController();
    const repository = newRepository({ 'a.txt': 'a\n' });
    const making = copyRepository({
      source: repository,
      dir: join(temporaryFolder(), 'run'),
      signal: controller.signal,
    });
    controller.abort(new Error('enough'));
    await expect(making).rejects.toThrow('enough');
  });
});

describe('a named base', () => {
  it('gives exactly its tree, with dependencies beside it', async () => {
    const repository = newRepository({
      '.gitignore': '.venv\n*.so\n*.log\n',
      'a.txt': 'old\n',
      'b/c.txt': 'c\n',
    });
    const base = git(repository, 'rev-parse', 'HEAD').trim();
    writeFiles(repository, { 'a.txt': 'new\n', 'later.txt': 'later\n' });
    git(repository, 'tag', 'v1', base);
    commit(repository, 'second');
    writeFiles(repository, {
      '.venv/pyvenv.cfg': 'home = /usr/bin\n',
      '.venv/lib/x.py': 'x\n',
      'b/native.so': 'so',
      'b/stray.log': 'log',
      'a.txt': 'dirty\n',
    });
    for (const name of [base, base.slice(0, 8), 'v1', 'HEAD~1', 'main^']) {
      const copy = await copyOf(repository, name);
      expect(copy).toMatchObject({ baseCommit: base, dirty: false });
      expect(readTree(copy.hostRoot)).toEqual({
        '.gitignore': 'file .venv\n*.so\n*.log\n',
        'a.txt': 'file old\n',
        'b/c.txt': 'file c\n',
        '.venv/pyvenv.cfg': 'file home = /usr/bin\n',
        '.venv/lib/x.py': 'file x\n',
        'b/native.so': 'file so',
      });
      expect(await copy.patch()).toBe('');
      expect(git(copy.hostRoot, 'status', '--porcelain')).toBe('');
    }
  });

  it('has the line ends a checkout of the user has', async () => {
    const repository = newRepository({
      'a.txt': 'a\nb\n',
      'x.bat': 'a\nb\n',
      '.gitattributes': '*.bat eol=crlf\n',
    });
    const copy = await copyOf(repository, 'HEAD');
    expect(readTree(copy.hostRoot)).toMatchObject({
      'a.txt': 'file a\nb\n',
      'x.bat': 'file a\r\nb\r\n',
    });
    expect(git(copy.hostRoot, 'status', '--porcelain')).toBe('');
    git(repository, 'config', 'core.autocrlf', 'true');
    const converted = await copyOf(repository, 'HEAD');
    expect(readTree(converted.hostRoot)).toMatchObject({ 'a.txt': 'file a\r\nb\r\n' });
    expect(await converted.patch()).toBe('');
  });

  it('works in a bare repository and one whose HEAD names no commit', async () => {
    const repository = newRepository({ 'a.txt': 'a\n' });
    const base = git(repository, 'rev-parse', 'HEAD').trim();
    const bare = join(temporaryFolder(), 'store.git');
    git(temporaryFolder(), 'clone', '-q', '--bare', repository, bare);
    const copies = [await copyOf(bare), await copyOf(bare, base)];
    for (const copy of copies) {
      expect(copy).toMatchObject({ baseCommit: base, root: '/workspace/store', dirty: false });
      expect(readdirSync(copy.hostRoot).sort()).toEqual(['.git', 'a.txt']);
    }
    git(repository, 'symbolic-ref', 'HEAD', 'refs/heads/unborn');
    expect(await copyOf(repository, 'main')).toMatchObject({ baseCommit: base });
  });
});
