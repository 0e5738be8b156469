import * as projects from '../projects.ts';
import { describeRunner } from '../runner-rows.ts';
import { testVenv } from '../support.ts';

describeRunner({
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
});

describeRunner({
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
});
