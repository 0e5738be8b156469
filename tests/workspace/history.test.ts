import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commit, git, newRepository, temporaryFolder, writeFiles } from './support.ts';
import { copyOf } from './trees.ts';

const FUTURE = 'the fix from the future';

/** Everything a git directory can be asked for, as text. */
function everythingIn(folder: string): string {
  const objects = git(
    folder,
    'cat-file',
    '--batch-all-objects',
    '--batch-check=%(objectname) %(objecttype)',
  );
  const contents = objects
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', type = ''] = line.split(' ');
      return git(folder, 'cat-file', type === 'tree' ? '-p' : type, id);
    });
  const files = execFileSync('grep', ['-r', '-a', '', join(folder, '.git')], {
    encoding: 'latin1',
  });
  const refs = git(folder, 'for-each-ref');
  const logs = git(folder, 'log', '--all', '--reflog', '--format=%H %s');
  return [objects, ...contents, files, refs, logs].join('\n');
}

/** A repository whose base is followed by the fix, in one of the places where such a thing can lie. */
function repositoryWithFuture(hide: (repository: string, fix: string, base: string) => void): {
  repository: string;
  base: string;
  fix: string;
} {
  const repository = newRepository({ 'a.txt': 'first\n' });
  writeFiles(repository, { 'a.txt': 'base\n' });
  const base = commit(repository, 'base');
  writeFiles(repository, { 'a.txt': `${FUTURE}\n`, 'future.txt': FUTURE });
  const fix = commit(repository, FUTURE);
  hide(repository, fix, base);
  return { repository, base, fix };
}

const backToBase = (repository: string, base: string) =>
  git(repository, 'reset', '-q', '--hard', base);

const HIDING: Readonly<Record<string, (repository: string, fix: string, base: string) => void>> = {
  'on the branch itself': () => undefined,
  'on another branch': (repository, fix, base) => {
    git(repository, 'branch', 'fixed', fix);
    backToBase(repository, base);
  },
  'under a tag': (repository, fix, base) => {
    git(repository, 'tag', 'v2', fix);
    git(repository, 'tag', '-a', 'v3', '-m', FUTURE, fix);
    backToBase(repository, base);
  },
  'in the reflog only': (repository, _, base) => backToBase(repository, base),
  'in the stash': (repository, _, base) => {
    backToBase(repository, base);
    writeFiles(repository, { 'a.txt': FUTURE });
    git(repository, 'stash');
  },
  'under a remote branch': (repository, fix, base) => {
    git(repository, 'update-ref', 'refs/remotes/origin/main', fix);
    git(repository, 'remote', 'add', 'origin', 'https://example.org/the-remote.git');
    backToBase(repository, base);
  },
  'in notes and other refs': (repository, fix, base) => {
    git(repository, 'update-ref', 'refs/pull/1/head', fix);
    git(repository, 'notes', 'add', '-m', FUTURE, base);
    backToBase(repository, base);
  },
  'as a dangling object': (repository, _, base) => {
    backToBase(repository, base);
    git(repository, 'reflog', 'expire', '--expire=all', '--all');
  },
  'in the same pack as the base': (repository, fix, base) => {
    git(repository, 'branch', 'fixed', fix);
    backToBase(repository, base);
    git(repository, 'gc', '-q');
  },
  'as a replacement of the base': (repository, fix, base) => {
    backToBase(repository, base);
    git(repository, 'replace', base, fix);
  },
  'in FETCH_HEAD and ORIG_HEAD': (repository, fix, base) => {
    backToBase(repository, base);
    git(repository, 'update-ref', 'ORIG_HEAD', fix);
    writeFiles(repository, { '.git/FETCH_HEAD': `${fix}\t\tbranch 'main' of x\n` });
  },
  'in a linked worktree': (repository, fix, base) => {
    backToBase(repository, base);
    git(repository, 'worktree', 'add', '-q', join(temporaryFolder(), 'tree'), fix);
  },
  'in the message of an unfinished merge': (repository, fix, base) => {
    backToBase(repository, base);
    writeFiles(repository, { '.git/MERGE_HEAD': `${fix}\n`, '.git/MERGE_MSG': FUTURE });
  },
};

