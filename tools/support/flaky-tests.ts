import type { Session } from '../../src/agent/session.ts';
import type { ToolContext } from '../../src/agent/tool.ts';
import { type Comparison, differingTests } from '../../src/testing/compare.ts';
import type { TestReport } from '../../src/testing/report.ts';
import { scopeKey, type TestScope } from '../../src/testing/runner.ts';
import { runScope } from './test-baseline.ts';

/** A scope that takes longer is not run a second time whole to find flaky tests; only the tests in question are. */
const RERUN_WHOLE_BELOW_MS = 10_000;
const MAX_RERUN_TESTS = 50;

/** What is known of tests of one run beyond the baseline: the last report and the flaky tests seen so far. */
interface Memory {
  readonly flaky: Set<string>;
  readonly last: Map<string, { patch: string; report: TestReport }>;
}

const memories = new WeakMap<Session, Memory>();

interface Finished {
  readonly scope: TestScope;
  readonly report: TestReport;
  readonly patch: string;
  readonly comparison: Comparison;
}

/**
 * Ids that passed and failed on the same tree: against the last run of the same tree, and against a second run when a
 * verdict changed with the edits.
 *
 * @returns those that this report is about
 */
export async function findFlaky(finished: Finished, context: ToolContext): Promise<string[]> {
  const { scope, report, patch, comparison } = finished;
  const memory = memories.get(context.session) ?? { flaky: new Set(), last: new Map() };
  memories.set(context.session, memory);
  const key = scopeKey(scope);
  const last = memory.last.get(key);
  memory.last.set(key, { patch, report });
  const isRepeated = last?.patch === patch;
  if (isRepeated) for (const id of differingTests(last.report, report)) memory.flaky.add(id);
  const changed = [...comparison.newlyFailing, ...comparison.newlyPassing]
    .map((one) => one.id)
    .filter((id) => !memory.flaky.has(id));
  if (!isRepeated && changed.length > 0 && changed.length <= MAX_RERUN_TESTS) {
    context.progress('running the tests that changed a second time');
    const isShort = report.durationMs <= RERUN_WHOLE_BELOW_MS;
    const again = await runScope(
      context.workspace,
      isShort ? scope : { names: changed },
      context,
      true,
    );
    for (const id of differingTests(report, again)) memory.flaky.add(id);
  }
  return report.cases.map((one) => one.id).filter((id) => memory.flaky.has(id));
}
