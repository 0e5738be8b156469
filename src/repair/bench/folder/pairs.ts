import { posix } from 'node:path';
import { familyOf, isProgram, isReference, stemOf, testedName } from './names.ts';

/** A program with the tests that are named after it. */
export interface Pair {
  readonly program: string;
  readonly tests: readonly string[];
}

/** @returns the text of a file of the folder */
export type ReadText = (path: string) => string;

/**
 * Pairs programs with tests by their names, in one folder or across folders; the nearest program of a name is meant,
 * of two as near that whose folder the test names. Folders of reference solutions take no part.
 *
 * @returns in the order of the programs' paths
 */
export function pairUp(files: readonly string[], read: ReadText): Pair[] {
  const known = files.filter((path) => !isReference(path));
  const programs = new Map<string, string[]>();
  for (const path of known.filter(isProgram)) {
    const key = `${familyOf(path)}:${stemOf(path)}`;
    programs.set(key, [...(programs.get(key) ?? []), path]);
  }
  const tests = new Map<string, string[]>();
  for (const test of known) {
    const name = testedName(test);
    const candidates = name === null ? [] : (programs.get(`${familyOf(test)}:${name}`) ?? []);
    const program = nearest(test, candidates, read);
    if (program !== undefined) tests.set(program, [...(tests.get(program) ?? []), test]);
  }
  return [...tests]
    .map(([program, own]) => ({ program, tests: own.sort() }))
    .sort((a, b) => (a.program < b.program ? -1 : 1));
}

function nearest(test: string, programs: readonly string[], read: ReadText): string | undefined {
  if (programs.length <= 1) return programs[0];
  const text = read(test);
  const rank = (program: string) => {
    const folder = posix.basename(posix.dirname(program));
    const isNamed = folder !== '.' && new RegExp(`\\b${escaped(folder)}\\b`).test(text);
    const sameEnding = posix.extname(program) === posix.extname(test);
    return [distance(test, program), isNamed ? 0 : 1, sameEnding ? 0 : 1] as const;
  };
  return [...programs].sort((a, b) => compare(rank(a), rank(b)) || (a < b ? -1 : 1)).at(0);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** Folders to leave and to enter on the way from one file to another. */
function distance(from: string, to: string): number {
  const a = from.split('/').slice(0, -1);
  const b = to.split('/').slice(0, -1);
  let shared = 0;
  while (shared < a.length && shared < b.length && a[shared] === b[shared]) shared++;
  return a.length + b.length - 2 * shared;
}

/**
 * Whether a file named like a test has any: pytest would otherwise only load it, and fail where it is a script. Of
 * JavaScript every file counts, for node runs each as a test.
 */
export function holdsTests(path: string, read: ReadText): boolean {
  if (familyOf(path) !== 'python') return true;
  return /^\s*(?:async )?def test|^class \w*Test|\bTestCase\b|\bdoctest\b/m.test(read(path));
}

/** Lines that load modules, of Python and of JavaScript. */
const LOADS = /^\s*(?:from|import)\b[^\n]*|(?:\bfrom|\brequire\(|\bimport\()\s*['"][^'"\n]*['"]/gm;

/** @returns whether no program of a pair is loaded by the program of another */
export function areIndependent(pairs: readonly Pair[], read: ReadText): boolean {
  const names = new Set(pairs.map(({ program }) => stemOf(program)));
  return pairs.every(({ program }) => {
    const lines = read(program).match(LOADS) ?? [];
    const words = lines.flatMap((line) => line.match(/[\w$-]+/g) ?? []);
    return words.every((word) => word === stemOf(program) || !names.has(word));
  });
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
