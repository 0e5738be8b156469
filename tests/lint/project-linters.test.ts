import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEslint, parseFlake8, parseRuff } from '../../src/lint/linter-reports.ts';
import { packageRoot } from '../../src/package-root.ts';
import { type Bench, openBench } from '../tools/harness.ts';

const PYTHON_TOOLS = ['ruff==0.14.0', 'flake8==7.3.0', 'black==25.9.0'];
const venv = join(packageRoot, '.cache', 'test-linters');

/** The Python linters come from PyPI, once. */
function installPythonTools(): void {
  const stamp = join(venv, 'done');
  if (existsSync(stamp)) return;
  mkdirSync(dirname(venv), { recursive: true });
  execFileSync('python3', ['-m', 'venv', '--clear', venv]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PYTHON_TOOLS];
  execFileSync(join(venv, 'bin', 'python'), pip);
  writeFileSync(stamp, '');
}

/** Puts a program into the repository as a package manager would, so that it counts as installed. */
function install(bench: Bench, path: string, program: readonly string[]): void {
  bench.write(path, `#!/bin/sh\nexec ${program.map((word) => `'${word}'`).join(' ')} "$@"\n`);
  chmodSync(join(bench.root, path), 0o755);
}

const require = createRequire(import.meta.url);

function nodeProgram(manifest: string, bin: string): string[] {
  return [process.execPath, join(dirname(manifest), bin)];
}

describe('linters of the project', () => {
  let bench: Bench;
  beforeAll(() => {
    installPythonTools();
    bench = openBench({
      semanticChecks: true,
      files: {
        'pyproject.toml':
          '[tool.ruff]\nlint.select = ["F", "E7"]\n\n[tool.black]\nline-length = 80\n',
        '.flake8': '[flake8]\nselect = W6,E711\n',
        'eslint.config.mjs': "export default [{ rules: { eqeqeq: 'error' } }];\n",
        '.prettierrc': '{ "singleQuote": true }\n',
        'biome.json':
          '{ "formatter": { "indentStyle": "space" }, "javascript": { "formatter": { "quoteStyle": "single" } } }\n',
        'a.py': 'import os\n\nunused = 1\nprint(unused)\n',
        'a.js': "export const a = (b) => b === 'x';\n",
        'a.css': '.a {\n  color: red;\n}\n',
      },
    });
    for (const name of ['ruff', 'flake8', 'black']) {
      install(bench, `.venv/bin/${name}`, [join(venv, 'bin', name)]);
    }
    install(
      bench,
      'node_modules/.bin/eslint',
      nodeProgram(require.resolve('eslint/package.json'), 'bin/eslint.js'),
    );
    install(
      bench,
      'node_modules/.bin/prettier',
      nodeProgram(require.resolve('prettier/package.json'), 'bin/prettier.cjs'),
    );
    install(
      bench,
      'node_modules/.bin/biome',
      nodeProgram(require.resolve('@biomejs/biome/package.json'), 'bin/biome'),
    );
  });
  afterAll(() => bench.close());

  const edit = (path: string, old_text: string, new_text: string) =>
    bench.call('edit', { path, old_text, new_text });

  test('ruff, flake8 and black remark on what an edit adds, and only on that', async () => {
    const answer = await edit('a.py', 'print(unused)', 'import sys\nprint(unused == None,1)');
    expect(answer.isError, answer.text).toBe(false);
    expect(answer.text).toContain('The edit was made. Look at this once more');
    expect(answer.text).toMatch(/- line 4: .*sys.* imported but unused \(ruff F401\)/);
    expect(answer.text).toMatch(/- line 5: comparison to None .*\(flake8 E711\)/);
    expect(answer.text).toMatch(/- line 5: black would write the file differently .*\(black\)/);
    expect(answer.text).not.toContain('`os` imported but unused');
  });

  test('eslint and prettier remark on what an edit adds', async () => {
    const answer = await edit('a.js', "b === 'x'", 'b == "x"');
    expect(answer.isError, answer.text).toBe(false);
    expect(answer.text).toContain("line 1: Expected '===' and instead saw '=='. (eslint eqeqeq)");
    expect(answer.text).toContain('prettier would write the file differently');
    const mended = await edit('a.js', 'b == "x"', "b === 'y'");
    expect(mended.text).not.toContain('Look at this once more');
  });

  test('biome remarks on formatting', async () => {
    const answer = await edit('a.css', '  color: red;', 'color:blue;');
    expect(answer.text).toContain('biome format would write the file differently');
  });

  test('a linter that fails says nothing', async () => {
    bench.write('b.js', 'export const b = 1;\n');
    install(bench, 'node_modules/.bin/eslint', ['false']);
    const answer = await edit('b.js', 'b = 1', 'b = 2');
    expect(answer.isError, answer.text).toBe(false);
    expect(answer.text).not.toContain('eslint');
  });
});

test('reports that are none are not taken for empty ones', () => {
  for (const text of ['', 'error: no such option', '{"a": 1}', '[{"b": 2}]']) {
    expect(parseRuff(text)).toBeNull();
    expect(parseEslint(text)).toBeNull();
  }
  expect(parseFlake8('a.py:3:5: E711 comparison\nnoise\n')).toEqual([
    { line: 3, column: 5, message: 'comparison', severity: 'remark', source: 'flake8 E711' },
  ]);
});
