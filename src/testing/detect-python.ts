import type { Project } from './project.ts';
import type { Runner } from './runner.ts';
import { pytestRunner, unittestLayout, unittestRunner } from './runners/python.ts';

const ENVIRONMENTS = ['.venv', 'venv', 'env', '.env'];
const TEST_FILE = /(?:^|\/)(?:test_[^/]*|[^/]*_test|tests?)\.py$/;

/** Prints the names among its arguments that can be imported; runs on Python 2.7 and later. */
const PROBE = `
import sys
def has(name):
    try:
        import importlib.util
        return importlib.util.find_spec(name) is not None
    except ImportError:
        import pkgutil
        return pkgutil.find_loader(name) is not None
print(" ".join([name for name in sys.argv[1:] if has(name)]))
`;

interface Interpreter {
  readonly path: string;
  readonly modules: ReadonlySet<string>;
}

/** pytest where the project asks for it and it is installed, else unittest where there are tests for it. */
export async function detectPython(project: Project): Promise<Runner | null> {
  const tests = project.files.filter((file) => TEST_FILE.test(file));
  const wanted = await wantsPytest(project, tests);
  if (tests.length === 0 && !wanted) return null;
  const interpreters = await findInterpreters(project);
  const own = interpreters.find((one) => one.path.includes('/'));
  const withPytest = interpreters.find((one) => one.modules.has('pytest'));
  const layout = await unittestLayout(project);
  if (withPytest && (wanted || !layout)) {
    return pytestRunner({ program: [withPytest.path, '-m', 'pytest'] });
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

/** The project's own environments first, then what is on PATH. */
async function findInterpreters(project: Project): Promise<Interpreter[]> {
  const own: string[] = [];
  for (const folder of ENVIRONMENTS) {
    if (await project.exists(`${folder}/bin/python`)) own.push(`${folder}/bin/python`);
  }
  const found: Interpreter[] = [];
  for (const path of [...own, 'python3', 'python']) {
    if (path === 'python' && found.length > own.length) continue;
    const program = path.includes('/') ? `${project.root}/${path}` : path;
    const result = await project.probe([program, '-c', PROBE, 'pytest', 'django']);
    if (result?.exitCode !== 0) continue;
    found.push({ path, modules: new Set(result.stdout.trim().split(/\s+/)) });
  }
  return found;
}
