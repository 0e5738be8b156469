import type { ToolContext } from '../../src/agent/tool.ts';
import type { TestReport } from '../../src/testing/report.ts';
import { scopeFiles, scopeKey, type TestScope } from '../../src/testing/runner.ts';
import { restrictToScope } from '../../src/testing/scope.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { patchFiles } from './patch-files.ts';

const MIN_TIMEOUT_MS = 1_000;

/** Milliseconds that a run of the tests may take now. */
export function timeLeft(context: ToolContext): number {
  const { testTimeoutMs, deadline } = context.settings;
  return Math.max(MIN_TIMEOUT_MS, Math.min(testTimeoutMs, deadline - Date.now()));
}

/** Runs a scope in the workspace of the run or in a copy of it. */
export async function runScope(
  workspace: Workspace,
  scope: TestScope,
  context: ToolContext,
  fresh = false,
): Promise<TestReport> {
  const { testCommand } = context.settings;
  // Large, and loaded by the first run of tests only.
  const { runTests } = await import('../../src/testing/run-tests.ts');
  return runTests({
    workspace,
    scope,
    testCommand,
    near: async () => patchFiles(await context.patch()).map(({ path }) => path),
    timeoutMs: timeLeft(context),
    signal: context.signal,
    fresh,
  });
}

interface Run {
  readonly scope: TestScope;
  readonly report: TestReport;
  readonly untouched: boolean;
}

/** The result of the untouched repository for the scope: kept, this run itself, or taken now in a copy. */
export async function baselineFor(run: Run, context: ToolContext): Promise<TestReport> {
  const { baselines } = context.session;
  const key = scopeKey(run.scope);
  const kept = baselines.get(key) ?? partOfWhole(baselines.get(''), run.scope);
  if (kept) return kept;
  if (run.untouched) {
    baselines.set(key, run.report);
    return run.report;
  }
  context.progress('running the same tests on the untouched repository');
  const copy = await context.copy('base');
  try {
    const report = await runBaseline(copy, run.scope, context);
    baselines.set(key, report);
    return report;
  } finally {
    await copy.close();
  }
}

/** The tests of the scope in a baseline of the whole suite; null when that was not run. */
function partOfWhole(whole: TestReport | undefined, scope: TestScope): TestReport | null {
  if (whole?.state !== 'ran') return null;
  return { ...whole, cases: restrictToScope(whole.cases, scope) };
}

/** Runners refuse a whole scope for one name that is not there; then the files that are there are run. */
async function runBaseline(
  copy: Workspace,
  scope: TestScope,
  context: ToolContext,
): Promise<TestReport> {
  const report = await runScope(copy, await existing(scope, copy), context);
  if (report.state === 'ran' || (scope.names ?? []).length === 0) return report;
  const { files = [] } = await existing({ files: scopeFiles(scope) }, copy);
  return files.length > 0 ? runScope(copy, { files }, context) : report;
}

async function existing(scope: TestScope, copy: Workspace): Promise<TestScope> {
  const files: string[] = [];
  for (const file of scope.files ?? []) if (await copy.stat(file)) files.push(file);
  return { ...scope, files };
}
