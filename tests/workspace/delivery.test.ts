import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { applyPatch, checkBranchName, commitPatch } from '../../src/workspace/repository.ts';
import { commit, git, newRepository, temporaryFolder, writeFiles } from './support.ts';
import { copyOf, readTree } from './trees.ts';

/** A patch made by the agent in a copy. */
async function patchOf(repository: string, edit: (folder: string) => void): Promise<string> {
  const copy = await copyOf(repository);
  edit(copy.hostRoot);
  return copy.patch();
}

const lines = Array.from({ length: 30 }, (_, number) => `line ${number}\n`).join('');

describe('applying a patch to the working tree', () => {
  it('changes the files byte by byte and leaves the index alone', async () => {
    const repository = newRepository({
      'crlf.txt': 'a\r\nb\r\n',
      'latin1.txt': Buffer.from('caf\xe9\n', 'latin1'),
      'gone.txt': 'g\n',
      'run.sh': '#!/bin/sh\n',
      '.gitattributes': '*.txt text eol=lf filter=missing\n',
    });
    writeFiles(repository, { 'crlf.txt': 'a\r\nb\r\n' });
    const patch = await patchOf(repository, (folder) => {
      rmSync(join(folder, 'gone.txt'));
      rmSync(join(folder, 'run.sh'));
      writeFiles(folder, {
        'crlf.txt': 'a\r\nB\r\n  \r\n',
        'latin1.txt': Buffer.from('CAF\xc9', 'latin1'),
        'run.sh': { script: '#!/bin/sh\n' },
        'new dir/ü.bin': Buffer.from([0, 1, 255]),
      });
    });
    const index = readFileSync(join(repository, '.git/index'));
    await applyPatch(join(repository), patch);
    expect(readTree(repository)).toEqual({
      '.gitattributes': 'file *.txt text eol=lf filter=missing\n',
      'crlf.txt': 'file a\r\nB\r\n  \r\n',
      'latin1.txt': 'file CAF\xc9',
      'run.sh': 'program #!/bin/sh\n',
      'new dir/ü.bin': 'file \0\u0001\xff',
    });
    expect(readFileSync(join(repository, '.git/index')).equals(index)).toBe(true);
  });

  it('keeps what the user changed elsewhere meanwhile, also in the same file', async () => {
    const repository = newRepository({ 'a.txt': lines, 'b.txt': 'b\n' });
    const patch = await patchOf(repository, (folder) =>
      writeFiles(folder, { 'a.txt': lines.replace('line 3\n', 'fix\n') }),
    );
    writeFiles(repository, { 'a.txt': lines.replace('line 25\n', 'mine\n'), 'b.txt': 'mine\n' });
    await applyPatch(repository, patch);
    expect(readFileSync(join(repository, 'a.txt'), 'utf8')).toBe(
      lines.replace('line 25\n', 'mine\n').replace('line 3\n', 'fix\n'),
    );
    expect(readFileSync(join(repository, 'b.txt'), 'utf8')).toBe('mine\n');
  });

  it('does all or nothing when it does not fit any more, and says so', async () => {
    const repository = newRepository({ 'a.txt': lines, 'b.txt': 'b\n' });
    const patch = await patchOf(repository, (folder) =>
      writeFiles(folder, { 'a.txt': lines.replace('line 3\n', 'fix\n'), 'b.txt': 'fix\n' }),
    );
    writeFiles(repository, { 'b.txt': 'something else\n' });
    const before = readTree(repository);
    const applying = applyPatch(repository, patch);
    await expect(applying).rejects.toBeInstanceOf(UsageError);
    await expect(applying).rejects.toThrow(
      /does not fit the working tree any more \(patch failed: b.txt:1\)/,
    );
    expect(readTree(repository)).toEqual(before);
  });

  it('works on top of the uncommitted changes it was made from, and does nothing for an empty one', async () => {
    const repository = newRepository({ 'a.txt': lines });
    writeFiles(repository, { 'a.txt': lines.replace('line 2\n', 'mine\n') });
    const patch = await patchOf(repository, (folder) =>
      writeFiles(folder, {
        'a.txt': lines.replace('line 2\n', 'mine\n').replace('line 3\n', 'fix\n'),
      }),
    );
    await applyPatch(repository, '');
    await applyPatch(repository, patch);
    expect(readFileSync(join(repository, 'a.txt'), 'utf8')).toContain('mine\nfix\n');
  });

  it('writes nothing outside of the repository', async () => {
    const repository = newRepository({ 'a.txt': 'a\n' });
    const evil = (path: string) =>
      `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+evil\n`;
    await expect(applyPatch(repository, evil('../evil.txt'))).rejects.toThrow(/does not fit/);
    await expect(applyPatch(repository, evil('.git/hooks/post-checkout'))).rejects.toThrow(
      /does not fit/,
    );
    expect(existsSync(join(repository, '../evil.txt'))).toBe(false);
    expect(existsSync(join(repository, '.git/hooks/post-checkout'))).toBe(false);
  });
});

