import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import type { TestReport } from '../../src/testing/report.ts';
import { runTests } from '../../src/testing/run-tests.ts';
import type { TestScope } from '../../src/testing/runner.ts';
import * as projects from './projects.ts';
import { openTestProject, type TestProject, testNodeModules, testVenv } from './support.ts';

interface Row {
  readonly runner: string;
  readonly files: projects.ProjectFiles;
  readonly links?: Readonly<Record<string, string>>;
  readonly commandLine: string;
  readonly verdicts: Readonly<Record<string, string>>;
  /** Id of the failing test and what its trace must hold. */
  readonly failing: string;
  readonly trace: readonly string[];
  readonly file: string;
}

const jsVerdicts = {
  'test/calc.test.js::zero': 'passed',
  'test/calc.test.js::add > adds': 'failed',
  'test/calc.test.js::add > later': 'skipped',
  'test/calc.test.js::add > crashes': 'failed',
  'test/other.test.js::other': 'passed',
};
const js = {
  verdicts: jsVerdicts,
  failing: 'test/calc.test.js::add > adds',
  file: 'test/calc.test.js',
  commandLine: 'npm test',
};
const links = { node_modules: testNodeModules };

const rows: Row[] = [
  {
    runner: 'pytest',
    files: projects.pytestProject,
    links: { '.venv': testVenv },
    commandLine: '.venv/bin/python -m pytest tests',
    verdicts: {
      'tests/test_calc.py::test_zero': 'passed',
      'tests/test_calc.py::test_add[1]': 'failed',
      'tests/test_calc.py::test_later': 'skipped',
      'tests/test_calc.py::test_crash': 'error',
    },
    failing: 'tests/test_calc.py::test_add[1]',
    trace: ['assert 1 == 3', 'tests/test_calc.py:11  assert add(2, n) == 3'],
    file: 'tests/test_calc.py',
  },
  {
    runner: 'unittest',
    files: projects.unittestProject,
    commandLine: 'python3 -m unittest tests.test_calc',
    verdicts: {
      'tests/test_calc.py::CalcTest::test_zero': 'passed',
      'tests/test_calc.py::CalcTest::test_add': 'failed',
      'tests/test_calc.py::CalcTest::test_later': 'skipped',
      'tests/test_calc.py::CalcTest::test_crash': 'error',
    },
    failing: 'tests/test_calc.py::CalcTest::test_add',
    trace: ['(n=1) AssertionError: 1 != 3', 'tests/test_calc.py:13'],
    file: 'tests/test_calc.py',
  },
  {
    ...js,
    runner: 'node:test',
    files: projects.nodeTestProject,
    trace: ['1 !== 3', 'test/calc.test.js:7'],
  },
  {
    ...js,
    runner: 'vitest',
    files: projects.vitestProject,
    links: { node_modules: `${packageRoot}/node_modules` },
    commandLine: 'npm test -- --run',
    trace: ['expected 1 to be 3', 'test/calc.test.js:6'],
  },
  {
    ...js,
    runner: 'jest',
    files: projects.jestProject,
    links,
    trace: ['Expected value to strictly be equal to', 'test/calc.test.js:6'],
  },
  {
    ...js,
    runner: 'mocha',
    files: projects.mochaProject,
    links,
    trace: ['1 !== 3', 'test/calc.test.js:6'],
  },
];

const signal = new AbortController().signal;

describe.each(rows)('$runner', (row) => {
  let project: TestProject;
  beforeAll(() => {
    project = openTestProject(row.files, { links: row.links ?? {} });
  });
  afterAll(() => project.close());
  const run = (scope?: TestScope, testCommand?: string): Promise<TestReport> =>
    runTests({ workspace: project.workspace, scope, testCommand, timeoutMs: 50_000, signal });

  it('is found and runs whole', async () => {
    const report = await run();
    expect(report).toMatchObject({ state: 'ran', runner: row.runner, timedOut: false });
    expect(verdicts(report)).toEqual(row.verdicts);
    const failing = report.cases.find((one) => one.id === row.failing);
    for (const part of row.trace) expect(failing?.trace).toContain(part);
    expect(failing?.file).toBe(row.file);
  });

  it('runs one test by its id', async () => {
    const report = await run({ names: [row.failing] });
    expect(verdicts(report)).toEqual({ [row.failing]: 'failed' });
  });

  it('runs the tests of a file', async () => {
    const report = await run({ files: [row.file] });
    const inFile = Object.entries(row.verdicts).filter(([id]) => id.startsWith(row.file));
    expect(verdicts(report)).toEqual(Object.fromEntries(inFile));
  });

  it('is understood in a command line of the user', async () => {
    const report = await run(undefined, row.commandLine);
    expect(report).toMatchObject({ state: 'ran', runner: row.runner, command: row.commandLine });
    expect(verdicts(report)).toEqual(row.verdicts);
    const one = await run({ names: [row.failing] }, row.commandLine);
    expect(verdicts(one)).toEqual({ [row.failing]: 'failed' });
  });

  it('says not run when no test has the name', async () => {
    const report = await run({ names: ['no_such_test_anywhere'] });
    expect(report).toMatchObject({ state: 'not run', cases: [] });
  });

  it('leaves the repository as it was', () => {
    expect(project.status()).toBe('');
  });
});

function verdicts(report: TestReport): Record<string, string> {
  return Object.fromEntries(report.cases.map((one) => [one.id, one.verdict]));
}
