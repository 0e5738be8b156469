import { isFailing } from '../testing/compare.ts';
import type { TestReport } from '../testing/report.ts';
import { runTests } from '../testing/run-tests.ts';
import type { Runner } from '../testing/runner.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { findExampleTests } from './examples/find.ts';
import type { ExampleTests } from './examples/test-file.ts';
import { listFiles } from './files.ts';
import { isTestFile } from './localise/test-paths.ts';
import type { RepairOptions } from './options.ts';
import { Sources } from './sources.ts';

const MOST_TEST_FILES = 40;
/** Exit codes of runners that found no test: node's own, pytest's and unittest's. */
const NO_TESTS = [0, 5];
/** A run of the tests may take this share of the search's seconds. */
const RUN_SHARE = 0.3;

/** What is known of the failing tests before they are loaded. */
export interface Failing {
  /** Name of the runner. */
  readonly engine: string;
  /** Ids; empty: all that fail in the files. */
  readonly failing: ReadonlySet<string>;
  readonly files: readonly string[];
  /** The failing tests are temporary ones, made of examples. */
  readonly examples?: ExampleTests;
}

/**
 * The failing tests as the caller names them; otherwise, or when it takes a run to know the runner, by a run.
 *
 * @returns one sentence when there are none
 */
export async function whatFails(
  options: RepairOptions,
  copy: Workspace,
  runner: Runner | null,
): Promise<Failing | string> {
  const named = options.failing.filter((id) => id.includes('::'));
  if (named.length > 0 && options.testCommand === undefined && runner) {
    const files = [...new Set(named.map((id) => id.slice(0, id.indexOf('::'))))];
    return { engine: runner.name, failing: new Set(named), files };
  }
  options.progress('reproducing the failing tests');
  const report = await failingReport(options, copy);
  if (report.timedOut && report.cases.length === 0) {
    // A test without end: the worker finds out which one.
    const files = await testFiles(copy);
    if (files.length > 0) return { engine: engineOf(report, runner), failing: new Set(), files };
  }
  if (report.state !== 'ran' && report.cases.length === 0) {
    const hasNone = report.runner === 'none' || NO_TESTS.includes(report.exitCode ?? -1);
    const examples = hasNone ? await byExamples(options, copy) : null;
    return examples ?? `the tests did not run: ${firstLine(report.output)}`;
  }
  const failed = report.cases.filter(isFailing);
  const { failing } = options;
  const wanted = failing.length > 0 ? failed.filter((one) => failing.includes(one.id)) : failed;
  if (wanted.length === 0) {
    const examples = await byExamples(options, copy);
    return (
      examples ??
      'no test fails, and neither the issue nor the documentation has an example to go by'
    );
  }
  const files = new Set(wanted.flatMap((one) => one.file ?? one.id.split('::')[0] ?? []));
  return {
    engine: report.runner,
    failing: new Set(wanted.map((one) => one.id)),
    files: [...files],
  };
}

/** Temporary tests from the examples of the issue and the documentation, put into the copy; null when there are none. */
async function byExamples(options: RepairOptions, copy: Workspace): Promise<Failing | null> {
  options.progress('no test fails; looking for examples in the issue and the documentation');
  const sources = new Sources(copy, []);
  const examples = await findExampleTests({
    workspace: copy,
    sources,
    statement: options.statement,
  });
  if (!examples || (await copy.stat(examples.path))) return null;
  await copy.writeFile(examples.path, Buffer.from(examples.text));
  return { engine: examples.engine, failing: new Set(), files: [examples.path], examples };
}

function engineOf(report: TestReport, runner: Runner | null): string {
  return report.runner === 'command' && runner ? runner.name : report.runner;
}

/** Files that look like tests by their name. */
async function testFiles(workspace: Workspace): Promise<string[]> {
  const paths = await listFiles(workspace);
  return paths.filter(isTestFile).slice(0, MOST_TEST_FILES);
}

/** Runs the failing tests' files, or everything when nothing is known. */
async function failingReport(options: RepairOptions, copy: Workspace): Promise<TestReport> {
  const files = [
    ...new Set(
      options.failing.flatMap((id) => (id.includes('::') ? [id.split('::')[0] ?? ''] : [])),
    ),
  ];
  return runTests({
    workspace: copy,
    scope: { files },
    testCommand: options.testCommand,
    timeoutMs: Math.min(options.testTimeoutMs, options.seconds * 1000 * RUN_SHARE),
    signal: options.signal,
  });
}

export function firstLine(text: string): string {
  return text.trim().split('\n').at(0)?.slice(0, 300) ?? '';
}
