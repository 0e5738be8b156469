import type { Workspace } from '../workspace/workspace.ts';
import type { Diagnostic } from './diagnostic.ts';
import { parseEslint, parseFlake8, parseRuff } from './linter-reports.ts';

/** A linter or formatter that a project may have configured. */
export interface ProjectLinter {
  readonly name: string;
  readonly files: RegExp;
  /** Files that configure it by being there. */
  readonly configs: readonly string[];
  /** Files shared with others that configure it by a section. */
  readonly sections: readonly { readonly file: string; readonly pattern: RegExp }[];
  /** Whether it comes from node_modules or from a Python environment. */
  readonly home: 'node' | 'python';
  /** Arguments to check standard input as the file `path`. */
  arguments(path: string): string[];
  /** @returns its findings; null when it did not do its work */
  read(output: { stdout: string; exitCode: number | null }, text: string): Diagnostic[] | null;
}

const SCRIPTS = /\.[cm]?[jt]sx?$/;
const PYTHON = /\.pyi?$/;

/** Findings of one line each: a formatter says only that the text is not as it would write it. */
function formatted(name: string): ProjectLinter['read'] {
  return ({ exitCode, stdout }, text) => {
    if (exitCode !== 0) return null;
    if (stdout === text) return [];
    const line = firstDifference(stdout, text);
    const message = `${name} would write the file differently from here on; run ${name} on it before you submit`;
    return [{ line, column: 1, message, severity: 'remark', source: name }];
  };
}

export const PROJECT_LINTERS: readonly ProjectLinter[] = [
  {
    name: 'ruff',
    files: PYTHON,
    configs: ['ruff.toml', '.ruff.toml'],
    sections: [{ file: 'pyproject.toml', pattern: /^\[tool\.ruff\b/m }],
    home: 'python',
    arguments: (path) => [
      'check',
      '--output-format=json',
      '--no-cache',
      '--stdin-filename',
      path,
      '-',
    ],
    read: ({ stdout }) => parseRuff(stdout),
  },
  {
    name: 'flake8',
    files: PYTHON,
    configs: ['.flake8'],
    sections: [
      { file: 'setup.cfg', pattern: /^\[flake8\b/m },
      { file: 'tox.ini', pattern: /^\[flake8\b/m },
    ],
    home: 'python',
    arguments: (path) => ['--format=default', '--stdin-display-name', path, '-'],
    read: ({ stdout, exitCode }) => (exitCode === 0 || exitCode === 1 ? parseFlake8(stdout) : null),
  },
  {
    name: 'black',
    files: PYTHON,
    configs: [],
    sections: [{ file: 'pyproject.toml', pattern: /^\[tool\.black\]/m }],
    home: 'python',
    arguments: (path) => ['--quiet', '--stdin-filename', path, '-'],
    read: formatted('black'),
  },
  {
    name: 'eslint',
    files: SCRIPTS,
    configs: [
      ...['js', 'mjs', 'cjs', 'ts'].map((ending) => `eslint.config.${ending}`),
      ...['', '.js', '.cjs', '.json', '.yml', '.yaml'].map((ending) => `.eslintrc${ending}`),
    ],
    sections: [{ file: 'package.json', pattern: /"eslintConfig"\s*:/ }],
    home: 'node',
    arguments: (path) => ['--format=json', '--no-color', '--stdin', '--stdin-filename', path],
    read: ({ stdout }) => parseEslint(stdout),
  },
  {
    // Its linter reports nothing readable for standard input; its formatter does.
    name: 'biome',
    files: /\.([cm]?[jt]sx?|jsonc?|css)$/,
    configs: ['biome.json', 'biome.jsonc'],
    sections: [],
    home: 'node',
    arguments: (path) => ['format', '--colors=off', `--stdin-file-path=${path}`],
    read: formatted('biome format'),
  },
  {
    name: 'prettier',
    files: /\.([cm]?[jt]sx?|jsonc?|css|scss|less|html|vue|ya?ml|md)$/,
    configs: [
      ...['', '.json', '.yml', '.yaml', '.toml', '.js', '.cjs', '.mjs'].map(
        (ending) => `.prettierrc${ending}`,
      ),
      ...['js', 'cjs', 'mjs'].map((ending) => `prettier.config.${ending}`),
    ],
    sections: [{ file: 'package.json', pattern: /"prettier"\s*:\s*[{"](?!\^?[~\d])/ }],
    home: 'node',
    arguments: (path) => ['--stdin-filepath', path],
    read: formatted('prettier'),
  },
];

/** A linter of the project, ready to be run. */
export interface InstalledLinter {
  readonly linter: ProjectLinter;
  /** Program as commands of the workspace name it. */
  readonly program: string;
}

/** @returns the linters that the repository configures and has installed */
export async function installedLinters(workspace: Workspace): Promise<InstalledLinter[]> {
  const found: InstalledLinter[] = [];
  for (const linter of PROJECT_LINTERS) {
    if (!(await isConfigured(workspace, linter))) continue;
    const program = await programOf(workspace, linter);
    if (program) found.push({ linter, program });
  }
  return found;
}

async function isConfigured(workspace: Workspace, linter: ProjectLinter): Promise<boolean> {
  for (const path of linter.configs) if (await isFile(workspace, path)) return true;
  for (const { file, pattern } of linter.sections) {
    const bytes = await workspace.readFile(file).catch(() => null);
    if (bytes && pattern.test(bytes.toString('utf8'))) return true;
  }
  return false;
}

/** Never a program from the network: `npx` and the like are not asked. */
async function programOf(workspace: Workspace, linter: ProjectLinter): Promise<string | null> {
  const folders = linter.home === 'node' ? ['node_modules/.bin'] : ['.venv/bin', 'venv/bin'];
  for (const folder of folders) {
    const path = `${folder}/${linter.name}`;
    if (await isFile(workspace, path)) return `${workspace.root}/${path}`;
  }
  if (linter.home === 'node') return null;
  const argv = ['sh', '-c', 'command -v "$1"', 'sh', linter.name];
  const result = await workspace.exec(argv, { timeoutMs: 5_000 }).catch(() => null);
  return result?.exitCode === 0 ? linter.name : null;
}

async function isFile(workspace: Workspace, path: string): Promise<boolean> {
  const stat = await workspace.stat(path).catch(() => null);
  return stat?.kind === 'file';
}

function firstDifference(a: string, b: string): number {
  const left = a.split('\n');
  const right = b.split('\n');
  const at = right.findIndex((line, index) => line !== left[index]);
  return at < 0 ? right.length : at + 1;
}
