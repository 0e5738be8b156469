import { afterEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import type { TestReport } from '../../src/testing/report.ts';
import { type RunTestsOptions, runTests } from '../../src/testing/run-tests.ts';
import * as projects from './projects.ts';
import { openTestProject, type TestProject, testNodeModules, testVenv } from './support.ts';

let project: TestProject;
afterEach(() => project.close());

function run(
  files: projects.ProjectFiles,
  links: Readonly<Record<string, string>> = {},
  options: Partial<RunTestsOptions> = {},
): Promise<TestReport> {
  project = openTestProject(files, { links });
  return runTests({
    workspace: project.workspace,
    timeoutMs: 50_000,
    signal: new AbortController().signal,
    ...options,
  });
}

const venv = { '.venv': testVenv };
const own = { node_modules: `${packageRoot}/node_modules` };
const tools = { node_modules: testNodeModules };
const js = 'test/end.test.js';
const exitJs = "it('ends', () => process.exit(0));\n";

describe('a run that ends early is not run, whatever its exit code', () => {
  it.each([
    [
      'pytest',
      projects.pytestProject,
      venv,
      'tests/test_end.py',
      'import os\ndef test_end():\n    os._exit(0)\n',
    ],
    [
      'unittest',
      projects.unittestProject,
      {},
      'tests/test_end.py',
      'import os, unittest\nclass End(unittest.TestCase):\n    def test_end(self):\n        os._exit(0)\n',
    ],
    ['mocha', projects.mochaProject, tools, js, exitJs],
  ] as const)('%s', async (runner, files, links, path, text) => {
    const report = await run({ ...files, [path]: text }, links);
    expect(report, report.output).toMatchObject({ state: 'not run', runner, exitCode: 0 });
    expect(report.cases.at(-1)).toMatchObject({ verdict: 'error' });
    expect(report.cases.at(-1)?.id).toMatch(/end/);
  });

  it('ava, whose other files go on', async () => {
    const text = "require('ava')('ends', () => process.exit(0));\n";
    const report = await run({ ...projects.avaProject, [js]: text }, tools);
    expect(report.cases.filter((one) => one.file === js && one.verdict === 'passed')).toEqual([]);
    expect(report.cases.some((one) => one.verdict === 'error') || report.state === 'not run').toBe(
      true,
    );
  });

  it.each([
    ['jest', projects.jestProject, tools, exitJs],
    ['vitest', projects.vitestProject, own, `import { it } from 'vitest';\n${exitJs}`],
    ['node:test', projects.nodeTestProject, {}, `const { it } = require('node:test');\n${exitJs}`],
  ] as const)(
    '%s never counts the test that exits as passed',
    async (_runner, files, links, text) => {
      const report = await run({ ...files, [js]: text }, links);
      const passed = report.cases.filter((one) => one.file === js && one.verdict === 'passed');
      expect(passed.map((one) => one.id).filter((id) => id.includes('ends'))).toEqual([]);
    },
  );
});

describe('a file that cannot be loaded is an error case beside the results of the others', () => {
  it.each([
    [
      'pytest',
      projects.pytestProject,
      venv,
      'tests/test_bad.py',
      'import nothing_like_this\n',
      'tests/test_bad.py',
    ],
    [
      'unittest',
      projects.unittestProject,
      {},
      'tests/test_bad.py',
      'import unittest\nimport nothing_like_this\n',
      'tests/test_bad.py',
    ],
    [
      'node:test',
      projects.nodeTestProject,
      {},
      'test/bad.test.js',
      "require('./none');\n",
      'test/bad.test.js',
    ],
    [
      'vitest',
      projects.vitestProject,
      own,
      'test/bad.test.js',
      "import './none.js';\n",
      'test/bad.test.js',
    ],
    [
      'jest',
      projects.jestProject,
      tools,
      'test/bad.test.js',
      "require('./none');\n",
      'test/bad.test.js',
    ],
    [
      'ava',
      projects.avaProject,
      tools,
      'test/bad.test.js',
      "require('./none');\n",
      'test/bad.test.js',
    ],
  ] as const)('%s', async (runner, files, links, path, text, id) => {
    const report = await run({ ...files, [path]: text }, links);
    expect(report, report.output).toMatchObject({ state: 'ran', runner });
    const found = report.cases.find((one) => one.id === id);
    expect(found, JSON.stringify(report.cases)).toMatchObject({ verdict: 'error' });
    expect(report.cases.some((one) => one.verdict === 'passed')).toBe(true);
  });

  it('mocha loads all files first, so nothing is run', async () => {
    const report = await run(
      { ...projects.mochaProject, 'test/bad.test.js': "require('./none');\n" },
      tools,
    );
    expect(report).toMatchObject({ state: 'not run', cases: [] });
    expect(report.output).toContain("Cannot find module './none'");
  });
});

describe('a command line of the user', () => {
  const files = { 'README.md': 'nothing to test\n' };
  const shell = (testCommand: string, timeoutMs = 50_000) =>
    run(files, {}, { testCommand, timeoutMs });

  it.each(['true', 'exit 0', 'echo >&2 -n ""', 'no-such-program-anywhere', 'sleep 0.01'])(
    'that prints nothing or does not start is not run: %s',
    async (line) => {
      expect(await shell(line)).toMatchObject({ state: 'not run', cases: [] });
    },
  );

  it('counts by its exit code when it prints something', async () => {
    expect(await shell('echo all fine')).toMatchObject({
      state: 'ran',
      runner: 'command',
      cases: [{ id: 'echo all fine', verdict: 'passed' }],
    });
  });

  it('shows the end of the output when it fails', async () => {
    const report = await shell('echo wrong | cat; exit 3');
    expect(report).toMatchObject({ state: 'ran', exitCode: 3 });
    expect(report.cases[0]?.trace).toContain('exit code 3\nwrong');
  });

  it('is stopped at its deadline with everything it started, and is not run', async () => {
    const marker = `${Date.now()}`.slice(-6);
    const report = await shell(`echo started; setsid sleep 9${marker} & sleep 9${marker}`, 1_500);
    expect(report).toMatchObject({ state: 'not run', timedOut: true });
    const { stdout } = await project.workspace.exec(['ps', '-eo', 'args'], { timeoutMs: 10_000 });
    expect(stdout.split('\n').filter((line) => line.trim() === `sleep 9${marker}`)).toEqual([]);
  });

  it('throws when it is aborted', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('enough')), 300);
    await expect(run(files, {}, { testCommand: 'sleep 30', signal: abort.signal })).rejects.toThrow(
      'enough',
    );
  });

  it('keeps its own import path and options of node beside ours', async () => {
    const python = {
      ...projects.pytestProject,
      'src/only_here.py': '',
      'tests/test_path.py': 'import only_here\ndef test_path():\n    pass\n',
    };
    const report = await run(python, venv, {
      testCommand: 'PYTHONPATH=src:. .venv/bin/python -m pytest -q tests/test_path.py',
    });
    expect(report.cases).toMatchObject([
      { id: 'tests/test_path.py::test_path', verdict: 'passed' },
    ]);
  });
});

