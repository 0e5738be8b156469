import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './harness.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench({ files: { 'a.txt': 'one\ntwo\n', 'run.sh': '#!/bin/sh\necho one\n' } });
});
afterEach(() => bench.close());

describe('create', () => {
  test('makes a file and its folders', async () => {
    const answer = await bench.call('create', { path: 'x/y/new.py', content: 'a = 1\nb = 2\n' });
    expect(answer.text).toBe('[x/y/new.py was made: 2 lines]');
    expect(bench.read('x/y/new.py').toString()).toBe('a = 1\nb = 2\n');
  });

  test.each([
    ['an existing file', 'a.txt', 'exists already and was not changed. Change it with `edit`'],
    ['a folder', '.git/hooks/pre-commit', 'Files under .git are not edited'],
    ['the root', '.', 'names a folder'],
    ['a name ending in a slash', 'x/', 'names a folder'],
    ['a path outside', '../x.txt', 'outside the repository'],
    ['a path through a file', 'a.txt/b', 'a.txt/b'],
  ])('refuses %s', async (_, path, text) => {
    const answer = await bench.call('create', { path, content: 'x' });
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain(text);
    expect(bench.read('a.txt').toString()).toBe('one\ntwo\n');
  });

  test('refuses content with a syntax error', async () => {
    const answer = await bench.call('create', { path: 'new.py', content: 'def f(:\n' });
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain('The file was not made: new.py would have');
    expect(existsSync(join(bench.root, 'new.py'))).toBe(false);
  });
});

describe('undo', () => {
  test('takes back edits and created files, the last first', async () => {
    await bench.call('edit', { path: 'a.txt', old_text: 'one', new_text: '1' });
    await bench.call('create', { path: 'b.txt', content: 'b' });
    await bench.call('edit', { path: 'b.txt', old_text: 'b', new_text: 'c' });
    expect((await bench.call('undo', {})).text).toContain('2 earlier edits remain.');
    expect(bench.read('b.txt').toString()).toBe('b');
    expect((await bench.call('undo', {})).text).toBe(
      '[b.txt was removed again. 1 earlier edit remains.]',
    );
    expect(existsSync(join(bench.root, 'b.txt'))).toBe(false);
    expect((await bench.call('undo', {})).text).toContain('No edit is left.');
    expect(bench.read('a.txt').toString()).toBe('one\ntwo\n');
    const none = await bench.call('undo', {});
    expect(none.isError).toBe(true);
    expect(none.text).toContain('There is no edit to take back');
  });

  test('goes on with a new edit after an undo', async () => {
    await bench.call('edit', { path: 'a.txt', old_text: 'one', new_text: '1' });
    await bench.call('undo', {});
    await bench.call('edit', { path: 'a.txt', old_text: 'two', new_text: '2' });
    await bench.call('undo', {});
    expect(bench.read('a.txt').toString()).toBe('one\ntwo\n');
    expect((await bench.call('undo', {})).isError).toBe(true);
  });

  test.each([
    ['changed', 'echo three >> a.txt', 'was changed by a command'],
    ['removed', 'rm a.txt', 'was removed by a command'],
  ])('does not lose what a command %s', async (_, command, text) => {
    await bench.call('edit', { path: 'a.txt', old_text: 'one', new_text: '1' });
    await bench.call('bash', { command });
    const answer = await bench.call('undo', {});
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain(text);
  });

  test('keeps the mode of a file', async () => {
    await bench.call('bash', { command: 'chmod 755 run.sh' });
    await bench.call('edit', { path: 'run.sh', old_text: 'one', new_text: 'two' });
    expect(statSync(join(bench.root, 'run.sh')).mode & 0o777).toBe(0o755);
    await bench.call('undo', {});
    expect(statSync(join(bench.root, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(bench.read('run.sh').toString()).toBe('#!/bin/sh\necho one\n');
  });
});
