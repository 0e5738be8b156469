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

const djangoVerdicts = (folder: string) => ({
  [`${folder}/calc/tests.py::CalcTest::test_zero`]: 'passed',
  [`${folder}/calc/tests.py::CalcTest::test_add`]: 'failed',
  [`${folder}/calc/tests.py::CalcTest::test_later`]: 'skipped',
  [`${folder}/calc/tests.py::CrashTest::test_crash`]: 'error',
});

describeRunner({
  runner: 'django',
  files: projects.djangoProject,
  links: { '.venv': testVenv },
  commandLine: 'cd site && ../.venv/bin/python manage.py test',
  verdicts: djangoVerdicts('site'),
  failing: 'site/calc/tests.py::CalcTest::test_add',
  trace: ['AssertionError: 1 != 3', 'site/calc/tests.py:13'],
  file: 'site/calc/tests.py',
});

describeRunner({
  runner: 'django',
  files: projects.djangoItself,
  links: { '.venv': testVenv },
  commandLine: '.venv/bin/python tests/runtests.py',
  verdicts: {
    ...djangoVerdicts('tests'),
    'tests/other/tests.py::OtherTest::test_other': 'passed',
  },
  failing: 'tests/calc/tests.py::CalcTest::test_add',
  trace: ['AssertionError: 1 != 3', 'tests/calc/tests.py:13'],
  file: 'tests/calc/tests.py',
});

describeRunner({
  runner: 'pytest',
  files: projects.toxProject,
  links: { '.tox/py3': testVenv },
  commandLine: 'CALC_MODE=strict .tox/py3/bin/python -m pytest',
  verdicts: {
    'tests/test_calc.py::test_zero': 'passed',
    'tests/test_calc.py::test_add': 'failed',
    'tests/test_calc.py::test_later': 'skipped',
    'tests/test_calc.py::test_crash': 'failed',
  },
  failing: 'tests/test_calc.py::test_add',
  trace: ['assert (2 - 1) == 3'],
  file: 'tests/test_calc.py',
});
