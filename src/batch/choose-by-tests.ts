import { join } from 'node:path';
import { isTestFile } from '../repair/localise/test-paths.ts';
import { patchedPaths } from '../swebench/patched-paths.ts';
import { compareReports } from '../testing/compare.ts';
import type { TestReport } from '../testing/report.ts';
import { runTests } from '../testing/run-tests.ts';
import { readTrajectory } from '../trajectory/reader.ts';
import type { Checkout } from '../workspace/checkout.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Candidate, Verdict } from './candidate.ts';
import { votesOf } from './choose-by-vote.ts';
import { TRAJECTORY_FILE } from './instance-run.ts';

export interface Trial {
  /** The repository at the base commit, set up. */
  readonly open: () => Promise<Checkout>;
  /** Of one run of the tests. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Tests that one attempt wrote or changed, by path. */
type TestFiles = ReadonlyMap<string, Buffer>;

/** A candidate in a copy of the repository of its own. */
interface Tried {
  readonly attempt: number;
  readonly workspace: Workspace;
  readonly written: TestFiles;
}

/** What the tests say of one candidate. */
interface Score {
  readonly attempt: number;
  /** Tests of the repository that passed without the patch and fail with it. */
  readonly broken: number;
  /** Tests that any attempt wrote. */
  readonly passed: number;
  readonly failed: number;
  /** Attempts that made the same change. */
  readonly votes: number;
}

/**
 * Tries every patch with the tests that the attempts found and ran, and with those that any of them wrote. Takes the
 * one that breaks least, then passes most; then the one that most attempts agree on. Hidden tests are never seen.
 *
 * @throws the signal's reason when it aborts
 */
export async function chooseByTests(
  candidates: readonly Candidate[],
  trial: Trial,
): Promise<Verdict> {
  const found = await testsRun(candidates);
  const votes = votesOf(candidates);
  const checkout = await trial.open();
  try {
    const baseline = await runFound(await checkout.copy('base'), found, trial);
    const tried: Tried[] = [];
    for (const { attempt, patch } of candidates) {
      const workspace = await checkout.copy('base');
      await apply(patch, workspace, trial);
      tried.push({ attempt, workspace, written: await testFilesOf(patch, workspace) });
    }
    const written = different(tried.map((each) => each.written));
    const scores: Score[] = [];
    for (const { attempt, workspace } of tried) {
      const broken = compareReports(baseline, await runFound(workspace, found, trial));
      scores.push({
        attempt,
        broken: broken.newlyFailing.length + broken.missing.length,
        ...(await runWritten(workspace, written, trial)),
        votes: votes.get(attempt) ?? 1,
      });
    }
    return verdictOf(scores, baseline.state === 'ran');
  } finally {
    await checkout.close();
  }
}

/** The pure part: less broken, then more passed, then fewer failed, then more votes, then the first. */
export function verdictOf(scores: readonly Score[], suiteRan: boolean): Verdict {
  const order = [...scores].sort(
    (a, b) =>
      a.broken - b.broken ||
      b.passed - a.passed ||
      a.failed - b.failed ||
      b.votes - a.votes ||
      a.attempt - b.attempt,
  );
  const best = order[0];
  if (!best) throw new Error('there is no candidate to choose from');
  const own = best.passed + best.failed;
  const parts = [
    suiteRan
      ? `it breaks ${best.broken} tests of the repository`
      : 'no tests of the repository could be run',
    own > 0
      ? `it passes ${best.passed} of ${own} tests that the attempts wrote`
      : 'no attempt wrote a test',
    `${best.votes} of ${scores.length} attempts made this change`,
  ];
  return {
    chosen: best.attempt,
    reason: parts.join('; '),
    scores: new Map(
      scores.map(({ attempt, broken, passed, failed, votes }) => [
        attempt,
        `broken ${broken}, written tests passed ${passed}, failed ${failed}, votes ${votes}`,
      ]),
    ),
  };
}

/** Test files that the attempts ran by name; empty: the whole suite. */
async function testsRun(candidates: readonly Candidate[]): Promise<string[]> {
  const files = new Set<string>();
  for (const { folder } of candidates) {
    const { events } = await readTrajectory(join(folder, TRAJECTORY_FILE));
    for (const event of events) {
      const actions = event.type === 'turn' ? event.turn.actions : [];
      for (const { tool, input } of actions) {
        if (tool === 'run_tests') for (const file of filesIn(input)) files.add(file);
      }
    }
  }
  return [...files];
}

function filesIn(input: unknown): string[] {
  const { files } = (input ?? {}) as { files?: unknown };
  return Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [];
}

async function apply(patch: string, workspace: Workspace, { signal }: Trial): Promise<void> {
  const argv = ['git', 'apply', '--whitespace=nowarn', '-'];
  const result = await workspace.exec(argv, { stdin: patch, timeoutMs: 120_000, signal });
  signal.throwIfAborted();
  if (result.exitCode !== 0) throw new Error(`git apply ended with ${result.output.trim()}`);
}

async function testFilesOf(patch: string, workspace: Workspace): Promise<TestFiles> {
  const files = new Map<string, Buffer>();
  for (const path of patchedPaths(patch).filter(isTestFile)) {
    if (await workspace.stat(path)) files.set(path, await workspace.readFile(path));
  }
  return files;
}

/** Only what is there without any patch: written tests are counted apart. */
async function runFound(
  workspace: Workspace,
  found: readonly string[],
  { timeoutMs, signal }: Trial,
): Promise<TestReport> {
  const stats = await Promise.all(found.map((file) => workspace.stat(file).catch(() => null)));
  const files = found.filter((file, at) => stats[at] && !file.startsWith('-'));
  return runTests({ workspace, scope: { files }, timeoutMs, signal, fresh: true });
}

/** Lays the tests of each attempt over the tree in turn, runs them, and puts back what was there. */
async function runWritten(
  workspace: Workspace,
  written: readonly TestFiles[],
  { timeoutMs, signal }: Trial,
): Promise<Pick<Score, 'passed' | 'failed'>> {
  let passed = 0;
  let failed = 0;
  for (const files of written) {
    const before = new Map<string, Buffer | null>();
    for (const [path, content] of files) {
      before.set(path, (await workspace.stat(path)) ? await workspace.readFile(path) : null);
      await workspace.writeFile(path, content);
    }
    const scope = { files: [...files.keys()] };
    const { cases } = await runTests({ workspace, scope, timeoutMs, signal, fresh: true });
    passed += cases.filter(({ verdict }) => verdict === 'passed').length;
    failed += cases.filter(({ verdict }) => verdict === 'failed' || verdict === 'error').length;
    for (const [path, content] of before) {
      await (content ? workspace.writeFile(path, content) : workspace.removeFile(path));
    }
  }
  return { passed, failed };
}

/** Without those of no files, and without what another attempt wrote byte for byte. */
function different(written: readonly TestFiles[]): TestFiles[] {
  const known = new Map<string, TestFiles>();
  for (const files of written) {
    const key = JSON.stringify(
      [...files].map(([path, content]) => [path, content.toString('base64')]),
    );
    if (files.size > 0) known.set(key, files);
  }
  return [...known.values()];
}
