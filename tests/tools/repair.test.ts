import { afterEach, describe, expect, it } from 'vitest';
import { runTool } from '../../src/agent/tool.ts';
import { RepairData } from '../../src/repair/result.ts';
import { repairTool } from '../../tools/repair.ts';
import type { ProjectFiles } from '../testing/projects.ts';
import {
  openTestProject,
  type TestProject,
  testNodeModules,
  testVenv,
} from '../testing/support.ts';

let project: TestProject;
afterEach(() => project.close());

async function repair(files: ProjectFiles, links: Record<string, string>, input: object = {}) {
  project = openTestProject(files, { links });
  const call = { id: '1', tool: 'repair', input: { seconds: 20, ...input } };
  const observation = await runTool(
    [repairTool],
    call,
    project.context({ statement: 'a test fails' }),
  );
  return { observation, data: RepairData.parse(observation.data) };
}

const python = {
  'intervals.py': `def overlaps(a, b):
    """Whether two closed intervals share a point."""
    return a[0] < b[1] and b[0] <= a[1]


def length(a):
    return a[1] - a[0]
`,
};
const asserts = `from intervals import length, overlaps


def test_apart():
    assert not overlaps((1, 2), (3, 4))


def test_touching():
    assert overlaps((2, 3), (1, 2))
    assert overlaps((1, 2), (2, 3))


def test_before_and_after():
    assert not overlaps((5, 9), (1, 2))
    assert not overlaps((1, 2), (5, 9))
    assert overlaps((1, 9), (2, 3))
    assert overlaps((2, 3), (1, 9))
    assert overlaps((4, 4), (4, 4))


def test_length():
    assert length((1, 4)) == 3
`;
const unit = `import unittest
from intervals import length, overlaps


class IntervalTest(unittest.TestCase):
    def test_apart(self):
        self.assertFalse(overlaps((1, 2), (3, 4)))

    def test_touching(self):
        self.assertTrue(overlaps((2, 3), (1, 2)))
        self.assertTrue(overlaps((4, 4), (4, 4)))

    def test_before_and_after(self):
        self.assertFalse(overlaps((5, 9), (1, 2)))
        self.assertFalse(overlaps((1, 2), (5, 9)))
        self.assertTrue(overlaps((1, 9), (2, 3)))

    def test_length(self):
        self.assertEqual(length((1, 4)), 3)
`;

const script = (exporting: string) => `${exporting}function pageCount(count, perPage) {
  return Math.floor(count / perPage);
}
`;
const cases = (assertion: (actual: string, expected: string) => string) => `
  it('counts full pages', () => { ${assertion('pageCount(4, 2)', '2')} });
  it('counts the last page', () => { ${assertion('pageCount(5, 2)', '3')} });
  it('counts a page for few', () => { ${assertion('pageCount(1, 9)', '1')} ${assertion('pageCount(7, 3)', '3')} });
  it('counts many', () => { ${assertion('pageCount(31, 10)', '4')} ${assertion('pageCount(30, 10)', '3')} });
  it('needs no page for nothing', () => { ${assertion('pageCount(0, 2)', '0')} });
`;
const equal = (actual: string, expected: string) => `assert.equal(${actual}, ${expected});`;
const toBe = (actual: string, expected: string) => `expect(${actual}).toBe(${expected});`;
const manifest = (test: string, type = 'commonjs') =>
  JSON.stringify({ name: 'pages', version: '1.0.0', type, scripts: { test } });

