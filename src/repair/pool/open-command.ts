import { languageOf } from '../../syntax/languages.ts';
import type { TestCase, TestReport } from '../../testing/report.ts';
import { runTests } from '../../testing/run-tests.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { listFiles } from '../files.ts';
import { reachableLines } from '../localise/static.ts';
import { framesOf } from '../localise/suspicion.ts';
import { isTestFile } from '../localise/test-paths.ts';
import type { RepairOptions } from '../options.ts';
import type { Sources } from '../sources.ts';
import { parseSource, type SourceFile } from '../tree.ts';
import { CommandPool } from './command-pool.ts';
import type { CandidatePool, LearnedTest } from './pool.ts';

const MOST_PRODUCTS = 300;
const MOST_TESTS = 40;

/**
 * A pool that works with any runner: by its own command. What the failing tests may run is known from names alone.
 */
export async function openCommandPool(options: {
  readonly options: RepairOptions;
  readonly workspace: Workspace;
  readonly failing: ReadonlySet<string>;
  readonly sources: Sources;
  readonly slots: number;
}): Promise<CandidatePool> {
  const { workspace, sources, failing } = options;
  const { testCommand, testTimeoutMs, signal, copy } = options.options;
  const report = await runTests({
    workspace,
    scope: {},
    testCommand,
    timeoutMs: testTimeoutMs,
    signal,
  });
  const isFailing = (one: TestCase) => failing.has(one.id);
  const lines = await linesByName(workspace, sources, report, failing);
  const tests = report.cases.map(
    (one): LearnedTest => ({
      id: one.id,
      file: one.file ?? '',
      verdict: one.verdict === 'error' ? 'failed' : one.verdict,
      seconds: 0,
      lines: isFailing(one) ? lines : {},
      frames: framesOf(one.trace ?? ''),
      message: one.trace ?? '',
      checks: [],
    }),
  );
  return new CommandPool({
    copy,
    slots: options.slots,
    tests,
    testCommand,
    timeoutMs: Math.min(testTimeoutMs, Math.max(20_000, 5 * report.durationMs)),
    file: (path) => sources.decoded(path),
    signal,
  });
}

async function linesByName(
  workspace: Workspace,
  sources: Sources,
  report: TestReport,
  failing: ReadonlySet<string>,
): Promise<Record<string, number[]>> {
  const paths = await listFiles(workspace);
  const named = report.cases.flatMap((one) => (failing.has(one.id) && one.file ? [one.file] : []));
  const isNamed = new Set(named);
  const testPaths = paths.filter((path) => isNamed.has(path) || isTestFile(path));
  testPaths.sort((a, b) => Number(isNamed.has(b)) - Number(isNamed.has(a)));
  const tests: SourceFile[] = [];
  for (const path of testPaths.slice(0, named.length > 0 ? isNamed.size : MOST_TESTS)) {
    const language = languageOf(path);
    const text = (await workspace.readFile(path)).toString('utf8');
    const source = language && (await parseSource(path, language, text));
    if (source) tests.push(source);
  }
  const products: SourceFile[] = [];
  for (const path of paths.filter((each) => sources.mayEdit(each)).slice(0, MOST_PRODUCTS)) {
    const source = await sources.load(path);
    if (source) products.push(source);
  }
  return reachableLines(tests, products);
}
