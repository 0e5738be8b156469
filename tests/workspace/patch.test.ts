import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Content, commit, git, newRepository, writeFiles } from './support.ts';
import { applyToCheckout, copyOf, readTree } from './trees.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');
const lines = (count: number, end = '\n') =>
  Array.from({ length: count }, (_, number) => `line ${number}${end}`).join('');

/** A file before and after; null when it is not there. */
const CHANGES: Readonly<Record<string, readonly [Content | null, Content | null]>> = {
  text: [lines(50), lines(50).replace('line 25', 'changed')],
  'CRLF line ends': [lines(30, '\r\n'), lines(30, '\r\n').replace('line 9', 'changed')],
  'mixed line ends': ['a\r\nb\nc\r\nd\re\n', 'a\r\nb\nC\r\nd\re\n'],
  'CRLF turned into LF': [lines(5, '\r\n'), lines(5)],
  'no last newline, kept': ['a\nb', 'A\nb'],
  'last newline taken away': ['a\nb\n', 'a\nb'],
  'last newline added': ['a\nb', 'a\nb\n'],
  'tabs and trailing blanks': ['all:\n\tcc x \t\n', 'all:\n\tcc y \t \n'],
  'Latin-1 text': [latin1('caf\xe9 1\n'), latin1('caf\xe9 2\n')],
  'Latin-1 turned into UTF-8': [latin1('caf\xe9\n'), 'café\n'],
  'UTF-8 with a byte order mark': ['\uFEFFa\n', '\uFEFFb\n'],
  'UTF-8 beyond the basic plane': ['😀\u2028\u0085x\n', '😀\u2028\u0085y\n'],
  'UTF-16 text': [utf16('a\n'), utf16('b\n')],
  'a NUL far from the start': [`${lines(2000)}\0end\n`, `${lines(2000)}\0END\n`],
  'a binary file': [Buffer.from([0, 1, 2, 255]), Buffer.from([0, 1, 3, 255])],
  'a new binary file': [null, Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7) % 256))],
  'a binary file deleted': [Buffer.from([0, 1, 2, 255]), null],
  'a new file': [null, 'new\n'],
  'a new empty file': [null, ''],
  'an empty file deleted': ['', null],
  'a file emptied': ['text\n', ''],
  'a file deleted': ['text\n', null],
  'a file made executable': ['#!/bin/sh\n', { script: '#!/bin/sh\n' }],
  'a program made plain and changed': [{ script: '#!/bin/sh\n' }, '#!/bin/sh\nexit\n'],
  'a new program': [null, { script: '#!/bin/sh\n' }],
  'a new link': [null, { link: 'target' }],
  'a link changed': [{ link: 'old' }, { link: '/etc/passwd' }],
  'a link deleted': [{ link: 'old' }, null],
  'a file turned into a link': ['text\n', { link: 'elsewhere' }],
  'a link turned into a file': [{ link: 'elsewhere' }, 'text\n'],
  'a very long line': [`${'x'.repeat(200_000)}\n`, `${'x'.repeat(200_000)}y\n`],
  'lines that look like a diff': [
    '-- a\n++ b\n',
    '-- a\n++ c\ndiff --git a/x b/x\n--- x\n+++ y\n@@ -1 +1 @@\n',
  ],
};

const NAMES = [
  'plain.txt',
  'deep/er/file.txt',
  'two words.txt',
  ' leading and trailing ',
  'tab\there',
  'line\nbreak',
  'quote"s and \'s',
  'back\\slash',
  'üñï 漢字 😀',
  '-dash',
  '--option=x',
  '[a]*?{b}!#',
  '.hidden/..double',
  'a b/ c/d ',
  '$HOME;`id`',
];

function change(folder: string, path: string, content: Content | null): void {
  rmSync(join(folder, path), { force: true });
  if (content !== null) writeFiles(folder, { [path]: content });
}