describe('a branch with the patch', () => {
  it('has one commit on the base; working tree, index, HEAD and hooks are left alone', async () => {
    const repository = newRepository({ 'a.txt': lines, 'run.sh': '#!/bin/sh\n' });
    const base = git(repository, 'rev-parse', 'HEAD').trim();
    const patch = await patchOf(repository, (folder) => {
      rmSync(join(folder, 'run.sh'));
      writeFiles(folder, {
        'a.txt': lines.replace('line 3\n', 'fix\n'),
        'run.sh': { script: '#!/bin/sh\n' },
        'bin.dat': Buffer.from([0, 255]),
      });
    });
    const trap = join(temporaryFolder(), 'trapped');
    for (const hook of ['pre-commit', 'post-commit', 'reference-transaction', 'commit-msg']) {
      writeFiles(repository, { [`.git/hooks/${hook}`]: { script: `#!/bin/sh\ntouch ${trap}\n` } });
    }
    writeFiles(repository, { 'staged.txt': 's\n', 'a.txt': 'dirty\n' });
    git(repository, '-c', 'core.hooksPath=/dev/null', 'add', 'staged.txt');
    rmSync(trap, { force: true });
    const before = git(
      repository,
      '-c',
      'core.hooksPath=/dev/null',
      'status',
      '--porcelain',
      '--branch',
    );
    const id = await commitPatch(repository, {
      base,
      branch: 'fix/issue-1',
      patch,
      message: 'Fix it\n\nBecause.',
    });
    expect(git(repository, 'rev-parse', 'fix/issue-1', 'fix/issue-1^')).toBe(`${id}\n${base}\n`);
    expect(git(repository, 'log', '-1', '--format=%B', id).trim()).toBe('Fix it\n\nBecause.');
    expect(git(repository, 'show', `${id}:a.txt`)).toBe(lines.replace('line 3\n', 'fix\n'));
    expect(git(repository, 'diff-tree', '-r', '--name-status', base, id)).toBe(
      'M\ta.txt\nA\tbin.dat\nM\trun.sh\n',
    );
    expect(git(repository, 'ls-tree', id, 'run.sh')).toMatch(/^100755/);
    expect(
      git(repository, '-c', 'core.hooksPath=/dev/null', 'status', '--porcelain', '--branch'),
    ).toBe(before);
    expect(existsSync(trap)).toBe(false);
  });

  it('carries the identity of the user, or one of ours where there is none', async () => {
    const repository = newRepository({ 'a.txt': 'a\n' });
    const base = git(repository, 'rev-parse', 'HEAD').trim();
    const patch = await patchOf(repository, (folder) => writeFiles(folder, { 'a.txt': 'b\n' }));
    const author = (branch: string) =>
      git(repository, 'log', '-1', '--format=%an <%ae> %cn', branch).trim();
    git(repository, 'config', 'user.useConfigOnly', 'true');
    const home = process.env.HOME;
    process.env.HOME = temporaryFolder();
    try {
      await commitPatch(repository, { base, branch: 'nobody', patch, message: 'm' });
      git(repository, 'config', 'user.name', 'Ada');
      git(repository, 'config', 'user.email', 'ada@example.org');
      await commitPatch(repository, { base, branch: 'ada', patch, message: 'm' });
    } finally {
      process.env.HOME = home;
    }
    expect(author('nobody')).toBe('Patchwright <patchwright@localhost> Patchwright');
    expect(author('ada')).toBe('Ada <ada@example.org> Ada');
  });

  it('stores files with the line ends the repository stores them with', async () => {
    const repository = newRepository({
      '.gitattributes': '*.bat text eol=crlf\n',
      'x.bat': 'a\r\nb\r\n',
      'y.txt': 'y\n',
    });
    const base = git(repository, 'rev-parse', 'HEAD').trim();
    expect(git(repository, 'show', 'HEAD:x.bat')).toBe('a\nb\n');
    const patch = await patchOf(repository, (folder) =>
      writeFiles(folder, { 'x.bat': 'a\r\nB\r\n', 'new.bat': 'n\r\n' }),
    );
    expect(patch).toContain('+B\r\n');
    const id = await commitPatch(repository, { base, branch: 'fix', patch, message: 'm' });
    expect(git(repository, 'show', `${id}:x.bat`)).toBe('a\nB\n');
    expect(git(repository, 'show', `${id}:new.bat`)).toBe('n\n');
    expect(git(repository, 'diff-tree', '-r', '--name-only', base, id)).toBe('new.bat\nx.bat\n');
  });

  it('is refused when the patch only fits uncommitted changes', async () => {
    const repository = newRepository({ 'a.txt': 'a\nb\nc\n' });
    const base = git(repository, 'rev-parse', 'HEAD').trim();
    writeFiles(repository, { 'a.txt': 'mine\nb\nc\n' });
    const patch = await patchOf(repository, (folder) =>
      writeFiles(folder, { 'a.txt': 'mine\nfix\nc\n' }),
    );
    const making = commitPatch(repository, { base, branch: 'fix', patch, message: 'm' });
    await expect(making).rejects.toBeInstanceOf(UsageError);
    await expect(making).rejects.toThrow(/uncommitted changes; use --apply/);
    expect(git(repository, 'branch', '--list', 'fix')).toBe('');
  });
});

