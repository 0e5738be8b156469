import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestPatch } from '../../tools/support/tested-files.ts';
import { type Bench, openBench } from './harness.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench({
    git: true,
    files: {
      'src/a.py': 'x = 1\n',
      'tests/test_a.py': 'def test_a():\n    assert True\n',
      'tests/test_b.py': 'def test_b():\n    assert True\n',
      'package-lock.json': '{}\n',
      'pic.bin': Buffer.from([0, 1, 2]),
      'crlf.txt': Buffer.from('a\r\nb\r\nc', 'latin1'),
    },
  });
});
afterEach(() => bench.close());

const edit = (path: string, old_text: string, new_text: string) =>
  bench.call('edit', { path, old_text, new_text });

describe('submit', () => {
  test('shows the patch first and ends the run at the second call', async () => {
    await edit('src/a.py', 'x = 1', 'x = 2');
    const first = await bench.call('submit', {});
    expect(first.endsRun).toBeUndefined();
    expect(first.text).toContain('src/a.py (modified, +1 −1)');
    expect(first.text).toContain('-x = 1\n+x = 2');
    expect(first.text).toContain('- The tests were not run. Run them with `run_tests`.');
    expect(first.text).toContain('Call `submit` again to end the run');
    const second = await bench.call('submit', {});
    expect(second.endsRun).toBe(true);
    expect(second.text).toBe('Submitted.');
  });

  test('says that an empty patch is empty', async () => {
    const first = await bench.call('submit', {});
    expect(first.text).toContain('The patch is empty');
    expect((await bench.call('submit', {})).endsRun).toBe(true);
  });

  /** What `run_tests` notes when it has run. */
  const tested = async () => {
    bench.context.session.tested = digestPatch(await bench.context.patch());
  };
  const bash = (command: string) => bench.call('bash', { command });
  const STALE = 'The tests were not run since the last change.';

  test('finds nothing against a tested patch', async () => {
    await edit('src/a.py', 'x = 1', 'x = 2');
    await tested();
    expect((await bench.call('submit', {})).text).toContain('Nothing speaks against it.');
  });

  test.each([
    ['an edit', () => edit('src/a.py', 'x = 2', 'x = 3')],
    ['an undo', () => bench.call('undo', {})],
    [
      'an undo and a new edit',
      async () => {
        await bench.call('undo', {});
        await edit('tests/test_a.py', 'True', 'x == 3');
      },
    ],
    ['a new file', () => bench.call('create', { path: 'src/b.py', content: 'y = 1\n' })],
    ['a command', () => bash('echo y >> src/a.py')],
    [
      'a command that keeps the time of the file',
      () =>
        bash('cp -p src/a.py /tmp/$$; echo y >> src/a.py; touch -r /tmp/$$ src/a.py; rm /tmp/$$'),
    ],
    ['a command that restores a file', () => bash('git checkout -q src/a.py')],
    ['a command that removes a file', () => bash('rm tests/test_b.py')],
  ])('notices %s after the tests', async (_, change) => {
    await edit('src/a.py', 'x = 1', 'x = 2');
    await edit('tests/test_a.py', 'True', 'x == 2');
    await tested();
    await change();
    expect((await bench.call('submit', {})).text).toContain(STALE);
  });

  test.each([
    ['a command that changes nothing', () => bash('touch src/a.py; ls')],
    [
      'an edit that is taken back',
      async () => {
        await edit('src/a.py', 'x = 2', 'x = 3');
        await bench.call('undo', {});
      },
    ],
    ['a stray file that is left out', async () => undefined],
  ])('takes the tests for run since before %s', async (_, change) => {
    await edit('src/a.py', 'x = 1', 'x = 2');
    await bench.call('create', { path: 'repro.py', content: 'y = 1\n' });
    await tested();
    await change();
    expect((await bench.call('submit', { leave_out: ['repro.py'] })).text).not.toContain(STALE);
  });

  test('takes a change that is left out for a change', async () => {
    await edit('src/a.py', 'x = 1', 'x = 2');
    await edit('tests/test_a.py', 'True', 'x == 2');
    await tested();
    expect((await bench.call('submit', { leave_out: ['src/a.py'] })).text).toContain(STALE);
  });

  test('names newly failing tests', async () => {
    await edit('src/a.py', 'x = 1', 'x = 2');
    bench.context.session.newlyFailing = ['tests/test_a.py::test_a'];
    const { text } = await bench.call('submit', {});
    expect(text).toContain('Tests that passed before fail now: tests/test_a.py::test_a.');
  });

  test('names what does not belong to a patch and offers to leave it out', async () => {
    await edit('src/a.py', 'x = 1', 'x = 2');
    await edit('tests/test_a.py', 'True', 'False');
    await bench.call('create', { path: 'reproduce_issue.py', content: 'print(1)\n' });
    await bench.call('bash', {
      command:
        'rm tests/test_b.py; echo "{ }" > package-lock.json; head -c 2000000 /dev/zero > big.dat; printf "\\0\\1" > pic.bin',
    });
    const { text } = await bench.call('submit', {});
    expect(text).toContain(
      '- reproduce_issue.py looks like a script or output of your own trials.',
    );
    expect(text).toContain('- tests/test_b.py is a test that the patch deletes.');
    expect(text).toContain(
      '- tests/test_a.py is a test of the project; the patch changes or removes 1',
    );
    expect(text).toContain('- package-lock.json is a lockfile.');
    expect(text).toContain('- big.dat is a binary file.');
    expect(text).toContain('- big.dat is larger than 1 MB.');
    expect(text).toContain('- pic.bin is a binary file.');
    expect(text).toContain('leave_out ["big.dat","package-lock.json","reproduce_issue.py"]');
    expect(text.length).toBeLessThan(25_000);
    expect(text).not.toMatch(/^GIT binary patch/m);
  });

  test('leaves files out: new ones go, others are as they were, binary and CRLF too', async () => {
    await edit('src/a.py', 'x = 1', 'x = 2');
    await edit('crlf.txt', 'b', 'bb');
    await bench.call('create', { path: 'trial/one.py', content: 'print(1)\n' });
    await bench.call('create', { path: 'trial/two.py', content: 'print(2)\n' });
    await bench.call('bash', { command: 'rm tests/test_b.py; printf "\\0\\7" > pic.bin' });
    const answer = await bench.call('submit', {
      leave_out: ['trial', 'tests/test_b.py', 'pic.bin', 'crlf.txt'],
    });
    expect(answer.isError, answer.text).toBe(false);
    expect(answer.text).toContain('Left out: ');
    expect(answer.text).toContain('This is the patch that would be submitted:\nsrc/a.py (modified');
    expect(bench.read('pic.bin')).toEqual(Buffer.from([0, 1, 2]));
    expect(bench.read('crlf.txt')).toEqual(Buffer.from('a\r\nb\r\nc', 'latin1'));
    expect(bench.read('tests/test_b.py').toString()).toContain('test_b');
    const patch = await bench.context.patch();
    expect(patch.match(/^diff --git .*$/gm)).toEqual(['diff --git a/src/a.py b/src/a.py']);
  });

  test('refuses to leave out what is not in the patch, and changes nothing', async () => {
    await edit('src/a.py', 'x = 1', 'x = 2');
    const answer = await bench.call('submit', { leave_out: ['src/a.py', 'src/b.py'] });
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain('src/b.py is not in the patch, so nothing was left out.');
    expect(bench.read('src/a.py').toString()).toBe('x = 2\n');
    expect(bench.context.session.submitShown).toBe(false);
  });

  test('cuts a long patch in the answer only', async () => {
    await bench.call('create', { path: 'src/long.txt', content: 'some line\n'.repeat(9_000) });
    const { text } = await bench.call('submit', {});
    expect(text.length).toBeLessThan(25_000);
    expect(text).toContain('[The patch is cut here, not in what is submitted.]');
    expect(text).toContain('src/long.txt (added, +9000 −0)');
  });
});