describe('a later commit is not in the copy', () => {
  it.each(Object.entries(HIDING))('%s', async (_, hide) => {
    const { repository, base, fix } = repositoryWithFuture(hide);
    const copy = await copyOf(repository, base);
    const text = everythingIn(copy.hostRoot);
    expect(copy.baseCommit).toBe(base);
    expect(git(copy.hostRoot, 'log', '--format=%s')).toBe('base\nfirst\n');
    expect(text).toContain('base');
    expect(text).not.toContain(FUTURE);
    expect(text).not.toContain(fix);
    expect(text).not.toContain(repository);
    expect(text).not.toContain('example.org/the-remote');
    expect(existsSync(join(copy.hostRoot, 'future.txt'))).toBe(false);
    expect(existsSync(join(copy.hostRoot, '.git/objects/info/alternates'))).toBe(false);
    expect(readdirSync(join(copy.hostRoot, '.git')).sort()).toEqual(
      expect.not.arrayContaining(['logs', 'FETCH_HEAD', 'ORIG_HEAD', 'packed-refs', 'worktrees']),
    );
  });

  it.each(Object.entries(HIDING).slice(1))(
    'nor without --base, when HEAD is the base: %s',
    async (_, hide) => {
      const { repository, base, fix } = repositoryWithFuture(hide);
      git(repository, 'checkout', '-q', '-f', '--detach', base);
      const copy = await copyOf(repository);
      const text = everythingIn(copy.hostRoot);
      expect(copy.baseCommit).toBe(base);
      expect(text).not.toContain(FUTURE);
      expect(text).not.toContain(fix);
    },
  );

  it('nor by dependencies and built files of a later commit, when a base is named', async () => {
    const { repository, base } = repositoryWithFuture((folder) => {
      writeFiles(folder, { '.gitignore': 'dist/\nnode_modules/\n', 'later/x.txt': 'x' });
      commit(folder, 'ignore');
      writeFiles(folder, {
        'dist/built.js': FUTURE,
        'node_modules/dep/index.js': 'dep',
        'later/node_modules/dep/index.js': 'dep',
        'untracked.txt': FUTURE,
      });
    });
    const copy = await copyOf(repository, base);
    expect(readdirSync(copy.hostRoot).sort()).toEqual(['.git', 'a.txt', 'node_modules']);
    expect(await copy.patch()).toBe('');
  });
});

