import * as z from 'zod';
import { UsageError } from '../../../errors.ts';
import {
  childOf,
  descendants,
  parseSource,
  parsesCleanly,
  type SourceFile,
  type SyntaxNode,
  textOf,
} from '../../tree.ts';
import { definedInPython } from './defined-names.ts';
import type { Row } from './row.ts';

/** A Python program with its tests: assertions, or functions `test...`, that use the program's names. */
export const ProgramRow = z.object({
  name: z.string().min(1),
  buggy_program: z.string().min(1),
  /** With examples as of doctest, or without; quoted or not. */
  docstring: z.string().default(''),
  solution: z.string().optional(),
  tests: z.string().min(1),
});
type ProgramRow = z.infer<typeof ProgramRow>;

/**
 * Brings a program with tests into the form of HumanEvalFix: its assertions as `check`, the examples of its docstring as
 * the visible ones, the docstring at the end of the module.
 *
 * @throws {UsageError} for tests or a program that cannot be read as Python, and for tests that check nothing
 */
export async function rowOfProgram(row: ProgramRow): Promise<Row> {
  const { name, buggy_program: program, docstring, solution, tests } = row;
  const names = definedInPython(program);
  const entry = names.includes(name) ? name : names[0];
  if (entry === undefined) throw new UsageError(`${name}: buggy_program defines no function`);
  const source = await parseSource('tests.py', 'python', tests);
  if (!source || source.hasError) throw new UsageError(`${name}: tests is no Python`);
  const { before, checks } = takeApart(source, names);
  const hasFunctions = source.root.children.some((node) => isTestFunction(source, node));
  if (checks.length === 0 && !hasFunctions) {
    throw new UsageError(`${name}: tests has neither an assertion nor a function named test...`);
  }
  return {
    task_id: name,
    language: 'python',
    prompt: '',
    buggy_solution: `${program.trimEnd()}\n${await documentation(docstring)}`,
    canonical_solution: solution,
    test: [...before, ...checkOf(entry, checks)].join('\n'),
    example_test: checkOf(entry, await examplesOf(docstring)).join('\n'),
    entry_point: entry,
    bug_type: 'unknown',
  };
}

function checkOf(entry: string, checks: readonly string[]): string[] {
  if (checks.length === 0) return [];
  return [`\n\ndef check(${entry}):`, ...checks, `\ncheck(${entry})\n`];
}

/** What runs the program when the module is loaded becomes the body of `check`; the rest stays before it. */
function takeApart(source: SourceFile, names: readonly string[]) {
  const before: string[] = [];
  const checks: string[] = [];
  for (const node of source.root.children) {
    if (/^import/.test(node.type) && importsOnly(source, node, names)) continue;
    const isDefinition = /definition$|^import|^comment$/.test(node.type);
    if (isDefinition || !(node.type === 'assert_statement' || mentions(source, node, names))) {
      before.push(textOf(source, node));
    } else checks.push(indented(source, node));
  }
  return { before, checks };
}

/** Whether an import brings in nothing but the program's own names, which the tests have anyway. */
function importsOnly(source: SourceFile, node: SyntaxNode, names: readonly string[]): boolean {
  if (node.type !== 'import_from_statement') return false;
  const imported = node.children.filter((child) => child.field === 'name');
  return imported.length > 0 && imported.every((each) => names.includes(textOf(source, each)));
}

function mentions(source: SourceFile, node: SyntaxNode, names: readonly string[]): boolean {
  return [...descendants(node)].some(
    (each) => each.type === 'identifier' && names.includes(textOf(source, each)),
  );
}

function isTestFunction(source: SourceFile, node: SyntaxNode): boolean {
  const name = node.type === 'function_definition' ? childOf(node, 'name') : null;
  return name !== null && textOf(source, name).startsWith('test');
}

/** The statement's lines one level deeper, those that begin inside a string as they are. */
function indented(source: SourceFile, node: SyntaxNode): string {
  const inString = new Set<number>();
  for (const each of descendants(node)) {
    if (each.type !== 'string') continue;
    for (let row = each.row + 1; row <= each.endRow; row++) inString.add(row);
  }
  return textOf(source, node)
    .split('\n')
    .map((line, index) => (inString.has(node.row + index) ? line : `    ${line}`))
    .join('\n');
}

/** The docstring as a string of its own, quoted unless it is already. */
async function documentation(docstring: string): Promise<string> {
  const text = docstring.trim();
  if (text === '') return '';
  if (/^[rR]?("""|''')/.test(text) && (await parsesCleanly('python', text))) return `\n\n${text}\n`;
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"');
  return `\n\n"""\n${escaped}\n"""\n`;
}

/** The examples of a doctest session as assertions of equality; what is no expression with a value is passed over. */
async function examplesOf(docstring: string): Promise<string[]> {
  const lines = docstring.split('\n').map((line) => line.trim());
  const found: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const call = /^>>> ?(.+)$/.exec(lines[at] ?? '')?.[1];
    if (call === undefined) continue;
    const expected: string[] = [];
    while (at + 1 < lines.length && !/^(?:$|>>>|"""|''')/.test(lines[at + 1] ?? '')) {
      expected.push(lines[++at] ?? '');
    }
    const assertion = `    assert (${call}) == (${expected.join(' ')})`;
    const isWhole = expected.length > 0 && (await parsesCleanly('python', assertion.trim()));
    if (isWhole) found.push(assertion);
  }
  return found;
}
