import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { commit, git, newRepository, temporaryFolder, writeFiles } from './support.ts';
import { copyOf, readTree } from './trees.ts';

describe('special checkouts', () => {
  it('a linked worktree', async () => {
    const repository = newRepository({ 'a.txt': 'a\n' });
    const tree = join(temporaryFolder(), 'tree');
    git(repository, 'worktree', 'add', '-q', '-b', 'side', tree);
    writeFiles(tree, { 'b.txt': 'b\n' });
    const copy = await copyOf(tree);
    expect(copy.root).toBe(tree);
    expect(git(copy.hostRoot, 'status', '--porcelain', '--branch')).toBe('## side\n?? b.txt\n');
  });

  it('submodules and repositories inside: their files are there, changes in them are not in the patch', async () => {
    const library = newRepository({ 'lib.txt': 'lib\n' });
    const repository = newRepository({ 'a.txt': 'a\n' });
    git(
      repository,
      '-c',
      'protocol.file.allow=always',
      'submodule',
      'add',
      '-q',
      library,
      'vendor/lib',
    );
    commit(repository, 'submodule');
    writeFiles(repository, { 'own/x.txt': 'x\n' });
    git(join(repository, 'own'), 'init', '-q');
    commit(join(repository, 'own'), 'own');
    const copy = await copyOf(repository);
    expect(readTree(copy.hostRoot)).toEqual(readTree(repository));
    expect(copy.dirty).toBe(false);
    expect(copy.notes.join()).toMatch(
      /changes in them are not part of the patch: own, vendor\/lib/,
    );
    writeFiles(copy.hostRoot, {
      'vendor/lib/lib.txt': 'changed',
      'own/x.txt': 'changed',
      'a.txt': 'b\n',
    });
    expect((await copy.changedFiles()).map(({ path }) => path)).toEqual(['a.txt']);
    const based = await copyOf(repository, 'HEAD');
    expect(based.notes.join()).toMatch(/vendor\/lib/);
    expect(await based.patch()).toBe('');
  });

  it('a sparse checkout: what is not checked out counts as untouched', async () => {
    const repository = newRepository({ 'in/a.txt': 'a\n', 'out/b.txt': 'b\n' });
    git(repository, 'sparse-checkout', 'set', 'in');
    const copy = await copyOf(repository);
    writeFiles(copy.hostRoot, { 'in/a.txt': 'c\n' });
    expect(copy.notes.join()).toMatch(/sparse/);
    expect((await copy.changedFiles()).map(({ path }) => path)).toEqual(['in/a.txt']);
  });

  it('a split index and an unfinished merge', async () => {
    const repository = newRepository({ 'a.txt': 'a\n' });
    git(repository, 'checkout', '-q', '-b', 'side');
    writeFiles(repository, { 'a.txt': 'side\n' });
    commit(repository, 'side');
    git(repository, 'checkout', '-q', 'main');
    writeFiles(repository, { 'a.txt': 'main\n' });
    commit(repository, 'main');
    git(repository, 'update-index', '--split-index');
    expect(() => git(repository, 'merge', 'side')).toThrow();
    const copy = await copyOf(repository);
    expect(copy.dirty).toBe(true);
    expect(await copy.patch()).toBe('');
    expect(readFileSync(join(copy.hostRoot, 'a.txt'), 'utf8')).toContain('<<<<<<<');
  });
});

describe('a git URL', () => {
  it('is fetched: its HEAD, a branch, a tag or a commit', async () => {
    const repository = newRepository({ 'a.txt': 'first\n' }, 'far.git');
    const first = git(repository, 'rev-parse', 'HEAD').trim();
    git(repository, 'tag', '-a', 'v1', '-m', 'v1');
    git(repository, 'branch', 'old');
    writeFiles(repository, { 'a.txt': 'second\n' });
    const second = commit(repository, 'second');
    const url = `file://${repository}`;
    expect(await copyOf(url)).toMatchObject({
      baseCommit: second,
      root: '/workspace/far',
      source: url,
      dirty: false,
    });
    for (const base of ['old', 'v1', first, first.slice(0, 9)]) {
      const copy = await copyOf(url, base);
      expect(copy.baseCommit).toBe(first);
      expect(readTree(copy.hostRoot)).toEqual({ 'a.txt': 'file first\n' });
      expect(git(copy.hostRoot, 'cat-file', '--batch-all-objects', '--batch-check')).not.toContain(
        second,
      );
      expect(readdirSync(join(copy.hostRoot, '../..')).sort()).toEqual(['copy', 'shadow.git']);
    }
  });

  it('that cannot be fetched is refused in one sentence, without its password', async () => {
    const missing = copyOf('file:///nonexistent/repository');
    await expect(missing).rejects.toThrow(
      /^--repo file:\/\/\/nonexistent\/repository cannot be fetched .*check the address/,
    );
    const unreachable = copyOf('http://user:hunter2@127.0.0.1:9/x.git');
    await expect(unreachable).rejects.toThrow(
      /^--repo http:\/\/127.0.0.1:9\/x.git cannot be fetched/,
    );
    await expect(unreachable).rejects.not.toThrow(/hunter2/);
    const repository = newRepository({ 'a.txt': 'a\n' });
    await expect(copyOf(`file://${repository}`, 'no-such')).rejects.toThrow(
      /^--base no-such is not a commit/,
    );
    await expect(copyOf(`file://${repository}`, '--upload-pack=x')).rejects.toThrow(/^--base/);
  });
});

describe('what no copy can be made of is told in one sentence', () => {
  it.each<[string, () => { source: string; base?: string }, RegExp]>([
    [
      'a missing folder',
      () => ({ source: '/nonexistent/x' }),
      /^--repo \/nonexistent\/x does not exist/,
    ],
    ['a file', () => ({ source: '/etc/hostname' }), /^--repo \/etc\/hostname is a file/],
    [
      'a folder outside of any repository',
      () => ({ source: temporaryFolder() }),
      /is not inside a git repository.*git init/,
    ],
    [
      'a repository without a commit',
      () => {
        const source = temporaryFolder();
        git(source, 'init', '-q');
        writeFiles(source, { 'a.txt': 'a' });
        return { source };
      },
      /has no commit yet; commit something first/,
    ],
    [
      'a base that does not exist',
      () => ({ source: newRepository({ a: '' }), base: 'no-such' }),
      /^--base no-such is not a commit/,
    ],
    [
      'a base that is an option',
      () => ({ source: newRepository({ a: '' }), base: '--all' }),
      /^--base --all is not a commit/,
    ],
    [
      'a base that is a file',
      () => ({ source: newRepository({ a: '' }), base: 'HEAD:a' }),
      /^--base HEAD:a is not a commit/,
    ],
    [
      'an empty base',
      () => ({ source: newRepository({ a: '' }), base: '' }),
      /^--base {2}is not a commit/,
    ],
    [
      'a base in an empty repository',
      () => {
        const source = temporaryFolder();
        git(source, 'init', '-q');
        return { source, base: 'main' };
      },
      /^--base main is not a commit/,
    ],
    [
      'a broken repository',
      () => {
        const source = newRepository({ a: '' });
        writeFiles(source, { '.git/config': '[core\n' });
        return { source };
      },
      /cannot be read as a git repository: .*config/,
    ],
  ])('%s', async (_, prepare, sentence) => {
    const { source, base } = prepare();
    const making = copyOf(source, base);
    await expect(making).rejects.toBeInstanceOf(UsageError);
    await expect(making).rejects.toThrow(sentence);
    const { message } = (await making.catch((error: unknown) => error)) as Error;
    expect(message).not.toContain('\n');
  });
});