describe('the repair tool', () => {
  it.each([
    ['pytest', { ...python, 'test_intervals.py': asserts }],
    ['unittest', { ...python, 'test_intervals.py': unit }],
  ])('repairs a Python function by %s', async (_, files) => {
    const { observation, data } = await repair(files, { '.venv': testVenv });
    expect(data.reason).toBeUndefined();
    expect(data.patches[0]).toMatchObject({
      path: 'intervals.py',
      startLine: 3,
      newText: '    return a[0] <= b[1] and b[0] <= a[1]',
      function: 'overlaps',
    });
    expect(data.suspicious[0]).toMatchObject({
      path: 'intervals.py',
      line: 3,
      function: 'overlaps',
    });
    expect(observation.text).toContain('+    return a[0] <= b[1] and b[0] <= a[1]');
    expect(project.status()).toBe('');
  });

  it.each([
    [
      'node:test, CommonJS',
      {
        'package.json': manifest('node --test'),
        'pages.js': script('exports.pageCount = pageCount;\n'),
        'pages.test.js': `const assert = require('node:assert');\nconst { it } = require('node:test');\nconst { pageCount } = require('./pages.js');\n${cases(equal)}`,
      },
    ],
    [
      'node:test, modules',
      {
        'package.json': manifest('node --test', 'module'),
        'pages.js': script('export '),
        'pages.test.js': `import assert from 'node:assert';\nimport { it } from 'node:test';\nimport { pageCount } from './pages.js';\n${cases(equal)}`,
      },
    ],
    [
      'mocha',
      {
        'package.json': manifest('mocha'),
        'pages.js': script('exports.pageCount = pageCount;\n'),
        'test/pages.js': `const assert = require('assert');\nconst { pageCount } = require('../pages.js');\ndescribe('pages', () => {${cases(equal)}});\n`,
      },
    ],
    [
      'jest',
      {
        'package.json': manifest('jest'),
        'pages.js': script('exports.pageCount = pageCount;\n'),
        'pages.test.js': `const { pageCount } = require('./pages.js');\ndescribe('pages', () => {${cases(toBe)}});\n`,
      },
    ],
  ])('repairs a JavaScript function by %s', async (_, files) => {
    const { data } = await repair(files, { node_modules: testNodeModules });
    expect(data.reason).toBeUndefined();
    expect(data.patches[0]?.newText).toBe('  return Math.ceil(count / perPage);');
    expect(project.status()).toBe('');
  });

  it('searches until the run must end, to the fraction of a millisecond', async () => {
    project = openTestProject(
      { ...python, 'test_intervals.py': asserts },
      { links: { '.venv': testVenv } },
    );
    const call = { id: '1', tool: 'repair', input: { seconds: 600 } };
    const context = project.context({ deadline: Date.now() + 75_000.5 });
    const { data } = await runTool([repairTool], call, context);
    expect(RepairData.parse(data).patches).not.toEqual([]);
  });

  it('does not suspect what only shows a value of a failed assertion', async () => {
    const files = {
      'point.py':
        'class Point:\n    def __init__(self, x):\n        self.x = x\n\n    def __repr__(self):\n        return shown(self.x)\n\n    def moved(self, by):\n        return Point(self.x - by)\n\n    def __eq__(self, other):\n        return self.x == other.x\n\n\ndef shown(x):\n    return "Point(" + str(x) + ")"\n',
      'test_point.py':
        'from point import Point\n\n\ndef test_moved():\n    assert Point(1).moved(2) == Point(3)\n\n\ndef test_stays():\n    assert Point(1).moved(0) == Point(1)\n',
    };
    const { data } = await repair(files, { '.venv': testVenv });
    const functions = data.suspicious.map((row) => row.function);
    expect(functions).toContain('Point.moved');
    expect(functions).not.toContain('Point.__repr__');
    expect(functions).not.toContain('shown');
  });

  it('edits only the function that is named', async () => {
    const files = { ...python, 'test_intervals.py': asserts };
    const { data } = await repair(files, { '.venv': testVenv }, { function: 'length', seconds: 3 });
    expect(data.patches).toEqual([]);
    expect(data.reason).toBeDefined();
  });

  it('says that nothing fails', async () => {
    const files = {
      'intervals.py': 'def length(a):\n    return a[1] - a[0]\n',
      'test_intervals.py':
        'from intervals import length\n\n\ndef test_length():\n    assert length((1, 4)) == 3\n',
    };
    const { observation, data } = await repair(files, { '.venv': testVenv });
    expect(data.patches).toEqual([]);
    expect(observation.text).toMatch(/no test fails/);
  });

  it('never edits a test', async () => {
    const files = {
      'intervals.py': 'def length(a):\n    return a[1] - a[0]\n',
      'test_intervals.py':
        'from intervals import length\n\n\ndef wanted():\n    return 4\n\n\ndef test_length():\n    assert wanted() == 3\n',
    };
    const { data } = await repair(files, { '.venv': testVenv });
    expect(data.patches).toEqual([]);
    expect(data.suspicious).toEqual([]);
  });

  it.each([
    ['leaves the best patch so far', false],
    ['leaves the tree alone when somebody has edited it', true],
  ])('%s when it is interrupted', async (_, edited) => {
    project = openTestProject(
      { ...python, 'test_intervals.py': asserts, 'notes.txt': 'none\n' },
      { links: { '.venv': testVenv } },
    );
    if (edited) project.write('notes.txt', 'some\n');
    const interrupt = new AbortController();
    const context = {
      ...project.context({ statement: 'a test fails' }),
      signal: interrupt.signal,
      progress(text: string) {
        if (/best so far|comparing [1-9]/.test(text)) interrupt.abort(new Error('stopped'));
      },
    };
    const call = { id: '1', tool: 'repair', input: { seconds: 20 } };
    await expect(runTool([repairTool], call, context)).rejects.toThrow('stopped');
    const text = (await project.workspace.readFile('intervals.py')).toString('utf8');
    if (edited) expect(text).toBe(python['intervals.py']);
    else expect(text).toContain('return a[0] <= b[1] and b[0] <= a[1]');
  });
});
