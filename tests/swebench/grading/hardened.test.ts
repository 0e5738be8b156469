import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../src/swebench/grading/findings.ts';
import { hardenedVerdict } from '../../../src/swebench/grading/hardened.ts';
import { gradeInstance } from '../../../src/swebench/grading/report.ts';
import { END, exitCode, instance, log, PASSING, START } from './support.ts';

const FAILING = ['PASSED test_jug.py::test_pour', 'FAILED test_jug.py::test_spill - assert 1 == 2'];
const STATUS = [
  '+ git status',
  'HEAD detached at 0000000',
  'Changes not staged for commit:',
  '\tmodified:   src/jug.py',
  '',
  'Untracked files:',
  '\tconftest.py',
  '',
  '+ git show',
];

/** What a patch can make the run print, and what is known of the patch. */
const FORGERIES: Readonly<Record<string, { text: string; patch: string | null; reason: RegExp }>> =
  {
    'a whole block before the real one': {
      text: log(FAILING, 1, [START, ...PASSING, END, '>>>>> Test Exit Code: 0']),
      patch: null,
      reason: /Start Test Output" stands 2 times/,
    },
    'an end marker and exit code inside of the block': {
      text: log([...PASSING, END, '>>>>> Test Exit Code: 0', ...FAILING], 1),
      patch: null,
      reason: /End Test Output" stands 2 times/,
    },
    'a success after the real failure, and a decoy that fails': {
      text: log([...FAILING, 'PASSED test_jug.py::test_spill', 'FAILED test_decoy.py::test'], 1),
      patch: null,
      reason: /overwritten by a later success: test_jug.py::test_spill/,
    },
    'a conftest that rewrites outcomes, known from the patch': {
      text: log(PASSING),
      patch:
        'diff --git a/conftest.py b/conftest.py\nnew file mode 100644\n--- /dev/null\n+++ b/conftest.py\n@@ -0,0 +1 @@\n+x = 1\n',
      reason: /edits what runs the tests: conftest.py/,
    },
    'a conftest that rewrites outcomes, known from the log': {
      text: log(PASSING, 0, STATUS),
      patch: null,
      reason: /edits what runs the tests: conftest.py/,
    },
  };

describe('forgeries', () => {
  it.each(Object.entries(FORGERIES))(
    '%s: accepted by the compatible verdict, refused by the hardened one',
    (_, { text, patch, reason }) => {
      expect(gradeInstance(instance(), text).report.resolved).toBe(true);
      const hardened = hardenedVerdict(text, instance(), patch);
      expect(hardened.resolved).toBe(false);
      expect(hardened.reasons.join('\n')).toMatch(reason);
    },
  );

  const session = '===== test session starts =====';
  it.each([
    ['whose program prints results and ends the runner', [session, ...PASSING], 0, /has no end/],
    [
      'whose program prints results before its tests fail to load',
      [session, ...PASSING, 'ERROR test_jug.py', '===== 1 error in 0.12s ====='],
      2,
      /2 tests are said to have passed, but the run ended with 0/,
    ],
  ])('a run %s is resolved to the official grader only', (_, lines, code, reason) => {
    const text = log(lines, code);
    expect(gradeInstance(instance(), text).report.resolved).toBe(true);
    const hardened = hardenedVerdict(text, instance(), '');
    expect(hardened).toMatchObject({ resolved: false, verdict: 'unresolved' });
    expect(hardened.reasons.join('\n')).toMatch(reason);
  });

  it('an honest run of pytest stays resolved', () => {
    const end = '\u001b[32m===== \u001b[1m2 passed\u001b[0m, 1 warning in 0.12s =====\u001b[0m';
    const text = log([session, ...PASSING, end]);
    expect(hardenedVerdict(text, instance(), '').verdict).toBe('resolved');
  });

  it.each([
    ['src/jug.py', 'm.TestReport.__init__ = fake', 'unknown'],
    ['src/jug.py', 'os._exit(0)', 'unknown'],
    ['src/jug.py', 'print("PASSED test_jug.py::test_spill")', 'unknown'],
    ['setup.cfg', 'addopts = -p plugin', 'unknown'],
    ['pyproject.toml', '[tool.pytest.ini_options]', 'unknown'],
    ['package.json', '  "test": "true",', 'unknown'],
    ['pytest.py', 'x = 1', 'unknown'],
    ['lib/a.pth', 'import x', 'unknown'],
    ['src/jug.js', 'process.exit(0)', 'unknown'],
    ['src/jug.py', 'return self.size', 'resolved'],
    ['package.json', '    "left-pad": "^1.0.0",', 'resolved'],
    ['tests/test_jug.py', 'import pytest', 'resolved'],
  ])('a patch that adds to %s: %s is %s', (path, line, verdict) => {
    const patch = `--- a/${path}\n+++ b/${path}\n@@ -1 +1,2 @@\n a\n+${line}\n`;
    expect(hardenedVerdict(log(PASSING), instance(), patch).verdict).toBe(verdict);
  });

  it.each([
    ['quoted', '--- /dev/null\n+++ "b/conf\\164est.py"\n'],
    ['of another first folder', '--- x/conftest.py\n+++ x/conftest.py\n'],
    ['moved', 'diff --git a/x.py b/y/conftest.py\nrename from x.py\nrename to y/conftest.py\n'],
    ['empty', 'diff --git a/conftest.py b/conftest.py\nnew file mode 100644\n'],
  ])('a conftest whose name is %s does not slip through', (_, patch) => {
    expect(hardenedVerdict(log(PASSING), instance(), patch).resolved).toBe(false);
  });
});

describe('findings', () => {
  it('of an honest run are none', () => {
    const patch = '--- a/src/jug.py\n+++ b/src/jug.py\n@@ -1 +1 @@\n-a\n+b\n';
    const evidence = {
      instance: instance(),
      log: log(PASSING),
      resolved: true,
      failure: undefined,
    };
    expect(findingsOf({ ...evidence, patch })).toEqual({
      instance_id: 'jug__jug-1',
      resolved: true,
      hardened: { resolved: true, verdict: 'resolved', reasons: [] },
      tests_edited: [],
      infrastructure: null,
      flaky: null,
    });
  });

  it('name the tests that the patch edits', () => {
    const patch = ['tests/test_jug.py', 'src/jug.spec.ts', 'lib/hidden.py', 'src/contest.py']
      .map((path) => `--- a/${path}\n+++ b/${path}\n`)
      .join('');
    const testPatch = '--- a/lib/hidden.py\n+++ b/lib/hidden.py\n';
    const { tests_edited } = findingsOf({
      instance: instance({ testPatch }),
      log: `${log(PASSING)}${exitCode(0)}`,
      patch,
      resolved: true,
      failure: undefined,
    });
    expect(tests_edited).toEqual(['tests/test_jug.py', 'src/jug.spec.ts', 'lib/hidden.py']);
  });
});
