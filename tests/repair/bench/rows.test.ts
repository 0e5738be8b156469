import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { folderNames } from '../../../src/commands/bench-tasks.ts';
import { languageOfRow } from '../../../src/repair/bench/rows/language.ts';
import { projectOf } from '../../../src/repair/bench/rows/project.ts';
import { readRows } from '../../../src/repair/bench/rows/read-rows.ts';
import type { Row } from '../../../src/repair/bench/rows/row.ts';
import { readVerdict, verdictProgram } from '../../../src/repair/bench/rows/verdict.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-rows-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const PYTHON = 'def double(n):\n    return n * 2\n';
const JAVASCRIPT = 'const double = (n) => {\n  return n * 2;\n}\n';

describe('the language of a row', () => {
  it.each([
    ['Python/3', undefined, JAVASCRIPT, 'python'],
    ['py/3', undefined, PYTHON, 'python'],
    ['js/double', undefined, JAVASCRIPT, 'javascript'],
    ['Fixes/double', 'JavaScript', PYTHON, 'javascript'],
    ['Fixes/double', undefined, PYTHON, 'python'],
    ['double', undefined, JAVASCRIPT, 'javascript'],
  ])('%s, field %s', async (id, language, program, expected) => {
    expect(await languageOfRow({ id, language, program })).toBe(expected);
  });

  it.each([
    ['Go/1', undefined, PYTHON, /Go\/1: only Python and JavaScript/],
    ['Fixes/1', 'rust', PYTHON, /only Python and JavaScript/],
    ['Fixes/1', undefined, '}{ def (', /nothing tells the language.*"language"/],
  ])('refuses %s, field %s', async (id, language, program, message) => {
    await expect(languageOfRow({ id, language, program })).rejects.toThrow(message);
  });
});

const gcd = {
  name: 'gcd',
  buggy_program: 'def gcd(a, b):\n    return a if b == 0 else gcd(a % b, b)\n',
  docstring:
    '"""\nGreatest common divisor.\n\n>>> gcd(35, 21)\n7\n>>> gcd(3, 0)  # trivial\n3\n"""',
  solution: 'def gcd(a, b):\n    return a if b == 0 else gcd(b, a % b)\n',
  tests: 'from gcd import gcd\n\nassert gcd(*[17, 0]) == 17\nassert gcd(\n    *[35, 21]\n) == 7\n',
};
const lines = {
  name: 'lines',
  buggy_program: 'class Text:\n    pass\n\n\ndef lines(text):\n    return text.split("\\n")[1:]\n',
  docstring: 'Lines of a text, "quoted" or \\ not.',
  solution: 'class Text:\n    pass\n\n\ndef lines(text):\n    return text.split("\\n")\n',
  tests:
    'import re\n\nBREAK = "\\n"\n\ndef test_two():\n    assert lines(f"a{BREAK}b") == ["a", "b"]\n\nfor text in ["a"]:\n    assert lines("""a\nb""") == ["a", "b"]\n',
};

async function rowOf(value: unknown): Promise<Row> {
  const [row] = await readRows(JSON.stringify(value), 'rows.jsonl');
  if (!row) throw new Error('there is no row');
  return row;
}

