import type { Project } from './project.ts';
import { findInterpreters, type Interpreter } from './python-interpreters.ts';
import type { Runner } from './runner.ts';
import { djangoRunner } from './runners/django.ts';
import { pytestRunner, unittestLayout, unittestRunner } from './runners/python.ts';
import { toxPytest } from './tox.ts';

const TEST_FILE = /(?:^|\/)(?:test_[^/]*|[^/]*_test|tests?)\.py$/;

/** Django's runner, pytest where the project asks for it and it is installed, else unittest where it has tests. */
export async function detectPython(project: Project): Promise<Runner | null> {
  const tests = project.files.filter((file) => TEST_FILE.test(file));
  const wanted = await wantsPytest(project, tests);
  if (tests.length === 0 && !wanted) return null;
  const interpreters = await findInterpreters(project);
  const django = await detectDjango(project, interpreters);
  if (django) return django;
  const own = interpreters.find((one) => one.path.includes('/'));
  const withPytest = interpreters.find((one) => one.modules.has('pytest'));
  const layout = await unittestLayout(project);
  if (withPytest && (wanted || !layout)) {
    const { options, env } = await toxPytest(project);
    return pytestRunner({ program: [withPytest.path, '-m', 'pytest'], options, env });
  }
  const python = own ?? interpreters[0];
  if (layout && python && (!wanted || !withPytest)) {
    return unittestRunner({ program: [python.path, '-m', 'unittest'], ...layout });
  }
  const where = python?.path ?? 'python3';
  const problem = python
    ? `The tests need pytest, which is not installed for ${where}; run ${where} -m pip install pytest.`
    : 'No Python interpreter was found; install python3.';
  return pytestRunner({ program: [where, '-m', 'pytest'], problem });
}

async function wantsPytest(project: Project, tests: readonly string[]): Promise<boolean> {
  if (project.files.some((file) => /(?:^|\/)(?:conftest\.py|\.?pytest\.ini)$/.test(file)))
    return true;
  const configuration = [
    'pyproject.toml',
    'setup.cfg',
    'tox.ini',
    'setup.py',
    'noxfile.py',
    'Pipfile',
    ...project.files.filter((file) => /(?:^|\/)[\w-]*requirements[\w-]*\.(?:txt|in)$/.test(file)),
  ];
  for (const file of configuration) {
    if (/\bpytest\b|\[tool:pytest\]/.test((await project.read(file)) ?? '')) return true;
  }
  for (const file of tests.slice(0, 20)) {
    if (/^\s*(?:import|from)\s+pytest\b/m.test((await project.read(file)) ?? '')) return true;
  }
  return false;
}

/** Django itself by `tests/runtests.py`, and projects by `manage.py` unless they are set up for pytest-django. */
async function detectDjango(
  project: Project,
  interpreters: readonly Interpreter[],
): Promise<Runner | null> {
  const own = project.has('tests/runtests.py') && project.has('django/__init__.py');
  const manage = project.files
    .filter((file) => /(?:^|\/)manage\.py$/.test(file))
    .sort((a, b) => a.split('/').length - b.split('/').length)[0];
  if (!own && (manage === undefined || (await usesPytestDjango(project)))) return null;
  const python = interpreters.find((one) => own || one.modules.has('django'));
  const at = python?.path ?? interpreters[0]?.path ?? 'python3';
  const missing = {
    problem: `The tests need Django, which is not installed for ${at}; run ${at} -m pip install django.`,
  };
  const problem = python ? {} : missing;
  const common = { python: at, parallel: python?.modules.has('tblib') ?? false, ...problem };
  if (own) {
    const place = { script: 'tests/runtests.py', verb: [], folder: '.', labelsFrom: 'tests' };
    return djangoRunner({ ...common, ...place });
  }
  const folder = (manage ?? '').split('/').slice(0, -1).join('/') || '.';
  const place = { script: 'manage.py', verb: ['test'], folder, labelsFrom: folder };
  return djangoRunner({ ...common, ...place });
}

async function usesPytestDjango(project: Project): Promise<boolean> {
  for (const file of ['pytest.ini', 'pyproject.toml', 'setup.cfg', 'tox.ini']) {
    const text = (await project.read(file)) ?? '';
    if (/pytest/.test(text) && /DJANGO_SETTINGS_MODULE/.test(text)) return true;
  }
  return false;
}
