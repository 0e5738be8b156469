import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { mayChangeFolder, plainCommand } from '../../tools/support/command-line.ts';
import { openBench } from './harness.ts';

describe('plainCommand', () => {
  it.each([
    ['ls -la', ['ls', '-la']],
    ["sed -i 's/= 1/= 2/' a.txt", ['sed', '-i', 's/= 1/= 2/', 'a.txt']],
    ['git log --format="%h %s" -n 3', ['git', 'log', '--format=%h %s', '-n', '3']],
    [" grep -rn  'a b'c src/ \n", ['grep', '-rn', 'a bc', 'src/']],
    ['python3 -m pytest a.py::test_b', ['python3', '-m', 'pytest', 'a.py::test_b']],
    ["cat ''", ['cat', '']],
  ])('reads %j', (line, words) => {
    expect(plainCommand(line)).toEqual(words);
  });

  it.each([
    [
      'a shell would do something',
      ['a; b', 'a | b', 'a > b', 'a $b', 'a `b`', 'a *', 'a ~', 'a {b,c}', 'a & b', 'a\nb'],
    ],
    ['it is left open', ["a 'b", 'a "b', 'a \\b', 'a "$b"', '']],
    ['the shell has it itself', ['cd src', 'echo a', 'test -f a', 'exit', 'time ls', 'if a']],
    ['its first word is no plain name', ['A=1 b', './run.sh', '/bin/ls', "'ls' -l", '#a b']],
  ])('leaves to a shell what it cannot know, where %s', (_, lines) => {
    expect(lines.filter((line) => plainCommand(line) !== null)).toEqual([]);
  });

  it('finds the words that bash finds', () => {
    const unit = fc.constantFrom(...'ab-./=,:@%+^_ \t\'"\\$`!#~*?[]{}()<>|&;\n'.split(''), 'é');
    const rest = fc.string({ unit, maxLength: 12 });
    const quoted = fc.constantFrom(
      "'a b'",
      '"a b"',
      "''",
      '"a\nb"',
      "'$x'",
      'a=b',
      '^a',
      '%',
      '!a',
    );
    const tail = fc.array(fc.oneof(rest, quoted), { maxLength: 4 }).map((parts) => parts.join(' '));
    let read = 0;
    fc.assert(
      fc.property(tail, (text) => {
        const words = plainCommand(`show ${text}`);
        if (words === null) return;
        read++;
        const script = `show() { printf '%s\\0' show "$@"; }\nshow ${text}`;
        const printed = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
        expect(words).toEqual(printed.split('\0').slice(0, -1));
      }),
      { numRuns: 1500 },
    );
    expect(read).toBeGreaterThan(50);
  });
});

describe('mayChangeFolder', () => {
  it.each([
    'cd src',
    'a && cd b',
    'pushd x',
    'eval "$x"',
    '. venv/bin/activate',
    'x; . ./a',
    "c'd' a",
    'source a',
  ])('says so of %j', (script) => {
    expect(mayChangeFolder(script)).toBe(true);
  });
  it.each(['ls | wc -l', 'grep -rn "a" ./src | head', 'python3 x.py 2>&1'])(
    'not of %j',
    (script) => {
      expect(mayChangeFolder(script)).toBe(false);
    },
  );
});

describe('a command that is one program', () => {
  const bench = openBench({ files: { 'a.txt': 'a\n', 'sub/b.txt': 'b\n' } });
  afterAll(() => bench.close());
  const bash = async (command: string) => {
    const { text, isError, data } = await bench.call('bash', { command });
    return { text, isError, data };
  };

  it.each([
    'cat a.txt',
    'cat missing.txt',
    'grep -rn b .',
    'grep zzz a.txt',
    'seq 1 9000',
    'sort -r a.txt sub/b.txt',
    'printenv PWD TMPDIR HOME',
    'no_such_program_at_all x',
    'ls --no-such-option',
    "env -u A sh -c 'kill -9 $$'",
  ])('answers like a shell: %s', async (command) => {
    const plain = await bash(command);
    const shell = await bash(`:; ${command}`);
    const place = /output-\d+-\w+/g;
    // Whoever is ended by a signal is told of by its number or by its name.
    const same = (text: string) =>
      text
        .replace(place, '')
        .replace(/^bash: line 1:.*Killed.*\n/m, '')
        .replace('[ended by signal SIGKILL]', '[exit code 137]');
    expect(same(plain.text)).toBe(same(shell.text));
    expect(plain.isError).toBe(shell.isError);
  });

  it('runs in the folder of the session, and says when it is gone', async () => {
    await bash('cd sub');
    expect((await bash('cat b.txt')).text).toBe('b');
    expect((await bash('printenv PWD')).text).toBe(join(bench.seenRoot, 'sub'));
    mkdirSync(join(bench.root, 'sub/deep'));
    await bash('cd deep');
    expect((await bash(`rm -r ${bench.seenRoot}/sub`)).text).toBe(
      '[no output, exit code 0]\n[The next command starts in . : the folder sub/deep is gone.]',
    );
    writeFileSync(join(bench.root, 'c.txt'), 'c\n');
    expect((await bash('cat c.txt')).text).toBe('c');
  });
});
