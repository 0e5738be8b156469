import { display } from '../command-line.ts';
import { parseEvents } from '../parse/events.ts';
import type { Project } from '../project.ts';
import type { ParsedReport, ReportInput, Runner, RunPlace } from '../runner.ts';
import { scopeParts } from '../runner.ts';

/** Name of the report file of `hooks/patchwright_report.py` in the report folder. */
export const PYTHON_REPORT = 'python.jsonl';

/** What makes every Python process of a command report, without a change to the command. */
export function pythonHooks(place: RunPlace): Record<string, string> {
  return {
    PYTHONPATH: [place.hooks, place.pythonPath].filter((path) => path !== '').join(':'),
    PATCHWRIGHT_PYTHON_REPORT: `${place.reports}/${PYTHON_REPORT}`,
    PATCHWRIGHT_ROOT: place.root,
    // A file edited twice within a second keeps its time stamp; stale bytecode would run the older text.
    PYTHONDONTWRITEBYTECODE: '1',
    COVERAGE_FILE: `${place.reports}/coverage`,
  };
}

/** The project's own variables beside the hooks; an import path of its own stands behind that of the hooks. */
export function withHooks(
  hooks: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const paths = [hooks.PYTHONPATH, env.PYTHONPATH].filter((path) => path !== undefined);
  return { ...hooks, ...env, ...(paths.length > 0 ? { PYTHONPATH: paths.join(':') } : {}) };
}

/** Reads what the Python hooks wrote; null when they wrote nothing. */
export function parsePython(input: ReportInput): ParsedReport | null {
  const text = input.files.get(PYTHON_REPORT);
  if (!text) return null;
  const report = parseEvents(text, input.root);
  // pytest: 2 interrupted, 3 internal error, 4 usage error. A collection error alone also ends with 2.
  const stopped = report.status === 3 || report.status === 4;
  return { ...report, complete: report.complete && !stopped };
}

export function parsePythonOnly(input: ReportInput): ParsedReport {
  return parsePython(input) ?? { cases: [], complete: false };
}

/** Interpreter as the workspace calls it: one inside the repository gets its absolute path. */
export function resolveInterpreter(
  program: readonly string[],
  place: RunPlace | undefined,
): string[] {
  const [first = 'python3', ...rest] = program;
  return first.includes('/') && !first.startsWith('/') && place
    ? [`${place.root}/${first}`, ...rest]
    : [first, ...rest];
}

export interface PythonRunnerInput {
  /** For instance `['.venv/bin/python', '-m', 'pytest']`. */
  readonly program: readonly string[];
  /** Options of the project's own command. */
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly problem?: string;
}

/** pytest through its node ids; a name that is no node id becomes a `-k` expression. */
export function pytestRunner(input: PythonRunnerInput): Runner {
  const { program, options = [], env = {} } = input;
  return {
    name: 'pytest',
    program,
    ...(input.problem === undefined ? {} : { problem: input.problem }),
    command(scope, place) {
      const parts = scopeParts(scope);
      const targets = [...parts.files, ...parts.ids.map((id) => id.id)];
      const words = parts.patterns.filter((pattern) => /^[\w.[\]-]+$/.test(pattern));
      const select = words.length > 0 && words.length === parts.patterns.length;
      const args = [...options, ...targets, ...(select ? ['-k', words.join(' or ')] : [])];
      const report = place
        ? [
            '--continue-on-collection-errors',
            '--tb=short',
            '--color=no',
            '-o',
            `cache_dir=${place.cache}/pytest`,
          ]
        : [];
      return {
        argv: [...resolveInterpreter(program, place), ...report, ...args],
        env: place ? withHooks(pythonHooks(place), env) : env,
        display: display([...program, ...args]),
      };
    },
    parse: parsePythonOnly,
  };
}

/**
 * unittest by dotted names, the ids that it reports itself.
 *
 * @param start folder on the import path that test modules are named from; `.` when tests are packages of the root
 */
export function unittestRunner(
  input: PythonRunnerInput & { readonly start: string; readonly files: readonly string[] },
): Runner {
  const { program, start, options = [], env = {} } = input;
  const moduleOf = moduleNamer(start);
  return {
    name: 'unittest',
    program,
    ...(input.problem === undefined ? {} : { problem: input.problem }),
    command(scope, place) {
      const parts = scopeParts(scope);
      const dotted = parts.patterns.filter((name) => /^\w+(\.\w+)+$/.test(name));
      const words = parts.patterns.filter((name) => !dotted.includes(name));
      const files = parts.files.length > 0 || dotted.length > 0 ? parts.files : input.files;
      const targets = [...files.map(moduleOf), ...parts.ids.map(idToDotted(moduleOf)), ...dotted];
      const args = [...options, ...targets, ...words.flatMap((word) => ['-k', word])];
      const own = start === '.' ? env : withHooks({ PYTHONPATH: start }, env);
      return {
        argv: [...resolveInterpreter(program, place), ...args],
        env: place ? withHooks(pythonHooks(place), own) : own,
        display: `${start === '.' ? '' : `PYTHONPATH=${start} `}${display([...program, ...args])}`,
      };
    },
    parse: parsePythonOnly,
  };
}

/** Dotted names of files and folders as seen from a folder on the import path. */
export function moduleNamer(start: string): (file: string) => string {
  return (file) =>
    (start === '.' || !file.startsWith(`${start}/`) ? file : file.slice(start.length + 1))
      .replace(/\.py$/, '')
      .replaceAll('/', '.');
}

export function idToDotted(moduleOf: (file: string) => string) {
  return (id: { file: string; name: string }) =>
    `${moduleOf(id.file)}.${id.name.replaceAll('::', '.')}`;
}

/** Import path and test files that unittest's own discovery would use from the root. */
export async function unittestLayout(
  project: Project,
): Promise<{ start: string; files: string[] } | null> {
  const tests = project.files.filter((file) => /(?:^|\/)test[^/]*\.py$/.test(file));
  const files: string[] = [];
  for (const file of tests) {
    if ((await project.read(file))?.includes('unittest')) files.push(file);
  }
  if (files.length === 0) return null;
  const folders = new Set(files.map((file) => file.split('/').slice(0, -1).join('/')));
  const [only] = folders;
  const isPackage = only === '' || project.has(`${only}/__init__.py`);
  const start = folders.size === 1 && only && !isPackage ? only : '.';
  return { start, files };
}