/** Copies, lets `edit` change the copy, and expects that the patch makes the same of a clean checkout. */
async function expectExact(
  files: Record<string, Content>,
  edit: (folder: string) => void,
): Promise<string> {
  const repository = newRepository(files);
  const copy = await copyOf(repository);
  edit(copy.hostRoot);
  const patch = await copy.patch();
  const checkout = applyToCheckout(repository, copy.baseCommit, patch);
  expect(readTree(checkout)).toEqual(readTree(copy.hostRoot));
  return patch;
}

describe('a patch applied to a clean checkout gives the very bytes of the copy', () => {
  it.each(Object.entries(CHANGES))('%s', async (_, [before, after]) => {
    const files = { 'other.txt': 'other\n', ...(before === null ? {} : { 'a/file': before }) };
    const patch = await expectExact(files, (folder) => change(folder, 'a/file', after));
    expect(patch).toContain('diff --git a/a/file b/a/file');
    expect(patch).not.toContain('other');
  });

  it.each(NAMES)('a file named %j', async (name) => {
    const files = {
      [name]: 'a\n',
      [`latin1/${name}`]: latin1('\xe9 1\n'),
      [`deleted/${name}`]: 'a\n',
      keep: '',
    };
    await expectExact(files, (folder) => {
      change(folder, name, 'b\n');
      change(folder, `latin1/${name}`, latin1('\xe9 2\n'));
      change(folder, `new/${name}`, latin1('\xe9\n'));
      change(folder, `deleted/${name}`, null);
    });
  });

  it('everything at once', async () => {
    const before: Record<string, Content> = {};
    for (const [index, [old]] of Object.values(CHANGES).entries()) {
      if (old !== null) before[`${index}/${NAMES[index % NAMES.length]}`] = old;
    }
    await expectExact(before, (folder) => {
      for (const [index, [, fresh]] of Object.values(CHANGES).entries()) {
        change(folder, `${index}/${NAMES[index % NAMES.length]}`, fresh);
      }
    });
  });

  it('a folder in the place of a file, a file or a link in the place of a folder, a renamed file', async () => {
    const files = { a: 'a\n', 'b/x': 'x\n', 'b/y': 'y\n', 'c/x': 'x\n', old: lines(100), keep: '' };
    await expectExact(files, (folder) => {
      rmSync(join(folder, 'a'));
      writeFiles(folder, { 'a/inside': 'i\n' });
      rmSync(join(folder, 'b'), { recursive: true });
      writeFileSync(join(folder, 'b'), 'file\n');
      renameSync(join(folder, 'c'), join(folder, 'd'));
      symlinkSync('d', join(folder, 'c'));
      renameSync(join(folder, 'old'), join(folder, 'new'));
    });
  });

  it('files whose attributes ask git to convert, filter, hide or encode them', async () => {
    const attributes = [
      '*.bat text eol=crlf',
      '*.auto text=auto',
      '*.id ident',
      '*.flt filter=broken diff=broken merge=broken',
      '*.lock -diff',
      '*.bin binary',
      '*.sql working-tree-encoding=UTF-16LE text',
      '',
    ].join('\n');
    const files: Record<string, Content> = {
      'x.bat': 'a\r\nb\r\n',
      'x.auto': 'a\nb\n',
      'x.id': '$Id$\n',
      'x.flt': 'a\n',
      'x.lock': 'a\n',
      'x.bin': 'a\n',
      'x.sql': utf16('select 1;\r\n').subarray(2),
    };
    const repository = newRepository({ '.gitattributes': attributes, ...files });
    const copy = await copyOf(repository);
    expect(await copy.patch()).toBe('');
    expect(copy.dirty).toBe(false);
    writeFiles(copy.hostRoot, {
      'x.bat': 'a\r\nB\r\n',
      'x.auto': 'a\nB\n',
      'x.id': '$Id$\nB\n',
      'x.flt': 'B\n',
      'x.lock': 'B\n',
      'x.bin': 'B\n',
      'x.sql': utf16('select 2;\r\n').subarray(2),
    });
    const patch = await copy.patch();
    expect(patch).toContain('+B\n');
    git(repository, 'checkout', '-q', '--', '.');
    const { applyPatch } = await import('../../src/workspace/repository.ts');
    await applyPatch(repository, patch);
    expect(readTree(repository)).toEqual(readTree(copy.hostRoot));
  });

  it('changes on top of uncommitted ones', async () => {
    const repository = newRepository({ a: lines(20), b: 'b\n' });
    writeFiles(repository, { a: lines(20).replace('line 3\n', 'mine\n'), c: 'untracked\n' });
    const copy = await copyOf(repository);
    expect(copy.dirty).toBe(true);
    expect(await copy.patch()).toBe('');
    writeFiles(copy.hostRoot, {
      a: lines(20).replace('line 3\n', 'mine\n').replace('line 5\n', 'fix\n'),
      c: 'untracked\nfix\n',
    });
    const patch = await copy.patch();
    expect(patch).toContain('+fix');
    expect(patch).not.toContain('+mine');
    expect(await copy.changedFiles()).toEqual([
      { path: 'a', status: 'modified' },
      { path: 'c', status: 'modified' },
    ]);
  });

  it('is empty again when the change is taken back, also within the same second', async () => {
    const copy = await copyOf(newRepository({ a: 'a\n' }));
    for (let round = 0; round < 5; round += 1) {
      writeFiles(copy.hostRoot, { a: `${round}\n` });
      expect(await copy.patch()).toContain(`+${round}\n`);
      writeFiles(copy.hostRoot, { a: 'a\n' });
      expect(await copy.patch()).toBe('');
    }
  });

  it('carries a new binary of 50 MB', async () => {
    const large = Buffer.alloc(50 * 2 ** 20);
    for (let at = 0, value = 1; at < large.length; at += 4) {
      value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
      large.writeUInt32LE(value, at);
    }
    const repository = newRepository({ a: 'a\n' });
    const copy = await copyOf(repository);
    writeFileSync(join(copy.hostRoot, 'large.bin'), large);
    const patch = await copy.patch();
    const checkout = applyToCheckout(repository, copy.baseCommit, patch);
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(join(checkout, 'large.bin')).equals(large)).toBe(true);
  });
});

