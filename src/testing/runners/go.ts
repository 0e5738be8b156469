import * as z from 'zod';
import { display } from '../command-line.ts';
import type { Project } from '../project.ts';
import type { TestCase, TestVerdict } from '../report.ts';
import {
  escapeRegExp,
  type ParsedReport,
  type ReportInput,
  type Runner,
  type RunPlace,
  type ScopeParts,
  scopeParts,
} from '../runner.ts';
import { type Frame, shortTrace } from '../trace.ts';

/** One line of `go test -json` (`go doc test2json`, `go help buildjson`). */
const event = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
});

export interface GoInput {
  /** Module path of go.mod, which package paths start with. */
  readonly module: string;
  readonly options?: readonly string[];
  readonly problem?: string;
}

/** `go test`; ids are `./FOLDER::TestName/subtest`. */
export function goRunner({ module, options = [], problem }: GoInput): Runner {
  return {
    name: 'go test',
    program: ['go', 'test'],
    ...(problem === undefined ? {} : { problem }),
    command(scope, place) {
      const parts = scopeParts(scope);
      const pattern = runPattern(parts);
      const run = pattern === null ? [] : ['-run', pattern];
      const args = [...options, ...run, ...packagesOf(parts)];
      const report = place ? ['-json', ...(place.fresh ? ['-count=1'] : [])] : [];
      return {
        argv: ['go', 'test', ...report, ...args],
        env: place ? goEnvironment(place) : {},
        ...(place ? { hooks: goEnvironment(place) } : {}),
        display: display(['go', 'test', ...args]),
      };
    },
    parse: (input) => parseGo(input, module),
    instrument(words) {
      const [program, verb, ...rest] = words;
      if (program !== 'go' || verb !== 'test') return null;
      return rest.includes('-json') ? words : ['go', 'test', '-json', ...rest];
    },
  };
}

/** In a sandbox the home folder is empty at each command, so the build cache needs a place that stays. */
function goEnvironment(place: RunPlace): Record<string, string> {
  return place.isolated ? { GOCACHE: `${place.cache}/go` } : {};
}

function packagesOf(parts: ScopeParts): string[] {
  const folders = [
    ...parts.files.map((file) => (file.endsWith('.go') ? folderOf(file) : `./${file}/...`)),
    ...parts.ids.map((id) => id.file),
  ];
  return folders.length > 0 ? [...new Set(folders)] : ['./...'];
}

function folderOf(file: string): string {
  const folder = file.split('/').slice(0, -1).join('/');
  return folder === '' ? '.' : `./${folder}`;
}

/** `-run` matches level by level, so only a single id can be narrowed to its subtest. */
function runPattern(parts: ScopeParts): string | null {
  const levels = parts.ids.map((id) =>
    id.name.split('/').map((level) => `^${escapeRegExp(level)}$`),
  );
  const [only] = levels;
  if (only && levels.length === 1 && parts.patterns.length === 0) return only.join('/');
  const top = [
    ...new Set([...levels.flatMap((level) => level[0] ?? []), ...parts.patterns.map(escapeRegExp)]),
  ];
  return top.length === 0 ? null : top.join('|');
}

interface GoTest {
  verdict: TestVerdict | null;
  output: string;
}

