import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { patchFiles } from '../../tools/support/patch-files.ts';
import { fileWarnings, isTestPath } from '../../tools/support/patch-warnings.ts';

test('patchFiles reads what git writes, odd names included', () => {
  const root = mkdtempSync(join(tmpdir(), 'patchwright-patch-'));
  try {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
        cwd: root,
        encoding: 'utf8',
      });
    git('init', '--quiet');
    mkdirSync(join(root, 'a b'));
    writeFileSync(join(root, 'a b/über\t"x".txt'), 'one\n');
    writeFileSync(join(root, 'gone.txt'), '-- a\n++ b\n');
    writeFileSync(join(root, 'old.txt'), 'same\n'.repeat(20));
    writeFileSync(join(root, 'bin'), Buffer.from([0, 1]));
    writeFileSync(join(root, 'mode.sh'), 'x\n');
    git('add', '--all');
    git('commit', '--quiet', '--message=start');
    writeFileSync(join(root, 'a b/über\t"x".txt'), 'two\n');
    git('rm', '--quiet', 'gone.txt');
    git('mv', 'old.txt', 'new name.txt');
    git('update-index', '--chmod=+x', 'mode.sh');
    writeFileSync(join(root, 'bin'), Buffer.from([0, 2]));
    writeFileSync(join(root, 'empty'), '');
    git('add', 'a b', 'bin', 'empty');
    const files = patchFiles(git('diff', '--cached', '--binary', '--find-renames'));
    expect(files.map(({ text: _, ...file }) => file)).toEqual([
      { path: 'a b/über\t"x".txt', status: 'modified', binary: false, added: 1, removed: 1 },
      { path: 'bin', status: 'modified', binary: true, added: 0, removed: 0 },
      { path: 'empty', status: 'added', binary: false, added: 0, removed: 0 },
      { path: 'gone.txt', status: 'deleted', binary: false, added: 0, removed: 2 },
      { path: 'mode.sh', status: 'modified', binary: false, added: 0, removed: 0 },
      { path: 'new name.txt', status: 'renamed', binary: false, added: 0, removed: 0 },
    ]);
    expect(patchFiles('')).toEqual([]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

const added = (path: string) => ({
  path,
  status: 'added' as const,
  binary: false,
  added: 1,
  removed: 0,
  text: '',
});

test.each([
  ['reproduce.py', true],
  ['test_issue.py', true],
  ['repro_bug.mjs', true],
  ['debug.js', true],
  ['fix.patch', true],
  ['src/reproduce_it.py', true],
  ['src/a.py.orig', true],
  ['src/__pycache__/a.cpython-311.pyc', true],
  ['tests/test_issue.py', false],
  ['src/debug.py', false],
  ['src/check/parser.py', false],
  ['setup.py', false],
  ['src/index.ts', false],
])('a new file %s is a trial: %s', (path, stray) => {
  const warnings = fileWarnings([added(path)], new Map());
  expect(warnings.some((warning) => warning.stray)).toBe(stray);
});

test.each([
  ['tests/a.py', true],
  ['pkg/test_a.py', true],
  ['a_test.go', true],
  ['src/a.spec.ts', true],
  ['src/FooTest.java', true],
  ['spec/a_spec.rb', true],
  ['src/testing.py', false],
  ['src/attest.js', false],
  ['contest/a.py', false],
])('%s is a test: %s', (path, expected) => {
  expect(isTestPath(path)).toBe(expected);
});
