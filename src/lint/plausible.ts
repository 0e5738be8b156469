import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { ripgrep } from '../search/ripgrep.ts';
import { languageOf } from '../syntax/languages.ts';
import { parse } from '../syntax/parser.ts';
import { linesOf } from '../text/lines.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Finding } from './semantic-checker.ts';

const IMPORT_TIMEOUT_MS = 20_000;
/** Builtins of Python 2, which code for both versions still names. */
const PYTHON2_NAMES = new Set([
  'unicode',
  'basestring',
  'xrange',
  'raw_input',
  'long',
  'reduce',
  'unichr',
  'file',
  'cmp',
  'execfile',
  'buffer',
  'reload',
  'intern',
  'apply',
  'WindowsError',
]);

/** Files that name the packages a project depends on. */
const MANIFESTS = [
  'package.json',
  'requirements*.txt',
  'requirements/*.txt',
  'setup.py',
  'setup.cfg',
  'pyproject.toml',
  'Pipfile',
  'tox.ini',
  'environment.y*ml',
  'noxfile.py',
];

let knownGlobals: Set<string> | undefined;

export interface CheckedText {
  readonly workspace: Workspace;
  readonly path: string;
  readonly after: string;
  /** Whether a Python module can be imported here. */
  resolves(module: string): Promise<boolean>;
}

/**
 * Leaves out findings that speak of the environment and not of the edit: globals of a run time or test runner,
 * packages that the project names but that are not installed here, imports that the code itself expects to fail.
 */
export async function plausible(
  text: CheckedText,
  findings: readonly Finding[],
): Promise<Finding[]> {
  const kept: Finding[] = [];
  for (const finding of findings) {
    const python = languageOf(text.path) === 'python';
    const explained = python
      ? await explainedInPython(text, finding)
      : await explainedInJavaScript(text, finding);
    if (!explained) kept.push(finding);
  }
  return kept;
}

async function explainedInPython(text: CheckedText, finding: Finding): Promise<boolean> {
  const { kind, subject = '' } = finding;
  if (kind === 'name') return PYTHON2_NAMES.has(subject);
  if (kind !== 'import') return false;
  if (await insideTry(text, finding)) return true;
  if (!/could not be resolved/.test(finding.message)) return false;
  if (await isInImage(text.workspace, subject)) return true;
  const [top = '', ...inner] = subject.split('.');
  if (top === '' || !(await isKnownPackage(text.workspace, top, 'python'))) return false;
  // A package that is there and lacks the submodule is no matter of the environment.
  return inner.length === 0 || !(await text.resolves(top));
}

/** The checker reads the host's files; what is installed in a container's image only the container's Python knows. */
async function isInImage(workspace: Workspace, module: string): Promise<boolean> {
  if (workspace.kind !== 'container') return false;
  const program =
    'import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)';
  const argv = ['python3', '-c', program, module];
  const asked = await workspace.exec(argv, { timeoutMs: IMPORT_TIMEOUT_MS }).catch(() => null);
  return asked?.exitCode === 0;
}

async function explainedInJavaScript(text: CheckedText, finding: Finding): Promise<boolean> {
  const { kind, subject = '' } = finding;
  if (kind === 'name') return isGlobal(subject);
  if (kind !== 'import' || !/^Cannot find module/.test(finding.message)) return false;
  if (subject.startsWith('.')) return relativeExists(text.workspace, text.path, subject);
  if (subject.startsWith('node:') || builtinModules.includes(subject.split('/')[0] ?? '')) {
    return builtinModules.includes(subject.replace(/^node:/, ''));
  }
  const parts = subject.split('/');
  const name = subject.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? subject);
  return isKnownPackage(text.workspace, name, 'javascript');
}

/** An import inside of `try` with an `except` is expected to fail. */
async function insideTry(text: CheckedText, finding: Finding): Promise<boolean> {
  const tree = await parse('python', text.after);
  const start = linesOf(text.after).starts[finding.line - 1];
  if (!tree || start === undefined) return false;
  const at = start + finding.column - 1;
  for (let node = tree.rootNode.descendantForIndex(at, at); node; node = node.parent) {
    if (node.type === 'try_statement') return true;
    if (node.type === 'function_definition') return false;
  }
  return false;
}

async function isGlobal(name: string): Promise<boolean> {
  if (!knownGlobals) {
    const { default: globals } = await import('globals');
    knownGlobals = new Set(Object.values(globals).flatMap((names) => Object.keys(names)));
  }
  return knownGlobals.has(name);
}

/** Style sheets, images and templates are no modules for a type checker, but bundlers import them. */
async function relativeExists(
  workspace: Workspace,
  from: string,
  specifier: string,
): Promise<boolean> {
  const bare = specifier.replace(/[?#].*$/, '');
  const path = posix.join(posix.dirname(from), bare);
  const stat = path.startsWith('..') ? null : await workspace.stat(path).catch(() => null);
  return stat?.kind === 'file';
}

/** Whether the project names the package among its dependencies or imports it in another place. */
async function isKnownPackage(
  workspace: Workspace,
  name: string,
  language: 'python' | 'javascript',
): Promise<boolean> {
  const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const listed = quoted.replace(/[-_]/g, '[-_.]?');
  const manifests = MANIFESTS.map((glob) => `--glob=${glob}`);
  const used =
    language === 'python'
      ? `^\\s*(import|from)\\s+${quoted}\\b`
      : `(from|require\\(|import\\(|import)\\s*['"]${quoted}['"/]`;
  const queries = [
    [...manifests, '--ignore-case', `--regexp=(^|[^\\w-])${listed}([^\\w-]|$)`],
    [`--regexp=${used}`],
  ];
  for (const query of queries) {
    const args = ['--files-with-matches', '--max-count=1', ...query, '--', '.'];
    const { exitCode } = await ripgrep(workspace, args, { maxBytes: 64 * 1024 });
    if (exitCode === 0) return true;
  }
  return false;
}
