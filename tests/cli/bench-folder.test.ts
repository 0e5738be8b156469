import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli, startCli } from '../support/cli.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-bench-folder-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function write(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, folder, path)), { recursive: true });
    writeFileSync(join(home, folder, path), text);
  }
  return folder;
}

const LARGEST =
  'def largest(numbers):\n    best = numbers[0]\n    for n in numbers:\n        if n < best:\n            best = n\n    return best\n';
const largestTest = (module: string) =>
  `from ${module} import largest\n\n\ndef test_positive():\n    assert largest([1, 5, 3]) == 5\n\n\ndef test_negative():\n    assert largest([-4, -2, -9]) == -2\n`;
const ADD = 'const add = (a, b) => {\n  return a - b;\n};\nmodule.exports = { add };\n';
const ADD_TEST = `const { test } = require('node:test');
const { same } = require('tiny-assert');
const { add } = require('../programs/add.js');
test('adds', () => { same(add(2, 3), 5); same(add(7, -1), 6); });
`;

const paired = write('paired', {
  'conftest.py': 'import pytest\n\npytest.is_set_up = True\n',
  'programs/largest.py': LARGEST,
  'programs/add.js': ADD,
  'correct_programs/largest.py': LARGEST.replace('<', '>'),
  'testcases/test_largest.py': `import pytest\n\nassert pytest.is_set_up\n${largestTest('programs.largest')}`,
  'testcases/add.test.js': ADD_TEST,
  'node_modules/tiny-assert/index.js':
    "exports.same = (a, b) => { if (a !== b) throw new Error(a + ' is not ' + b); };\n",
});
symlinkSync('/etc/passwd', join(home, paired, 'programs/outside.txt'));
const projects = write('projects', {
  'one/largest.py': LARGEST,
  'one/tests.py': `import unittest\nfrom largest import largest\n\n\nclass Largest(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(largest([1, 5, 3]), 5)\n        self.assertEqual(largest([-4, -2]), -2)\n`,
  'two/largest.py': LARGEST,
  'two/test_largest.py':
    'from largest import largest\n\n\ndef test_two():\n    assert largest([1, 5]) == 5\n',
  'two/hidden/test_largest.py': largestTest('largest'),
});
const bench = (...args: string[]) =>
  runCli(['bench', 'humanevalfix', ...args], { home, cwd: home });

function script(name: string, ...actions: [string, object][]): string {
  const turns = [...actions, ['submit', {}], ['submit', {}]];
  const text = JSON.stringify(turns.map(([tool, input]) => ({ actions: [{ tool, input }] })));
  writeFileSync(join(home, name), text);
  return `scripted:${name}`;
}
/** By the shell: it needs no check of the language, which takes seconds. */
const shell = (command: string): [string, object] => ['bash', { command }];
const contents = (folder: string) =>
  execFileSync(
    'bash',
    ['-c', 'find . -type f -print0 | sort -z | xargs -0 sha256sum; find . | wc -l'],
    {
      cwd: join(home, folder),
      encoding: 'utf8',
    },
  );

interface Result {
  readonly id: string;
  readonly verdict: string;
  readonly hidden?: string;
}
const verdicts = (stdout: string) =>
  JSON.parse(stdout).results.map(({ id, verdict, hidden }: Result) => [id, verdict, hidden]);

