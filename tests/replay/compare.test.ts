import { describe, expect, it } from 'vitest';
import { compareObservations } from '../../src/replay/compare.ts';
import { listedNames, normaliseOutput } from '../../src/replay/normalise.ts';
import type { Pair } from '../../src/replay/pair.ts';
import { replacePath, replacePathIn } from '../../src/replay/roots.ts';
import type { Observation } from '../../src/trajectory/event.ts';

const roots = { root: '/home/me/repo', scratch: '/run/x' };

describe('normaliseOutput', () => {
  it.each([
    ['at 2026-11-23T14:14:34.556Z', 'at 2024-01-02 03:04:05'],
    ['Mon Nov 23 14:14:34 UTC 2026', 'Tue Feb  3 04:05:06 2025'],
    ['5 passed in 0.53s', '5 passed in 12.1s'],
    ['real\t0m1.234s', 'real\t2m0.001s'],
    ['# duration_ms 12.5', '# duration_ms 9'],
    ['<obj at 0x7f1234567890>', '<obj at 0x7faaaabbbbcc>'],
    ['pid 123 done', 'pid 99999 done'],
    ['[1] 4242', '[1] 7'],
    ['listening on 127.0.0.1:43211', 'listening on 127.0.0.1:9999'],
    ['wrote /tmp/tmpab12/x', 'wrote /tmp/pytest-of-me/x'],
    ['see /tmp/patchwright-12-aB3/scratch-run/output-1-ab12.txt', 'see /run/x/output-1-0f0f.txt'],
    [
      'drwxr-xr-x 2 root root 4096 Jul 17 01:31 tests',
      'drwxr-xr-x. 9 me staff 12 Nov 23  2025 tests',
    ],
    [
      '-rw-r--r-- 1 root root 65 Jul 17 01:31 a b.txt',
      '-rw-r--r-- 2 me me 65 Jan  1 00:00 a b.txt',
    ],
    ['total 44', 'total 8'],
    ['in /home/me/repo/a.py', 'in /home/me/repo/a.py  '],
    ['\u001b[31mred\u001b[0m\r\n', 'red\n\n'],
  ])('%j is %j', (one, other) => {
    expect(normaliseOutput(one, roots)).toBe(normaliseOutput(other, roots));
  });

  it.each([
    ['344', '345'],
    ['5 passed', '4 passed'],
    ['-rw-r--r-- 1 r r 65 Jul 17 01:31 a', '-rw-r--r-- 1 r r 66 Jul 17 01:31 a'],
    ['-rw-r--r-- 1 r r 65 Jul 17 01:31 a', '-rwxr-xr-x 1 r r 65 Jul 17 01:31 a'],
    ['/home/me/repo/a', '/home/me/repository/a'],
    ['line 12', 'line 13'],
  ])('%j is not %j', (one, other) => {
    expect(normaliseOutput(one, roots)).not.toBe(normaliseOutput(other, roots));
  });

  it('takes a megabyte in reasonable steps', () => {
    const text = 'x'.repeat(200_000) + ' 12:12 '.repeat(100_000);
    expect(normaliseOutput(text, roots).length).toBeGreaterThan(500_000);
  });
});

it('reads the names of ls in columns or one a line', () => {
  expect(listedNames('b.py\t    a/ \t c d.txt')).toBe(listedNames('a/\nb.py\nc d.txt'));
});

describe('replacePath', () => {
  it('changes whole path names only', () => {
    const text = 'cd /testbed && cat /testbed/a /testbeds /x/testbed "/testbed".';
    expect(replacePath(text, '/testbed', '/w')).toBe(
      'cd /w && cat /w/a /testbeds /x/testbed "/w".',
    );
  });

  it('reaches into a call', () => {
    const input = { path: '/r/a', edits: [{ x: ['/r', 1, null] }] };
    expect(replacePathIn(input, '/r', '/w')).toEqual({
      path: '/w/a',
      edits: [{ x: ['/w', 1, null] }],
    });
  });

  it('leaves everything alone when the recording names no root', () => {
    expect(replacePath('/a/b', '', '/w')).toBe('/a/b');
  });
});

function pair(
  tool: string,
  recorded: Partial<Observation>,
  replayed: Partial<Observation>,
  more: { foreign?: boolean; input?: unknown } = {},
): Pair {
  const observation = { actionId: '1', text: '', isError: false, durationMs: 1 };
  return {
    action: { id: '1', tool, input: more.input ?? {} },
    recorded: { ...observation, ...recorded },
    replayed: { ...observation, ...replayed },
    recordedRoots: { root: '/old', scratch: '' },
    replayedRoots: { root: '/new', scratch: '/s' },
    foreign: more.foreign ?? true,
  };
}