describe('a branch name', () => {
  it.each(['fix', 'fix/issue-1', 'ü', 'a.b', 'FIX_1'])('%j is accepted', async (name) => {
    await expect(checkBranchName(newRepository({ a: '' }), name)).resolves.toBeUndefined();
  });

  it.each([
    '',
    '-x',
    '--orphan',
    'a b',
    'a..b',
    'a~1',
    'x.lock',
    '/x',
    'x/',
    'HEAD',
    '@',
    '@{-1}',
    'a\nb',
    'a:b',
    '.x',
  ])('%j is refused in one sentence', async (name) => {
    const repository = newRepository({ a: '' });
    git(repository, 'checkout', '-q', '-b', 'other');
    git(repository, 'checkout', '-q', 'main');
    const checking = checkBranchName(repository, name);
    await expect(checking).rejects.toBeInstanceOf(UsageError);
    await expect(checking).rejects.toThrow(/^--branch .*is not a name git allows; use letters/s);
  });

  it('that is taken, or that another one blocks, is refused', async () => {
    const repository = newRepository({ a: '' });
    git(repository, 'branch', 'fix/one');
    git(repository, 'pack-refs', '--all');
    await expect(checkBranchName(repository, 'main')).rejects.toThrow(
      /--branch main exists already/,
    );
    await expect(checkBranchName(repository, 'fix')).rejects.toThrow(/beside the branch fix\/one/);
    await expect(checkBranchName(repository, 'fix/one/two')).rejects.toThrow(
      /beside the branch fix\/one/,
    );
    await expect(checkBranchName(join(repository, 'missing'), 'x')).rejects.toThrow(
      /--repo .* does not exist/,
    );
    const bare = join(temporaryFolder(), 'b.git');
    git(temporaryFolder(), 'clone', '-q', '--bare', repository, bare);
    await expect(checkBranchName(bare, 'x')).rejects.toThrow(/--repo .* no working tree/);
  });

  it('is checked again before the commit', async () => {
    const repository = newRepository({ a: 'a\n' });
    const base = commit(repository, 'second');
    writeFileSync(join(repository, 'x'), '');
    await expect(
      commitPatch(repository, { base, branch: 'main', patch: '', message: 'm' }),
    ).rejects.toThrow(/exists already/);
    expect(git(repository, 'rev-parse', 'main').trim()).toBe(base);
  });
});
