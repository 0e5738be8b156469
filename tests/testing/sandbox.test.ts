import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { runTests } from '../../src/testing/run-tests.ts';
import * as projects from './projects.ts';
import { verdicts } from './runner-rows.ts';
import { openTestProject, type TestProject, testNodeModules, testVenv } from './support.ts';

let project: TestProject;
afterEach(() => project.close());

async function run(testCommand?: string) {
  return runTests({
    workspace: project.workspace,
    testCommand,
    timeoutMs: 50_000,
    signal: new AbortController().signal,
  });
}

/** Inside the sandbox only what is copied into the repository is there. */
function open(files: projects.ProjectFiles): TestProject {
  project = openTestProject({ ...files, '.gitignore': '.venv\nlib\n' }, { kind: 'bubblewrap' });
  return project;
}

it('runs pytest in bubblewrap, by itself and by a command line', async () => {
  const { workspace } = open(projects.pytestProject);
  cpSync(testVenv, join(workspace.hostRoot, '.venv'), { recursive: true, verbatimSymlinks: true });
  const expected = {
    'tests/test_calc.py::test_zero': 'passed',
    'tests/test_calc.py::test_add[1]': 'failed',
    'tests/test_calc.py::test_later': 'skipped',
    'tests/test_calc.py::test_crash': 'error',
  };
  const report = await run();
  expect(report, report.output).toMatchObject({ state: 'ran', runner: 'pytest' });
  expect(verdicts(report)).toEqual(expected);
  expect(report.cases[1]?.trace).toContain('tests/test_calc.py:11');
  expect(verdicts(await run('.venv/bin/python -m pytest'))).toEqual(expected);
  expect(project.status()).toBe('');
});

it.each([
  ['mocha', projects.mochaProject],
  ['jest', projects.jestProject],
])('runs %s in bubblewrap', async (runner, files) => {
  const { workspace } = open(files);
  const target = join(workspace.hostRoot, 'node_modules');
  cpSync(testNodeModules, target, { recursive: true, verbatimSymlinks: true });
  const report = await run();
  expect(report, report.output).toMatchObject({ state: 'ran', runner });
  expect(verdicts(report)).toMatchObject({ 'test/calc.test.js::add > adds': 'failed' });
  expect(project.status()).toBe('');
});

it.each([
  ['unittest', projects.unittestProject, 'tests/test_calc.py::CalcTest::test_add'],
  ['node:test', projects.nodeTestProject, 'test/calc.test.js::add > adds'],
])('runs %s in bubblewrap', async (runner, files, failing) => {
  open(files);
  const report = await run();
  expect(report, report.output).toMatchObject({ state: 'ran', runner });
  expect(verdicts(report)).toMatchObject({ [failing]: 'failed' });
  expect(project.status()).toBe('');
});

it('does not follow a report that tests replaced by a link or a pipe', async () => {
  open({ 'README.md': '' });
  const reports = '$PATCHWRIGHT_REPORTS';
  const report = await run(
    `ln -s /etc/passwd ${reports}/mocha-1.jsonl; mkfifo ${reports}/jest-1.json; echo done`,
  );
  expect(report).toMatchObject({ state: 'ran', runner: 'command' });
  expect(JSON.stringify(report)).not.toContain('root:');
});
