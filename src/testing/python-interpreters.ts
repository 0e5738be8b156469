import type { Project } from './project.ts';

const ENVIRONMENTS = ['.venv', 'venv', 'env', '.env'];

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

export interface Interpreter {
  /** Relative to the root for one of the project's own, else a name on PATH. */
  readonly path: string;
  /** Those of pytest, django and tblib that it can import. */
  readonly modules: ReadonlySet<string>;
}

/** Interpreters that work: the project's own environments first, those of tox among them, then what is on PATH. */
export async function findInterpreters(project: Project): Promise<Interpreter[]> {
  const own: string[] = [];
  for (const folder of [...ENVIRONMENTS, ...(await toxEnvironments(project))]) {
    if (await project.exists(`${folder}/bin/python`)) own.push(`${folder}/bin/python`);
  }
  const found: Interpreter[] = [];
  for (const path of [...own, 'python3', 'python']) {
    if (path === 'python' && found.length > own.length) continue;
    const program = path.includes('/') ? `${project.root}/${path}` : path;
    const result = await project.probe([program, '-c', PROBE, 'pytest', 'django', 'tblib']);
    if (result?.exitCode !== 0) continue;
    found.push({ path, modules: new Set(result.stdout.trim().split(/\s+/)) });
  }
  return found;
}

/** Folders under `.tox`; those that only lint or build have neither pytest nor tests to offer and lose later. */
async function toxEnvironments(project: Project): Promise<string[]> {
  if (!(await project.exists('.tox'))) return [];
  const listed = await project.probe(['ls', '.tox']);
  const names = listed?.exitCode === 0 ? listed.stdout.split('\n') : [];
  return names.filter((name) => /^[\w.-]+$/.test(name)).map((name) => `.tox/${name}`);
}