it('runs the build of a script first, and nothing after a build that fails', async () => {
  const build = (command: string) => ({
    ...projects.nodeTestProject,
    'package.json': JSON.stringify({
      scripts: { pretest: command, test: 'node --test dist/calc.test.js' },
    }),
    '.gitignore': 'dist\n',
  });
  const works = await run(build('mkdir -p dist && cat test/calc.test.js > dist/calc.test.js'));
  expect(works, works.output).toMatchObject({ state: 'ran', runner: 'node:test' });
  await project.close();
  const broken = await run(build('node -e "console.log(\'no build\'); process.exit(2)"'));
  expect(broken).toMatchObject({ state: 'not run', cases: [] });
  expect(broken.output).toContain('no build');
});

it('keeps mocha to the files of the scope when its configuration names others', async () => {
  const files = { ...projects.mochaProject, '.mocharc.json': '{ "spec": "test/*.test.js" }' };
  project = openTestProject(
    { ...files, 'package.json': '{ "scripts": { "test": "mocha" } }' },
    { links: tools },
  );
  const report = await runTests({
    workspace: project.workspace,
    scope: { files: ['test/other.test.js'] },
    timeoutMs: 50_000,
    signal: new AbortController().signal,
  });
  expect(report.cases.map((one) => one.id)).toEqual(['test/other.test.js::other']);
  expect(report.output).not.toContain('adds');
});