describe('what belongs to a patch', () => {
  it('leaves ignored files out, and keeps tracked files that match an ignore pattern', async () => {
    const repository = newRepository({ '.gitignore': '*.log\nbuild/\n', a: 'a\n' });
    writeFiles(repository, { 'tracked.log': 'old\n', 'staged.log': 'staged\n' });
    git(repository, 'add', '-f', 'tracked.log');
    commit(repository, 'second');
    git(repository, 'add', '-f', 'staged.log');
    const copy = await copyOf(repository);
    writeFiles(copy.hostRoot, {
      'tracked.log': 'new\n',
      'staged.log': 'changed\n',
      'stray.log': 'x',
      'build/out': 'x',
    });
    expect((await copy.changedFiles()).map(({ path }) => path)).toEqual([
      'staged.log',
      'tracked.log',
    ]);
  });

  it('follows what the user ignores for all repositories and for this one only', async () => {
    const repository = newRepository({ a: 'a\n' });
    writeFileSync(join(repository, '.git/info/exclude'), 'only-here\n');
    const copy = await copyOf(repository);
    writeFiles(copy.hostRoot, { 'only-here': 'x', other: 'x' });
    expect((await copy.changedFiles()).map(({ path }) => path)).toEqual(['other']);
  });

  it('tells added, modified and deleted files', async () => {
    const copy = await copyOf(newRepository({ a: 'a\n', b: 'b\n', c: { link: 'x' } }));
    rmSync(join(copy.hostRoot, 'a'));
    chmodSync(join(copy.hostRoot, 'b'), 0o755);
    rmSync(join(copy.hostRoot, 'c'));
    writeFiles(copy.hostRoot, { c: 'file', 'ü "x"\n': 'new' });
    expect(await copy.changedFiles()).toEqual([
      { path: 'a', status: 'deleted' },
      { path: 'b', status: 'modified' },
      { path: 'c', status: 'modified' },
      { path: 'ü "x"\n', status: 'added' },
    ]);
  });

  it('holds the files of repositories that were made inside of it, with commits or without', async () => {
    const repository = newRepository({ 'src/a': 'a\n' });
    const copy = await copyOf(repository);
    const { hostRoot } = copy;
    for (const name of ['empty', 'bare', 'full', 'full/inner', 'src']) {
      mkdirSync(join(hostRoot, name), { recursive: true });
      git(join(hostRoot, name), 'init', '-q');
    }
    writeFiles(hostRoot, {
      'bare/x': 'x\n',
      'full/y': 'y\n',
      'full/inner/z': 'z\n',
      'src/a': 'changed\n',
      'src/b': 'b\n',
    });
    git(join(hostRoot, 'full'), 'add', 'y');
    git(join(hostRoot, 'full'), 'commit', '-q', '-m', 'nested');
    const patch = await copy.patch();
    const checkout = applyToCheckout(repository, copy.baseCommit, patch);
    expect(readTree(checkout)).toEqual(readTree(hostRoot));
    expect(patch).not.toContain('160000');
  });

  it('does not need the git directory of the copy', async () => {
    const copy = await copyOf(newRepository({ a: 'a\n' }));
    rmSync(join(copy.hostRoot, '.git'), { recursive: true });
    writeFiles(copy.hostRoot, { a: 'b\n', '.git': 'gitdir: /nonexistent\n' });
    expect(await copy.patch()).toContain('+b\n');
  });

  it('survives names that git refuses and files that cannot be read', async () => {
    const copy = await copyOf(newRepository({ a: 'a\n' }));
    writeFiles(copy.hostRoot, { a: 'b\n', '.GIT/config': 'x', 'x/.Git/y': 'x', 'git~1/z': 'x' });
    const patch = await copy.patch();
    expect(patch.match(/^diff --git.*$/gm)).toEqual(['diff --git a/a b/a']);
  });

  it('runs nothing that the copy configures', async () => {
    const copy = await copyOf(
      newRepository({ a: 'a\n', '.gitattributes': '* filter=evil diff=evil\n' }),
    );
    const { hostRoot } = copy;
    const trap = join(hostRoot, '..', 'trapped');
    const evil = join(hostRoot, 'evil.sh');
    writeFiles(hostRoot, { 'evil.sh': { script: `#!/bin/sh\ntouch ${trap}\ncat\n` } });
    for (const key of [
      'core.fsmonitor',
      'core.sshCommand',
      'core.pager',
      'diff.external',
      'diff.evil.textconv',
      'diff.evil.command',
      'filter.evil.clean',
      'filter.evil.smudge',
      'filter.evil.process',
    ]) {
      git(hostRoot, 'config', key, evil);
    }
    git(hostRoot, 'config', 'core.hooksPath', join(hostRoot, 'hooks'));
    writeFiles(hostRoot, {
      'hooks/post-index-change': { script: `#!/bin/sh\ntouch ${trap}\n` },
      a: 'b\n',
    });
    mkdirSync(join(hostRoot, 'nested'));
    git(join(hostRoot, 'nested'), 'init', '-q');
    git(join(hostRoot, 'nested'), 'config', 'core.fsmonitor', evil);
    writeFiles(hostRoot, { 'nested/file': 'x' });
    const { existsSync } = await import('node:fs');
    expect(await copy.patch()).toContain('+b\n');
    await copy.changedFiles();
    await copy.materialise(join(hostRoot, '../../materialised'), 'base');
    expect(existsSync(trap)).toBe(false);
  });
});
