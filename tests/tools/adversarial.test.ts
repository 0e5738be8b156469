import { existsSync, lstatSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bench, openBench } from './harness.ts';

const MINIFIED = `var a=1;${'function f(x){return x+1;}'.repeat(80_000)}`;
const LINES = Array.from({ length: 300_000 }, (_, at) => `line ${at}`).join('\n');
const FILES = {
  'a.py': 'one = 1\ntwo = 2\n',
  'min.js': MINIFIED,
  'lines.txt': LINES,
  'lines.py': LINES.replaceAll('line ', 'x = '),
  'mixed.py': 'a = 1\r\nb = 2\nc = 3\r\nd = 4\r\n',
  'cr.txt': 'a\rb\rc\r',
  'file.txt': 'x\n',
};
const MOST = 25_000;

/** Calls that a model makes by mistake, and files that nobody meant to be viewed. */
describe('whatever is asked', () => {
  let bench: Bench;
  beforeAll(() => {
    bench = openBench({ files: FILES, commandTimeoutMs: 20_000 });
    symlinkSync('nowhere.py', join(bench.root, 'dangling.py'));
    symlinkSync('loop', join(bench.root, 'loop'));
  });
  afterAll(() => bench.close());

  test.each([
    ['view', { path: 'min.js' }, '[min.js: 1 line]'],
    ['view', { path: 'lines.txt' }, '[lines.txt: 300000 lines]'],
    ['view', { path: 'lines.py' }, '[lines.py: 300000 lines]'],
    ['view', { path: 'mixed.py' }, '[mixed.py: 4 lines, mixed line endings, mostly CRLF]'],
    ['view', { path: 'cr.txt' }, '[cr.txt: 3 lines, CR line endings]'],
    ['search', { pattern: 'line', path: 'lines.txt' }, '[300000 matching lines in 1 file]'],
    [
      'search',
      { pattern: 'q'.repeat(9_999) },
      `No match for "${'q'.repeat(200)}"… (9999 characters)`,
    ],
    ['search', { pattern: '-rf' }, 'No match for "-rf"'],
    ['search', { pattern: '--files', kind: 'regex' }, 'No match for "--files"'],
    ['search', { pattern: 'one = 1\ntwo' }, '[2 matching lines in 1 file]'],
    ['find_file', { name: `${'q'.repeat(4_000)}*` }, '… (4001 characters)'],
    ['bash', { command: 'yes | head -c 3000000' }, 'Output cut in the middle: the whole is in'],
    ['bash', { command: `echo ${'a'.repeat(200_000)} | wc -c` }, '200001'],
    ['bash', { command: 'mkdir d && cd d && rmdir ../d' }, 'the folder it ended in is gone.'],
  ])('%s is answered, row %#', async (tool, input, part) => {
    const answer = await bench.call(tool, input);
    expect(answer.text).toContain(part);
    expect(answer.isError).toBe(false);
    expect(answer.text.length).toBeLessThanOrEqual(MOST);
  });

  test.each([
    ['view', { path: 'loop' }, 'goes round in a circle. Name a file itself.'],
    ['view', { path: '/dev/null' }, 'is outside the repository. Give a path relative to its root'],
    ['search', { pattern: '' }, 'Call it again with the input corrected.'],
    ['search', { pattern: 'a\0b' }, 'it holds a NUL character; leave it out'],
    ['search', { pattern: 'q'.repeat(200_000) }, 'expected string to have <=10000 characters'],
    ['search', { pattern: '(', kind: 'regex' }, 'Correct it, or search for the text as it is'],
    ['search', { pattern: 'q', glob: '[' }, 'Correct the glob'],
    ['search', { pattern: 'a b', kind: 'symbol' }, 'With kind "symbol", give one name'],
    ['find_file', { name: `${'q'.repeat(70_000)}*` }, 'expected string to have <=4096 characters'],
    ['find_file', { name: '\0' }, 'it holds a NUL character; leave it out'],
    ['bash', { command: 'echo a\0b' }, 'it holds a NUL character; write it as printf "\\0"'],
    ['create', { path: 'a.py/b.py', content: '' }, 'Choose a path through folders.'],
    [
      'edit',
      { path: 'min.js', old_text: 'function f(x){return x+1;}', new_text: 'y' },
      'old_text is there 80000 times (line 1), so',
    ],
  ])('%s is refused with what to do next, row %#', async (tool, input, part) => {
    const answer = await bench.call(tool, input);
    expect(answer.text).toContain(part);
    expect(answer.isError).toBe(true);
    expect(answer.text.length).toBeLessThan(2_000);
  });

  test('nothing is made through a link to a file that does not exist', async () => {
    const answer = await bench.call('create', { path: 'dangling.py', content: 'x = 1\n' });
    expect(answer.text).toContain('dangling.py is a link to a file that does not exist. Make that');
    expect(answer.isError).toBe(true);
    expect(existsSync(join(bench.root, 'nowhere.py'))).toBe(false);
    expect(lstatSync(join(bench.root, 'dangling.py')).isSymbolicLink()).toBe(true);
  });

  test('several edits of which one misses change nothing', async () => {
    const edits = [
      { old_text: 'one = 1', new_text: 'one = 11' },
      { old_text: 'twoo = 2', new_text: 'two = 22' },
    ];
    const answer = await bench.call('edit', { path: 'a.py', edits });
    expect(answer.text).toContain('old_text of edit 2 is not in a.py; nothing was changed.');
    expect(bench.read('a.py').toString()).toBe(FILES['a.py']);
  });

  test('commands left in the background end with their call', async () => {
    const seconds = 30_000 + Math.floor(Math.random() * 9_999);
    const start = `sleep ${seconds} & (setsid sleep ${seconds} &); nohup sleep ${seconds} & echo on`;
    expect((await bench.call('bash', { command: start })).text).toContain('on');
    const left = await bench.call('bash', { command: `pgrep -fx 'sleep ${seconds}' || echo none` });
    expect(left.text).toBe('none');
  });
});
