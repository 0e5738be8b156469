import type { Workspace } from '../../workspace/workspace.ts';
import type { ScratchFolder } from './scratch-folder.ts';

/** What one run of a test program told. */
export interface GoRun {
  /** Verdict by name, as in `TestA/one`. */
  readonly verdicts: ReadonlyMap<string, 'passed' | 'failed' | 'skipped'>;
  /** Places of test files that failures name, as `a_test.go:12`. */
  readonly places: ReadonlySet<string>;
}

const VERDICTS = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' } as const;

/** Reads what a test program prints with `-test.v`. */
export function readRun(output: string): GoRun {
  const verdicts = new Map<string, 'passed' | 'failed' | 'skipped'>();
  for (const match of output.matchAll(/^\s*--- (PASS|FAIL|SKIP): (\S+) \(/gm)) {
    const verdict = VERDICTS[match[1] as keyof typeof VERDICTS];
    if (match[2] !== undefined) verdicts.set(match[2], verdict);
  }
  const places = [...output.matchAll(/([\w.-]+_test\.go:\d+)/g)].map((match) => match[1] ?? '');
  return { verdicts, places: new Set(places) };
}

/** A package of Go tests: `.` or `./sub`, as test ids begin. */
export type GoPackage = string;

/** Name of the test in an id such as `./sub::TestA/one`. */
export function testName(id: string): string {
  return id.slice(id.indexOf('::') + 2);
}

export function packageOf(id: string): GoPackage {
  return id.slice(0, Math.max(0, id.indexOf('::')));
}

export function topName(name: string): string {
  return name.split('/')[0] ?? name;
}

/** The pattern of `-test.run` for top-level tests. */
export function runPattern(tops: Iterable<string>): string {
  return `^(?:${[...new Set(tops)].join('|')})$`;
}

export interface BuildOptions {
  readonly workspace: Workspace;
  readonly folder: ScratchFolder;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/**
 * Compiles the tests of a package to a program in the folder. `-vet` is off: candidates are judged by what they do.
 *
 * @returns what the compiler says when it refuses; null when the program is there
 */
export async function buildTests(
  { workspace, folder, env, signal, timeoutMs }: BuildOptions,
  name: GoPackage,
  program: string,
  flags: readonly string[],
): Promise<string | null> {
  const output = ['-o', `${folder.inside}/${program}`];
  // All errors are told, not only the first ten.
  const argv = ['go', 'test', '-c', '-vet=off', '-gcflags=-e', ...flags, ...output, name];
  const result = await workspace.exec(argv, { timeoutMs, signal, env, maxBytes: 8 << 20 });
  return result.exitCode === 0 ? null : result.output;
}

export interface RunOptions {
  readonly workspace: Workspace;
  readonly folder: ScratchFolder;
  /** Where the package is, relative to the root. */
  readonly cwd: string;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** How a variant ended. */
export interface Ended {
  readonly number: number;
  readonly code: number;
  readonly output: string;
}

/** `timeout` kills with SIGKILL. */
export const KILLED = 137;

/** Runs a program once for each number; those that did not come to their turn are missing. */
export async function runVariants(
  { workspace, folder, cwd, seconds, signal }: RunOptions,
  argv: readonly string[],
  numbers: readonly number[],
): Promise<Ended[]> {
  const script = `${folder.inside}/variants.sh`;
  await workspace.exec(['sh', script, folder.inside, String(seconds), ...argv], {
    timeoutMs: Math.ceil(1000 * (seconds + 1) * numbers.length) + 10_000,
    signal,
    cwd,
    stdin: numbers.map((number) => `${number}\n`).join(''),
  });
  const ended: Ended[] = [];
  for (const number of numbers) {
    const code = await folder.read(`${number}.code`);
    const output = await folder.read(`${number}.out`);
    if (!code || !output) continue;
    ended.push({ number, code: Number(code.toString('utf8')), output: output.toString('utf8') });
  }
  return ended;
}