/** Reads the events; a package that did not build, or that ended in the middle, is an error case of its own. */
export function parseGo(input: ReportInput, module: string): ParsedReport {
  const packages = new Map<
    string,
    { ended: boolean; output: string; tests: Map<string, GoTest> }
  >();
  const builds = new Map<string, string>();
  const packageOf = (name: string) => {
    const known = packages.get(name) ?? { ended: false, output: '', tests: new Map() };
    packages.set(name, known);
    return known;
  };
  for (const line of input.stdout.split('\n')) {
    const one = parseLine(line);
    if (!one) continue;
    if (one.ImportPath !== undefined && one.Action === 'build-output') {
      const name = one.ImportPath.split(' ')[0] ?? '';
      builds.set(name, (builds.get(name) ?? '') + (one.Output ?? ''));
    }
    if (one.Package === undefined) continue;
    const known = packageOf(one.Package);
    if (one.Test === undefined) {
      if (['pass', 'fail', 'skip'].includes(one.Action)) known.ended = true;
      known.output += one.Output ?? '';
      continue;
    }
    const test = known.tests.get(one.Test) ?? { verdict: null, output: '' };
    known.tests.set(one.Test, test);
    test.output += one.Output ?? '';
    const verdict = { pass: 'passed', fail: 'failed', skip: 'skipped' }[one.Action];
    if (verdict) test.verdict = verdict as TestVerdict;
  }
  const cases: TestCase[] = [];
  for (const [name, { tests, output }] of packages) {
    const folder = name === module ? '.' : `.${name.slice(module.length)}`;
    const id = name.startsWith(module) ? folder : name;
    const build = builds.get(name) ?? stderrOf(input, name);
    cases.push(...casesOf(id, tests, input.root));
    const broken = packageError(tests, output);
    if (broken !== null) {
      cases.push({ id, verdict: 'error', trace: traceOf(`${broken}\n${build}`, input.root) });
    }
  }
  return { cases, complete: packages.size > 0 && [...packages.values()].every((one) => one.ended) };
}

function parseLine(line: string): z.infer<typeof event> | null {
  if (!line.startsWith('{')) return null;
  try {
    return event.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** What go before 1.24 prints of a build that failed. */
function stderrOf(input: ReportInput, name: string): string {
  const start = input.output.indexOf(`# ${name}`);
  if (start < 0) return '';
  const lines = input.output.slice(start).split('\n');
  const end = lines.findIndex((line, index) => index > 0 && /^(?:\{|# |FAIL|ok )/.test(line));
  return lines.slice(0, end < 0 ? 20 : end).join('\n');
}

/** Why tests of a package are missing; null when they are not. */
function packageError(tests: ReadonlyMap<string, GoTest>, output: string): string | null {
  const failure = /^FAIL\s+\S+ \[(build failed|setup failed)\]/m.exec(output);
  if (failure) return failure[1] ?? '';
  const ended = [...tests].find(
    ([, test]) => /^panic: /m.test(test.output) || test.verdict === null,
  );
  return ended ? `The test process ended in ${ended[0]}; tests after it did not run.` : null;
}

/** Subtests stand for their parent, unless it failed by itself. */
function casesOf(id: string, tests: ReadonlyMap<string, GoTest>, root: string): TestCase[] {
  const cases: TestCase[] = [];
  for (const [name, test] of tests) {
    const verdict = test.verdict ?? 'error';
    const inner = [...tests].filter(([other]) => other.startsWith(`${name}/`));
    const isFailure = verdict === 'failed' || verdict === 'error';
    const explained = inner.some(([, one]) => one.verdict === 'failed' || one.verdict === null);
    if (inner.length > 0 && (!isFailure || explained)) continue;
    const trace = isFailure ? { trace: traceOf(test.output, root) } : {};
    cases.push({ id: `${id}::${name}`, verdict, ...trace });
  }
  return cases;
}

/** The message and the frames inside the repository of what a test printed, the innermost last. */
export function traceOf(output: string, root: string): string {
  const lines = output.split('\n').filter((line) => !/^\s*(?:===|---) /.test(line));
  const goroutine = lines.findIndex((line) => /^goroutine \d+ \[/.test(line));
  const message = (goroutine < 0 ? lines : lines.slice(0, goroutine)).map((line) => line.trim());
  const frames: Frame[] = [];
  for (const line of goroutine < 0 ? [] : lines.slice(goroutine)) {
    const match = /^\t(\/.*?):(\d+)/.exec(line);
    if (match?.[1]) frames.unshift([match[1], Number(match[2])]);
  }
  return shortTrace(message.join('\n').trim(), frames, root);
}

/** A go.mod in the root with test files below it. */
export async function detectGo(
  project: Project,
  options: readonly string[] = [],
): Promise<Runner | null> {
  const module = /^module\s+"?([^\s"]+)/m.exec((await project.read('go.mod')) ?? '')?.[1];
  if (module === undefined || !project.files.some((file) => file.endsWith('_test.go'))) return null;
  const version = await project.probe(['go', 'version']);
  const problem =
    version?.exitCode === 0 ? {} : { problem: 'The tests need go, which is not installed here.' };
  return goRunner({ module, options, ...problem });
}