describe('the git directory of the copy', () => {
  it('is a whole one: status, log, diff, stash and commit work, on the branch of the same name', async () => {
    const repository = newRepository({ 'a.txt': 'a\n', 'b/c.txt': 'c\n' });
    git(repository, 'checkout', '-q', '-b', 'topic/x');
    const copy = await copyOf(repository);
    const { hostRoot } = copy;
    expect(git(hostRoot, 'status', '--porcelain', '--branch')).toBe('## topic/x\n');
    expect(git(hostRoot, 'fsck', '--full', '--strict')).toBe('');
    writeFiles(hostRoot, { 'a.txt': 'b\n' });
    expect(git(hostRoot, 'diff', '--stat')).toContain('a.txt');
    execFileSync('git', ['stash'], {
      cwd: hostRoot,
      env: { PATH: process.env.PATH, HOME: '/nonexistent' },
      stdio: 'pipe',
    });
    expect(git(hostRoot, 'status', '--porcelain')).toBe('');
  });

  it('has a detached HEAD when the original has one or a base is named', async () => {
    const repository = newRepository({ 'a.txt': 'a\n' });
    const first = git(repository, 'rev-parse', 'HEAD').trim();
    commit(repository, 'second');
    const named = await copyOf(repository, 'HEAD~1');
    expect(named.baseCommit).toBe(first);
    expect(git(named.hostRoot, 'status', '--branch', '--porcelain')).toBe('## HEAD (no branch)\n');
  });

  it('shows uncommitted changes as such', async () => {
    const repository = newRepository({ 'a.txt': 'a\n', gone: '' });
    writeFiles(repository, { 'a.txt': 'b\n', 'new.txt': 'n\n' });
    rmSync(join(repository, 'gone'));
    const copy = await copyOf(repository);
    expect(git(copy.hostRoot, 'status', '--porcelain')).toBe(' M a.txt\n D gone\n?? new.txt\n');
  });

  it('ends where a shallow original ends', async () => {
    const original = newRepository({ 'a.txt': '1\n' });
    for (const text of ['2', '3', '4']) {
      writeFiles(original, { 'a.txt': `${text}\n` });
      commit(original, text);
    }
    const shallow = join(temporaryFolder(), 'shallow');
    git(temporaryFolder(), 'clone', '-q', '--depth=2', `file://${original}`, shallow);
    const copy = await copyOf(shallow);
    expect(git(copy.hostRoot, 'log', '--format=%s')).toBe('4\n3\n');
    expect(git(copy.hostRoot, 'fsck')).toBe('');
    const older = await copyOf(shallow, 'HEAD~1');
    expect(git(older.hostRoot, 'log', '--format=%s')).toBe('3\n');
  });

  it('has the base only when the original is a partial clone, which is told', async () => {
    const original = newRepository({ 'a.txt': '1\n' });
    git(original, 'config', 'uploadpack.allowFilter', 'true');
    writeFiles(original, { 'a.txt': '2\n' });
    commit(original, 'second');
    const partial = join(temporaryFolder(), 'partial');
    git(temporaryFolder(), 'clone', '-q', '--filter=blob:none', `file://${original}`, partial);
    rmSync(original, { recursive: true });
    const copy = await copyOf(partial);
    expect(git(copy.hostRoot, 'log', '--format=%s')).toBe('second\n');
    expect(copy.notes.join()).toMatch(/lacks part of its history/);
    await expect(copyOf(partial, 'HEAD~1')).rejects.toThrow(/--repo lacks objects.*git fetch/);
  });

  it('has the latest part only when the history is very large, which is told', async () => {
    const repository = join(temporaryFolder(), 'large');
    git(temporaryFolder(), 'init', '-q', '-b', 'main', repository);
    const commits = Array.from({ length: 1010 }, (_, number) =>
      [
        'commit refs/heads/main',
        `committer A <a@example.org> ${1_600_000_000 + number} +0000`,
        `data <<END\n${number}\nEND`,
        `M 644 inline a.txt\ndata <<END\n${number}\nEND\n`,
      ].join('\n'),
    );
    execFileSync('git', ['fast-import', '--quiet'], { cwd: repository, input: commits.join('\n') });
    git(repository, 'reset', '-q', '--hard');
    // Counts as 200,000 packed objects and is otherwise ignored.
    const index = join(repository, '.git/objects/pack', `pack-${'0'.repeat(40)}.idx`);
    mkdirSync(join(index, '..'), { recursive: true });
    writeFileSync(index, '');
    truncateSync(index, 6_000_000);
    const copy = await copyOf(repository);
    const subjects = git(copy.hostRoot, 'log', '--format=%s').trim().split('\n');
    expect(subjects).toHaveLength(1000);
    expect(subjects.at(0)).toBe('1009');
    expect(git(copy.hostRoot, 'fsck')).toBe('');
    expect(git(copy.hostRoot, 'status', '--porcelain')).toBe('');
    expect(copy.notes.join()).toMatch(/history is large.*last 1000 commits/);
  });

  it('uses SHA-256 when the original does', async () => {
    const repository = join(temporaryFolder(), 'sha256');
    git(temporaryFolder(), 'init', '-q', '--object-format=sha256', repository);
    writeFiles(repository, { 'a.txt': 'a\n' });
    const base = commit(repository, 'first');
    const copy = await copyOf(repository);
    expect(copy.baseCommit).toBe(base);
    expect(copy.baseTree).toHaveLength(64);
    expect(git(copy.hostRoot, 'status', '--porcelain')).toBe('');
  });

  it('reads objects that the original borrows from another repository', async () => {
    const original = newRepository({ 'a.txt': 'a\n' });
    const borrower = join(temporaryFolder(), 'borrower "x"');
    git(temporaryFolder(), 'clone', '-q', '--shared', original, borrower);
    const copy = await copyOf(borrower);
    expect(git(copy.hostRoot, 'fsck')).toBe('');
    expect(existsSync(join(copy.hostRoot, '.git/objects/info/alternates'))).toBe(false);
  });
});