describe('compareObservations on a run of ours', () => {
  const own = (recorded: Partial<Observation>, replayed: Partial<Observation>) =>
    compareObservations(pair('bash', recorded, replayed, { foreign: false }));

  it('wants verdict, end and text the same, noise apart', () => {
    expect(own({ text: '/old/a 0.1s' }, { text: '/new/a 3s' })).toBeNull();
    expect(own({ text: 'x' }, { text: 'y' })).toMatchObject({ what: 'other text', recorded: 'x' });
    expect(own({ isError: true }, {})).toMatchObject({ what: 'was an error, now no error' });
    expect(own({ endsRun: true }, {})).toMatchObject({ what: 'ended the run, now does not' });
  });
});

describe("compareObservations on another agent's run", () => {
  it('compares output and exit class of commands, not our remarks', () => {
    const ran = (output: string, exitCode: number) => ({
      text: `<output>${output}`,
      data: { exitCode, output },
    });
    const run = (text: string, exitCode: number) => ({
      text,
      isError: exitCode !== 0,
      data: { exitCode, timedOut: false },
    });
    expect(
      compareObservations(pair('bash', ran('', 0), run('[no output, exit code 0]', 0))),
    ).toBeNull();
    expect(compareObservations(pair('bash', ran('x\n', 1), run('x\n[exit code 2]', 2)))).toBeNull();
    expect(
      compareObservations(pair('bash', ran('x', 0), run('x\n[exit code 2]', 2))),
    ).toMatchObject({
      what: 'exit code 0, now 2',
    });
    expect(compareObservations(pair('bash', ran('x', 0), run('y', 0)))).toMatchObject({
      what: 'other output',
    });
    expect(compareObservations(pair('bash', { text: '344' }, run('344', 0)))).toBeNull();
  });

  it('asks of an installer only whether it failed', () => {
    const install = (recorded: Partial<Observation>, exitCode: number) =>
      compareObservations(
        pair(
          'bash',
          recorded,
          { text: 'other words', isError: exitCode !== 0, data: { exitCode } },
          { input: { command: 'pip install -e .[dev]' } },
        ),
      );
    const done = { text: 'Successfully installed a-1.0' };
    const failed = { text: 'Collecting a\n  error: subprocess-exited-with-error' };
    expect(install(done, 0)).toBeNull();
    expect(install(failed, 1)).toBeNull();
    expect(install(done, 1)).toMatchObject({ what: 'installed, now does not' });
    expect(install(failed, 0)).toMatchObject({ what: 'failed to install, now installs' });
    expect(install({ text: 'x', data: { exitCode: 0, output: 'x' } }, 0)).toBeNull();
  });

  it('knows a time-out, and the marks under a line of a traceback', () => {
    const late = { isError: true, data: { exitCode: null, timedOut: true, output: '' } };
    expect(compareObservations(pair('bash', late, late))).toBeNull();
    expect(
      compareObservations(pair('bash', late, { text: 'x', data: { exitCode: 0 } })),
    ).toMatchObject({
      what: 'timed out, now ends',
    });
    const trace = { text: 'return a/b\n           ~^~\nZeroDivisionError' };
    const plain = {
      text: 'return a/b\nZeroDivisionError\n[exit code 1]',
      isError: true,
      data: { exitCode: 1 },
    };
    expect(compareObservations(pair('bash', trace, plain))).toBeNull();
  });

  it('takes the verdict of an edit and the lines both show', () => {
    const shown = (line: string) => ({
      text: `File updated.\n[File: a (3 lines total)]\n2:${line}\n3:z`,
    });
    const ours = { text: '[a was changed]\n1\tw\n2\tx\n3\tz' };
    expect(compareObservations(pair('edit', shown('x'), ours))).toBeNull();
    expect(compareObservations(pair('edit', shown('y'), ours))).toMatchObject({
      what: 'other lines',
    });
    const refused = { text: 'introduced new syntax error(s)', isError: true };
    expect(
      compareObservations(pair('edit', refused, { text: 'other words', isError: true })),
    ).toBeNull();
    expect(compareObservations(pair('edit', refused, ours))).toMatchObject({
      what: 'was an error, now no error',
    });
  });

  it('wants found files found again', () => {
    const found = { text: 'Found 1 matches for "a" in /old:\n/old/src/a.py' };
    expect(
      compareObservations(pair('find_file', found, { text: 'src/a.py', data: { count: 1 } })),
    ).toBeNull();
    expect(
      compareObservations(pair('find_file', found, { text: 'src/b.py', data: { count: 1 } })),
    ).toMatchObject({ what: 'src/a.py is not found' });
    expect(
      compareObservations(pair('search', found, { text: '', data: { matches: 0 } })),
    ).toMatchObject({
      what: 'was found, now is not',
    });
    const none = { text: 'No matches found for "a" in /old' };
    expect(
      compareObservations(pair('search', none, { text: '', data: { matches: 0 } })),
    ).toBeNull();
  });
});
