import { isFailing } from '../../testing/compare.ts';
import type { TestReport } from '../../testing/report.ts';
import { runTests } from '../../testing/run-tests.ts';
import type { TestScope } from '../../testing/runner.ts';
import type { DecodedText } from '../../text/encoding.ts';
import { encodeText } from '../../text/encoding.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { applyEdits, type Candidate } from '../edits/edit.ts';
import type { CandidatePool, LearnedTest, TellVerdict, Trial, Verdict } from './pool.ts';

export interface CommandPoolOptions {
  /** A copy of the repository for each slot; the pool closes it. */
  readonly copy: () => Promise<Workspace>;
  readonly slots: number;
  readonly tests: readonly LearnedTest[];
  readonly testCommand?: string | undefined;
  readonly timeoutMs: number;
  readonly file: (path: string) => DecodedText | undefined;
  readonly signal: AbortSignal;
}

/**
 * Tries each candidate by the project's own command, in copies of the repository: for every language and runner, a
 * few candidates a second at best.
 */
export class CommandPool implements CandidatePool {
  readonly tests: readonly LearnedTest[];
  readonly slots: number;
  readonly leastBatch = 1;
  readonly judgedBy: readonly string[] = [];
  private readonly options: CommandPoolOptions;
  private readonly free: Promise<Workspace>[] = [];
  private readonly copies: Promise<Workspace>[] = [];

  constructor(options: CommandPoolOptions) {
    this.options = options;
    this.tests = options.tests;
    this.slots = options.slots;
  }

  expect(): void {
    // Files are written as a whole.
  }

  async run(
    candidates: readonly Candidate[],
    trial: Trial,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    const workspace = this.free.pop() ?? this.open();
    try {
      for (const candidate of candidates) {
        if (signal.aborted) return;
        told(candidate, await this.judge(await workspace, candidate, trial));
      }
    } finally {
      this.free.push(workspace);
    }
  }

  behave(): Promise<null> {
    return Promise.resolve(null);
  }

  async close(): Promise<void> {
    await Promise.all(this.copies.map(async (copy) => (await copy).close()));
  }

  private open(): Promise<Workspace> {
    const made = this.options.copy();
    this.copies.push(made);
    return made;
  }

  private async judge(workspace: Workspace, candidate: Candidate, trial: Trial): Promise<Verdict> {
    const file = this.options.file(candidate.path);
    if (!file) return { kind: 'invalid', improved: 0, broken: 0 };
    const changed = encodeText(applyEdits(file.text, candidate.edits), file.encoding);
    await workspace.writeFile(candidate.path, changed);
    try {
      const report = await this.runIn(workspace, { names: [...trial.failing] });
      return verdictOf(report, new Set(trial.failing));
    } finally {
      await workspace.writeFile(candidate.path, encodeText(file.text, file.encoding));
    }
  }

  private runIn(workspace: Workspace, scope: TestScope): Promise<TestReport> {
    const { testCommand, timeoutMs, signal } = this.options;
    return runTests({ workspace, scope, testCommand, timeoutMs, signal });
  }
}

function verdictOf(report: TestReport, failing: ReadonlySet<string>): Verdict {
  if (report.timedOut) return { kind: 'hang', improved: 0, broken: 0 };
  if (report.state !== 'ran') return { kind: 'invalid', improved: 0, broken: 0 };
  const passed = report.cases.filter(({ id, verdict }) => failing.has(id) && verdict === 'passed');
  const isRight = passed.length === failing.size && !report.cases.some(isFailing);
  return { kind: isRight ? 'passed' : 'failed', improved: passed.length, broken: 0 };
}
