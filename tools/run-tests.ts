import * as z from 'zod';
import { renderPrompt } from '../src/agent/prompt.ts';
import { defineTool, type ToolResult } from '../src/agent/tool.ts';
import { ToolError } from '../src/errors.ts';
import { type Comparison, compareReports } from '../src/testing/compare.ts';
import type { TestReport } from '../src/testing/report.ts';
import { scopeKey, type TestScope } from '../src/testing/runner.ts';
import { explainNotRun, summarise } from '../src/testing/summary.ts';
import type { Workspace } from '../src/workspace/workspace.ts';
import { findFlaky } from './support/flaky-tests.ts';
import { workspacePath } from './support/path.ts';
import { baselineFor, runScope, timeLeft } from './support/test-baseline.ts';
import { digestPatch } from './support/tested-files.ts';

const MAX_DATA_CASES = 500;

const input = z.strictObject({
  files: z
    .array(z.string().min(1))
    .max(100)
    .optional()
    .describe('Test files or folders to run, relative to the repository root.'),
  names: z
    .array(z.string().min(1))
    .max(200)
    .optional()
    .describe(
      'Tests to run: ids as this tool prints them ("tests/test_a.py::test_b"), or parts of test names.',
    ),
});

export const runTestsTool = defineTool({
  name: 'run_tests',
  description: renderPrompt('tools/run_tests'),
  input,
  async run(request, context): Promise<ToolResult> {
    const scope = await checkScope(request, context.workspace);
    const { session } = context;
    const patch = await context.patch();
    context.progress('running the tests');
    session.commands++;
    const timeoutMs = timeLeft(context);
    const report = await runScope(context.workspace, scope, context);
    // Files that the tests themselves leave behind are no change since.
    session.tested = digestPatch(await context.patch());
    const untouched = patch === '';
    if (report.state === 'not run') {
      session.newlyFailing = [];
      if (untouched) session.baselines.set(scopeKey(scope), report);
      return {
        text: explainNotRun(report, timeoutMs),
        isError: true,
        data: { ...describe(report) },
      };
    }
    const baseline = await baselineFor({ scope, report, untouched }, context);
    const comparison = compareReports(baseline, report);
    const flaky = await findFlaky({ scope, report, patch, comparison }, context);
    const isFlaky = new Set(flaky);
    session.newlyFailing = comparison.newlyFailing
      .map((one) => one.id)
      .filter((id) => !isFlaky.has(id));
    const state = baseline === report ? 'this run' : baseline.state === 'ran' ? 'kept' : 'unknown';
    return {
      text: summarise({ report, comparison, baseline: state, flaky }),
      data: { ...describe(report), ...describeComparison(comparison), flaky },
    };
  },
});

/** @throws {ToolError} for a file that is not there, and for anything that would be read as an option */
async function checkScope(request: TestScope, workspace: Workspace): Promise<TestScope> {
  for (const text of [...(request.files ?? []), ...(request.names ?? [])]) {
    if (text.startsWith('-') || /[\0\n]/.test(text)) {
      throw new ToolError(
        `${JSON.stringify(text)} is neither a file nor the name of a test. Only those can be given; options of the runner cannot.`,
      );
    }
  }
  const files = (request.files ?? []).map((file) => workspacePath(workspace, file));
  for (const file of files) {
    if (!(await workspace.stat(file))) {
      throw new ToolError(`There is no file ${file}. Use \`find_file\` to find the test file.`);
    }
  }
  return { files, names: request.names ?? [] };
}

function describe(report: TestReport) {
  const { runner, command, state, durationMs, timedOut } = report;
  const failingFirst = [...report.cases].sort((a, b) => rank(a.verdict) - rank(b.verdict));
  const cases = failingFirst
    .slice(0, MAX_DATA_CASES)
    .map(({ id, verdict, file }) => ({ id, verdict, ...(file === undefined ? {} : { file }) }));
  return { runner, command, state, durationMs, timedOut, cases, caseCount: report.cases.length };
}

function rank(verdict: string): number {
  return verdict === 'failed' || verdict === 'error' ? 0 : 1;
}

function describeComparison(comparison: Comparison) {
  const ids = (cases: readonly { id: string }[]) => cases.map((one) => one.id);
  return {
    counts: comparison.counts,
    newlyFailing: ids(comparison.newlyFailing),
    newlyPassing: ids(comparison.newlyPassing),
    stillFailing: ids(comparison.stillFailing),
    failingUnknown: ids(comparison.failingUnknown),
    missing: ids(comparison.missing),
  };
}
