import { expect, it } from 'vitest';
import { runTests } from '../../src/testing/run-tests.ts';
import { toxProject } from '../testing/projects.ts';
import { verdicts } from '../testing/runner-rows.ts';
import { openTestProject, testVenv } from '../testing/support.ts';

it('reads the report of pytest inside an environment that tox makes', async () => {
  const project = openTestProject({ ...toxProject, '.gitignore': '.tox\n' });
  try {
    const report = await runTests({
      workspace: project.workspace,
      testCommand: `${testVenv}/bin/tox -e py3`,
      timeoutMs: 200_000,
      signal: new AbortController().signal,
    });
    expect(report, report.output).toMatchObject({ state: 'ran', runner: 'pytest' });
    expect(verdicts(report)).toEqual({
      'tests/test_calc.py::test_zero': 'passed',
      'tests/test_calc.py::test_add': 'failed',
      'tests/test_calc.py::test_later': 'skipped',
      'tests/test_calc.py::test_crash': 'failed',
    });
  } finally {
    await project.close();
  }
});
