import { afterEach, describe, expect, it } from 'vitest';
import { detectRunner } from '../../src/testing/detect.ts';
import { runTests } from '../../src/testing/run-tests.ts';
import type { TestScope } from '../../src/testing/runner.ts';
import { type ProjectFiles, unittestProject } from './projects.ts';
import { verdicts } from './runner-rows.ts';
import { openTestProject, type TestProject } from './support.ts';

let project: TestProject;
afterEach(() => project.close());

const below = (folder: string, files: ProjectFiles): ProjectFiles =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
const node: ProjectFiles = {
  'package.json': '{ "scripts": { "test": "node --test" } }',
  'test/a.test.mjs':
    "import test from 'node:test';\ntest('works', () => {});\ntest('fails', () => { throw new Error('no'); });\n",
};
const python: ProjectFiles = { ...unittestProject, 'pyproject.toml': '[project]\nname = "calc"\n' };
const TWO = { ...below('backend', python), ...below('packages/web', node), 'README.md': '' };

function run(scope: TestScope = {}, changed: readonly string[] = []) {
  return runTests({
    workspace: project.workspace,
    scope,
    near: async () => changed,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
  });
}

describe('a project in a subfolder', () => {
  it('is found when it is the only one, and named by paths of the repository', async () => {
    project = openTestProject({ ...below('backend', python), 'README.md': '' });
    const report = await run();
    expect(report, report.output).toMatchObject({ state: 'ran', runner: 'unittest' });
    expect(report.command).toMatch(/^cd backend && /);
    expect(verdicts(report)).toMatchObject({
      'backend/tests/test_calc.py::CalcTest::test_zero': 'passed',
      'backend/tests/test_calc.py::CalcTest::test_add': 'failed',
    });
    const one = await run({ names: ['backend/tests/test_calc.py::CalcTest::test_zero'] });
    expect(verdicts(one)).toEqual({ 'backend/tests/test_calc.py::CalcTest::test_zero': 'passed' });
  });

  it.each([
    ['a file', { files: ['packages/web/test/a.test.mjs'] }],
    ['its folder', { files: ['packages/web'] }],
    ['a test', { names: ['packages/web/test/a.test.mjs::works'] }],
  ])('is chosen among several by %s that is named', async (_, scope: TestScope) => {
    project = openTestProject(TWO);
    const report = await run(scope, ['backend/calc.py']);
    expect(report, report.output).toMatchObject({ state: 'ran', runner: 'node:test' });
    expect(verdicts(report)).toMatchObject({ 'packages/web/test/a.test.mjs::works': 'passed' });
  });

  it('is chosen among several by what was changed, anew each time', async () => {
    project = openTestProject(TWO);
    expect((await run({}, ['README.md', 'backend/calc.py'])).runner).toBe('unittest');
    expect((await run({}, ['packages/web/index.js'])).runner).toBe('node:test');
  });

  it('is asked for when nothing tells which is meant', async () => {
    project = openTestProject(TWO);
    const report = await run();
    expect(report.state).toBe('not run');
    expect(report.output).toContain('backend (unittest), packages/web (node:test)');
    expect(report.output).toContain('files: ["backend"]');
  });
});

it.each([
  [
    'a manifest in the root',
    { 'package.json': node['package.json'] ?? '', 'a.test.mjs': node['test/a.test.mjs'] ?? '' },
  ],
  ['tests outside of every subfolder', { 'test/a.test.mjs': node['test/a.test.mjs'] ?? '' }],
])('the whole repository is meant with %s', async (_, files: ProjectFiles) => {
  project = openTestProject({ ...below('backend', python), ...files });
  const runner = await detectRunner(project.workspace);
  expect(runner?.command({}).display).not.toContain('cd backend');
});