/** Runs a row's judging program on a text as `bench` does. */
function judge(row: Row, text: string): string {
  const { files, argv } = verdictProgram(row, text);
  const folder = mkdtempSync(join(home, 'judge-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return readVerdict(execFileSync(argv[0] ?? '', argv.slice(1), { cwd: folder, encoding: 'utf8' }));
}

/** Runs a row's visible tests by its own `test_` functions. */
function visibleTestsPass(row: Row, program: string, visible: 'full' | 'examples'): boolean {
  const folder = mkdtempSync(join(home, 'visible-'));
  const { files } = projectOf(row, visible);
  writeFileSync(join(folder, 'solution.py'), program);
  writeFileSync(join(folder, 'test_solution.py'), files['test_solution.py'] ?? '');
  const run =
    'import test_solution as t\nfound = [f for n, f in vars(t).items() if n.startswith("test")]\nassert found\n[f() for f in found]';
  try {
    execFileSync('python3', ['-c', run], { cwd: folder, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('a program with tests as a row', () => {
  test.each([
    ['assertions', gcd],
    ['functions and statements', lines],
  ])('is judged by its tests: %s', async (_, value) => {
    const row = await rowOf(value);
    expect(row).toMatchObject({ task_id: value.name, language: 'python', entry_point: value.name });
    expect(judge(row, value.solution)).toBe('right');
    expect(judge(row, value.buggy_program)).toBe('fails the official test');
    expect(visibleTestsPass(row, value.solution, 'full')).toBe(true);
    expect(visibleTestsPass(row, value.buggy_program, 'full')).toBe(false);
  });

  test('shows only the examples of the docstring when those are asked for', async () => {
    const row = await rowOf(gcd);
    const { files, source } = projectOf(row, 'examples');
    expect(files[source]).toMatch(/^def gcd(?:.|\n)*"""\nGreatest common divisor\./);
    expect(files['test_solution.py']).toContain('assert (gcd(35, 21)) == (7)');
    expect(files['test_solution.py']).not.toContain('17');
    expect(visibleTestsPass(row, gcd.solution, 'examples')).toBe(true);
    expect(Object.keys(projectOf(await rowOf(lines), 'examples').files)).toEqual(['solution.py']);
  });

  test('keeps a docstring without quotes as a string', async () => {
    const row = await rowOf(lines);
    const print = `${row.buggy_solution}\nprint("parsed")`;
    expect(execFileSync('python3', ['-c', print], { encoding: 'utf8' })).toBe('parsed\n');
    expect(row.buggy_solution).toContain('"quoted" or \\\\ not.');
  });

  it.each([
    [{ ...gcd, tests: 'print(1)\n' }, /gcd: tests has neither an assertion nor a function/],
    [{ ...gcd, tests: 'assert (' }, /gcd: tests is no Python/],
    [{ ...gcd, buggy_program: '1\n' }, /gcd: buggy_program defines no function/],
    [{ ...gcd, tests: undefined }, /line 1 is no program with tests \(tests:/],
  ])('refuses %#', async (value, message) => {
    await expect(readRows(JSON.stringify(value), 'rows.jsonl')).rejects.toThrow(message);
  });
});

test('a file without rows is refused', async () => {
  await expect(readRows('\n', 'rows.jsonl')).rejects.toThrow(/rows\.jsonl holds no rows/);
});

test('a test gets the names of the program that it uses', async () => {
  const row = await rowOf({
    task_id: 'Python/1',
    prompt: 'def twice(n):\n    return 2 * n\n\n\ndef half(n):\n',
    buggy_solution: '    return n // 3\n',
    canonical_solution: '    return n // 2\n',
    test: 'def check(half):\n    assert half(twice(4)) == 4\n\ncheck(half)\n',
    entry_point: 'half',
  });
  expect(projectOf(row, 'full').files['test_solution.py']).toContain(
    'from solution import half, twice\n',
  );
  expect(judge(row, row.prompt + row.canonical_solution)).toBe('right');
});

test('stronger inputs decide alone where a row has no reference', async () => {
  const row = await rowOf({
    task_id: 'Fixes/double',
    buggy_solution: 'def double(n):\n    return n + 2\n',
    test: 'assert double(2) == 4\n',
    entry_point: 'double',
    plus: { inputs: [[2], [5]], expected: ['4', '10'] },
  });
  expect(judge(row, PYTHON)).toBe('right');
  expect(judge(row, row.buggy_solution)).toBe('fails stronger inputs');
});

test('folders for ids stay inside and differ', () => {
  const names = folderNames(['..', '../../x', 'a/b', 'a-b', 'A/B', '', 'x'.repeat(500)]);
  expect(new Set(names).size).toBe(7);
  for (const name of names) expect(name).toMatch(/^[\w-][\w.-]{0,102}$/);
});