describe('patchwright bench humanevalfix FOLDER', () => {
  it('repairs programs paired with tests by name, and only reads the folder', async () => {
    const before = contents(paired);
    const { code, stdout, stderr } = await bench(paired, '-j', '2', '--out', 'kept');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^repair: 2 programs, tests visible/);
    expect(stdout).toMatch(/javascript +1 +1 +0\npython +1 +1 +0/);
    const kept = readFileSync(join(home, 'kept/results.json'), 'utf8');
    expect(verdicts(kept)).toEqual([
      ['programs/add.js', 'right', 'right'],
      ['programs/largest.py', 'right', 'right'],
    ]);
    expect(contents(paired)).toEqual(before);
    const again = await bench(paired, '--out', 'kept');
    expect(again.stderr).toMatch(/--out kept holds programs-add\.js already; name a new folder/);
    expect(again.code).toBe(2);
  });

  it('repairs subfolders that are projects', async () => {
    const { code, stdout, stderr } = await bench(projects, '-j', '2', '--json');
    expect(code, stderr).toBe(0);
    const [one, two] = verdicts(stdout);
    expect(one).toEqual(['one', 'right', 'right']);
    // One visible example does not tell the largest from the last: any verdict but an error will do.
    expect(two[0]).toBe('two');
    expect(two[1]).toMatch(/^(?:right|wrong|none)$/);
  });

  it('judges by the hidden tests what satisfies the visible ones', async () => {
    const model = script(
      'last.json',
      shell("sed -i 's/return best/return numbers[-1]/' largest.py"),
    );
    const { code, stdout } = await bench(projects, '--model', model, '-j', '2', '--json');
    expect(code).toBe(0);
    expect(verdicts(stdout)).toEqual([
      ['one', 'wrong', 'fails its tests'],
      ['two', 'wrong', 'fails the hidden tests'],
    ]);
  });

  it('does not let a patch decide by tests or by how they run', async () => {
    const edit = shell(
      "sed -i 's/^from programs.largest .*/largest = max/' testcases/test_largest.py",
    );
    const tests = await bench(paired, '--model', script('tests.json', edit), '--json');
    expect(verdicts(tests.stdout)).toEqual([
      ['programs/add.js', 'none', undefined],
      ['programs/largest.py', 'wrong', 'fails its tests'],
    ]);
    const hook =
      'import pytest\n\n\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n    outcome.get_result().outcome = "passed"\n';
    const model = script('conftest.json', shell(`cat > conftest.py <<'END'\n${hook}END`));
    const project = await bench(projects, '--model', model, '-j', '2', '--json');
    expect(verdicts(project.stdout)).toEqual([
      ['one', 'wrong', 'fails its tests'],
      ['two', 'wrong', 'fails the hidden tests'],
    ]);
    const skips = shell(`sed -i '1i import unittest\\nraise unittest.SkipTest("none")' largest.py`);
    const skipping = await bench(
      projects,
      '--model',
      script('skip.json', skips),
      '-j',
      '2',
      '--json',
    );
    expect(verdicts(skipping.stdout)).toEqual([
      ['one', 'wrong', 'fails its tests'],
      ['two', 'wrong', 'fails the hidden tests'],
    ]);
  });

  it('shows the documentation only when that is asked for', async () => {
    const model = script('list.json', [
      'bash',
      { command: 'find . -name "*test*" -not -path "./.git*"' },
    ]);
    const out = join(home, 'documented');
    const { code } = await bench(projects, '--visible', 'examples', '--model', model, '--out', out);
    expect(code).toBe(0);
    const found = (name: string) => {
      const lines = readFileSync(join(out, name, 'trajectory.jsonl'), 'utf8')
        .trim()
        .split('\n');
      const events = lines.map((line) => JSON.parse(line));
      return events.find(({ type }) => type === 'observation').observation.text;
    };
    for (const name of ['one', 'two']) expect(found(name)).not.toMatch(/tests?\.py|test_largest/);
  });

  it('ends cleanly on Ctrl-C with what was done so far', async () => {
    const started = startCli(['bench', 'humanevalfix', paired, '--json'], { home, cwd: home });
    while (!/1\/2/.test(started.errors()) && started.child.exitCode === null) await wait(20);
    started.child.kill('SIGINT');
    const { code, stdout } = await started.finished;
    expect(code).toBe(130);
    expect(verdicts(stdout)).toEqual([['programs/add.js', 'right', 'right']]);
  });

  it.each([
    [[write('empty', { 'README.md': '' })], /holds no program with tests; name a folder of/],
    [[write('apart', { 'x.py': LARGEST, 'test_y.py': '' })], /holds no program with tests/],
    [[paired, '--out', 'paired/out'], /--out paired\/out lies in .*only read/],
    [['nowhere'], /nowhere cannot be read/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr, stdout } = await bench(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
  });
});
