import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, test } from 'vitest';
import { planTasks } from '../../../src/repair/bench/folder/layout.ts';
import { listFolder } from '../../../src/repair/bench/folder/list.ts';
import { testedName } from '../../../src/repair/bench/folder/names.ts';
import { pairUp } from '../../../src/repair/bench/folder/pairs.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-layout-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const TEST = 'def test_it():\n    assert True\n';

/** Plans of a folder with these files; a test in Python holds one unless its text is given. */
function plansOf(files: readonly string[], texts: Record<string, string> = {}) {
  const listing = { files, links: [], dependencies: [] };
  return planTasks(listing, (path) => texts[path] ?? (path.includes('test') ? TEST : ''));
}
const idsOf = (...files: string[]) => plansOf(files).map(({ id }) => id);

describe('names of tests', () => {
  it.each([
    ['test_gcd.py', 'gcd'],
    ['tests/gcd_test.py', 'gcd'],
    ['gcd.test.js', 'gcd'],
    ['gcd.spec.ts', 'gcd'],
    ['gcd-test.mjs', 'gcd'],
    ['test/gcd.js', 'gcd'],
    ['__tests__/gcd.cjs', 'gcd'],
    ['tests/gcd.py', null],
    ['gcd.js', null],
    ['test_gcd.json', null],
  ])('%s', (path, name) => {
    expect(testedName(path)).toBe(name);
  });
});

describe('pairs', () => {
  const pair = (files: readonly string[], texts: Record<string, string> = {}) =>
    pairUp(files, (path) => texts[path] ?? '');

  it('takes the nearest program of a name', () => {
    const files = ['a/x.js', 'a/x.test.js', 'b/x.js', 'b/x.test.js', 'x.ts', 'test/x.js'];
    expect(pair(files)).toEqual([
      { program: 'a/x.js', tests: ['a/x.test.js'] },
      { program: 'b/x.js', tests: ['b/x.test.js'] },
      { program: 'x.ts', tests: ['test/x.js'] },
    ]);
  });

  it('of two as near takes the one whose folder the test names, never a reference solution', () => {
    const files = ['correct_ones/x.py', 'mine/x.py', 'other/x.py', 'tests/test_x.py'];
    const texts = { 'tests/test_x.py': 'from other.x import x' };
    expect(pair(files, texts)).toEqual([{ program: 'other/x.py', tests: ['tests/test_x.py'] }]);
  });

  it('does not pair across languages', () => {
    expect(pair(['x.js', 'test_x.py', 'y.py', 'y.test.js'])).toEqual([]);
  });

  it('gives each test to one program at most, whatever the order of the files', () => {
    const name = fc.constantFrom('x', 'y', 'z');
    const folder = fc.constantFrom('', 'a/', 'b/', 'a/tests/');
    const file = fc
      .tuple(folder, name, fc.constantFrom('%.py', 'test_%.py', '%.js', '%.test.js', '%.ts'))
      .map(([where, stem, form]) => where + form.replace('%', stem));
    fc.assert(
      fc.property(fc.uniqueArray(file, { maxLength: 20 }), (files) => {
        const found = pair(files);
        expect(pair([...files].reverse())).toEqual(found);
        const tests = found.flatMap((each) => each.tests);
        expect(new Set(tests).size).toBe(tests.length);
        for (const path of tests) expect(testedName(path)).not.toBeNull();
      }),
    );
  });
});

describe('tasks of a folder', () => {
  it('pairs programs and tests in sibling folders, with helpers and data', () => {
    const files = [
      'conftest.py',
      'build.gradle',
      'data/gcd.json',
      'programs/gcd.py',
      'programs/gcd_test.py',
      'programs/kth.py',
      'programs/node.py',
      'programs_js/kth.js',
      'correct_programs/gcd.py',
      'correct_programs/gcd_test.py',
      'java/Gcd.java',
      'testcases/load.py',
      'testcases/test_gcd.py',
      'testcases/test_kth.py',
      'testcases/test_lost.py',
    ];
    const plans = plansOf(files, { 'programs/gcd_test.py': 'print(1)' });
    expect(plans.map(({ id }) => id)).toEqual(['programs/gcd.py', 'programs/kth.py']);
    expect(plans[0]).toMatchObject({
      language: 'python',
      root: '',
      tests: ['testcases/test_gcd.py'],
      program: 'programs/gcd.py',
      files: [
        'conftest.py',
        'data/gcd.json',
        'programs/gcd.py',
        'programs/node.py',
        'testcases/load.py',
        'testcases/test_gcd.py',
      ],
    });
  });

  it('takes subfolders with their own tests for projects', () => {
    expect(idsOf('a/x.py', 'a/checks/tests.py', 'b/src/y.js', 'b/test/y.js', 'README.md')).toEqual([
      'a',
      'b',
    ]);
    expect(idsOf('python/a/x.py', 'python/a/test_x.py', 'js/b/y.js', 'js/b/y.test.js')).toEqual([
      'js/b',
      'python/a',
    ]);
  });

  it('takes independent pairs in a subfolder for tasks, those that load each other for a project', () => {
    const files = ['p/x.py', 'p/test_x.py', 'p/y.py', 'p/test_y.py'];
    expect(plansOf(files).map(({ id, root }) => [id, root])).toEqual([
      ['p/x.py', 'p'],
      ['p/y.py', 'p'],
    ]);
    expect(plansOf(files, { 'p/y.py': 'from x import z\n' }).map(({ id }) => id)).toEqual(['p']);
  });

  it('keeps hidden tests apart, and takes a folder with a manifest for one project', () => {
    const files = ['a/x.py', 'a/hidden/test_x.py', 'b/go.mod', 'b/x.go', 'b/x_test.go', 'c.txt'];
    const [a, b, ...rest] = plansOf(files);
    expect(a).toMatchObject({ id: 'a', files: ['a/x.py'], hidden: ['a/hidden/test_x.py'] });
    expect(b).toMatchObject({ id: 'b', language: 'go', program: null });
    expect(rest).toEqual([]);
    expect(plansOf(['x.py', 'test_x.py', 'hidden/test_x.py'])).toMatchObject([
      { id: '.', files: ['x.py', 'test_x.py'], hidden: ['hidden/test_x.py'] },
    ]);
  });

  it('finds nothing where nothing pairs', () => {
    expect(idsOf('x.py', 'y.py', 'test_z.py', 'solutions/q.py', 'solutions/test_q.py')).toEqual([]);
  });
});

test('a folder is listed without following links, caches, packages and secrets', () => {
  const folder = join(home, 'listed');
  const files = [
    'x.py',
    '.env',
    '__pycache__/x.pyc',
    'node_modules/p/i.js',
    'e/pyvenv.cfg',
    's/y.py',
  ];
  for (const path of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  mkdirSync(join(home, 'elsewhere'));
  writeFileSync(join(home, 'elsewhere/z.py'), '');
  symlinkSync(join(home, 'elsewhere'), join(folder, 'absolute'));
  symlinkSync('../../elsewhere/z.py', join(folder, 's/out.py'));
  symlinkSync('../x.py', join(folder, 's/in.py'));
  expect(listFolder(folder)).toEqual({
    files: ['s/y.py', 'x.py'],
    links: ['s/in.py'],
    dependencies: ['e', 'node_modules'],
  });
});
