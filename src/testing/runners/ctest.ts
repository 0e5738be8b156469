import { display } from '../command-line.ts';
import { parseJUnit } from '../parse/junit.ts';
import type { Project } from '../project.ts';
import type { TestCase } from '../report.ts';
import {
  exactPattern,
  type ParsedReport,
  type ReportInput,
  type Runner,
  type RunPlace,
  scopeParts,
} from '../runner.ts';
import { type Frame, shortTrace } from '../trace.ts';

const REPORT = 'ctest.xml';
const BUILD_FOLDERS = [
  'build',
  'out',
  '_build',
  'cmake-build-debug',
  'cmake-build-release',
  'out/build',
  '.',
];

/**
 * ctest by its JUnit report. What is tested is built first. Ids are the names of the tests; they tell no files.
 *
 * @param input.folder build folder relative to the root; null: one outside of the repository is made
 */
export function ctestRunner(input: {
  readonly folder: string | null;
  readonly options?: readonly string[];
  readonly problem?: string;
}): Runner {
  const { folder, options = [], problem } = input;
  const folderIn = (place: RunPlace | undefined) =>
    folder ?? (place ? `${place.cache}/cmake` : 'build');
  const report = (place: RunPlace) => [
    '--output-on-failure',
    '--output-junit',
    `${place.reports}/${REPORT}`,
  ];
  return {
    name: 'ctest',
    program: ['ctest'],
    ...(problem === undefined ? {} : { problem }),
    command(scope, place) {
      const parts = scopeParts(scope);
      const pattern = exactPattern([], [...parts.patterns, ...parts.ids.map((id) => id.id)]);
      const select = pattern === null ? [] : ['-R', pattern];
      const args = ['--test-dir', folderIn(place), ...options, ...select];
      const shown = ['--test-dir', folder ?? 'build', ...options, ...select];
      return {
        argv: ['ctest', ...args, ...(place ? report(place) : [])],
        env: {},
        prepare: buildArgv(folderIn(place), folder === null),
        display: display(['ctest', ...shown]),
      };
    },
    parse: parseCtest,
    instrument(words, place) {
      return /(?:^|\/)ctest$/.test(words[0] ?? '') ? [...words, ...report(place)] : null;
    },
  };
}

function buildArgv(folder: string, configure: boolean): string[] {
  const build = ['cmake', '--build', folder];
  if (!configure) return build;
  return ['bash', '-c', 'cmake -S . -B "$1" && cmake --build "$1"', 'bash', folder];
}

export function parseCtest(input: ReportInput): ParsedReport {
  const report = parseJUnit(input.files.get(REPORT) ?? '');
  const cases = report.cases.map((one): TestCase => {
    const isFailure = one.verdict === 'failed' || one.verdict === 'error';
    const trace = isFailure ? { trace: traceOf(one.output, one.message, input.root) } : {};
    return { id: one.name, verdict: one.verdict, ...trace };
  });
  return { cases, complete: report.complete };
}

function traceOf(output: string, message: string, root: string): string {
  const text = output.trim() === '' ? message || 'failed without output' : output.trim();
  const frames: Frame[] = [];
  return shortTrace(text.slice(-3_000), frames, root);
}

/** A configured build folder, or a CMakeLists.txt with tests. */
export async function detectCtest(
  project: Project,
  options: readonly string[] = [],
): Promise<Runner | null> {
  const hasTests = /enable_testing|include\s*\(\s*CTest\s*\)/i;
  for (const folder of BUILD_FOLDERS) {
    if (await project.exists(`${folder}/CTestTestfile.cmake`))
      return ctestRunner({ folder, options });
  }
  if (!hasTests.test((await project.read('CMakeLists.txt')) ?? '')) return null;
  const version = await project.probe(['ctest', '--version']);
  const problem =
    version?.exitCode === 0
      ? {}
      : { problem: 'The tests need cmake and ctest, which are not installed here.' };
  return ctestRunner({ folder: null, options, ...problem });
}
