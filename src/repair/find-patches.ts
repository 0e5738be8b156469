import { encodeText } from '../text/encoding.ts';
import { choose } from './choose.ts';
import { applyEdits, type Candidate } from './edits/edit.ts';
import type { Failing } from './failing.ts';
import { Judge, WANTED } from './judge.ts';
import type { Region } from './localise/regions.ts';
import { crashRows } from './localise/suspicion.ts';
import type { RepairOptions } from './options.ts';
import type { Behaviours, CandidatePool, LearnedTest, Trial } from './pool/pool.ts';
import { rankedPatch } from './ranked.ts';
import type { RepairData } from './result.ts';
import { type SearchProgress, search } from './search.ts';
import type { Sources } from './sources.ts';

/** Functions of one file whose behaviour is compared. */
const MOST_FUNCTIONS = 4;
const PASSING_SECONDS = 0.5;

/** What the search starts from: the tests are loaded and the suspicious functions known. */
export interface Located extends Failing {
  readonly options: RepairOptions;
  readonly pool: CandidatePool;
  readonly sources: Sources;
  readonly regions: readonly Region[];
  /** The failing tests as the pool ran them. */
  readonly reproduced: readonly LearnedTest[];
}

/**
 * Searches the regions, has what fits the tests compared and validated, and gives the right ones, best first.
 *
 * @throws the signal's reason when it aborts; `options.leave` has taken the best patch so far then
 */
export async function findPatches(
  located: Located,
): Promise<Pick<RepairData, 'patches' | 'tried' | 'perSecond' | 'counts' | 'reason'>> {
  const { options, pool, sources, failing, regions, reproduced } = located;
  const { tests } = pool;
  const failingIds = new Set(reproduced.map((test) => test.id));
  pool.expect(regions);
  const deadline = Math.min(Date.now() + options.seconds * 1000, options.until ?? Infinity);
  const judge = new Judge({
    copy: options.copy,
    testCommand: located.examples?.command ?? options.testCommand,
    extra: located.examples,
    testTimeoutMs: options.testTimeoutMs,
    signal: options.signal,
    until: deadline,
    file: (path) => sources.decoded(path),
    failing: failing.size > 0 ? failing : failingIds,
    // A pool may know only the tests of some files.
    files: pool.judgedBy ?? located.files,
    failedBefore: new Set(tests.filter((each) => each.verdict !== 'passed').map(({ id }) => id)),
  });
  const trialOf = trialsOf(located, failingIds);
  try {
    const result = await search({
      pool,
      regions,
      trialOf,
      prose: options.statement,
      crashes: crashRows(tests, failingIds),
      endless: reproduced.some(({ verdict }) => verdict === 'hang'),
      deadline,
      signal: options.signal,
      onPlausible: (candidate) => judge.add(candidate),
      onProgress: (progress) => options.progress(progressText(progress, judge, deadline)),
      isEnough: ({ nextCost }) => judge.isEnough(nextCost),
    });
    options.signal.throwIfAborted();
    options.progress(`comparing ${judge.plausible.length} candidates that fit the tests`);
    const behaviours = await behavioursOf(located, judge.likeliest(), trialOf);
    const evidence = {
      checks: checksOf(located),
      isVouchedFor: (candidate: Candidate) => isVouchedFor(candidate, located),
    };
    const chooseAmong = (candidates: readonly Candidate[]) =>
      choose(candidates, behaviours, evidence);
    const likeliest = judge.likeliest();
    await judge.decide(chooseAmong(likeliest), options.progress);
    options.signal.throwIfAborted();
    // What the project's own command refuted takes no share of the likelihood.
    const chosen = chooseAmong(likeliest.filter((each) => judge.verdictOf(each) !== false));
    const right = chosen.filter(({ candidate }) => judge.verdictOf(candidate));
    const patches = right.slice(0, WANTED).flatMap((choice) => {
      const source = sources.get(choice.candidate.path);
      return source ? [rankedPatch(source, choice)] : [];
    });
    return {
      patches,
      tried: result.tried,
      perSecond: Math.round(result.perSecond),
      counts: result.counts,
      ...(patches.length > 0
        ? {}
        : {
            reason: `none of ${result.tried} small changes tried makes the failing tests pass without breaking others`,
          }),
    };
  } catch (error) {
    if (options.signal.aborted) await leaveBest(located, judge);
    throw error;
  }
}

/** Hands out the best patch so far. */
async function leaveBest({ options, sources }: Located, judge: Judge): Promise<void> {
  const best = await judge.giveUp();
  const file = best && sources.decoded(best.path);
  if (best && file) {
    await options.leave?.(best.path, encodeText(applyEdits(file.text, best.edits), file.encoding));
  }
}

/** Assertions of the failing tests, and of the passing tests that run the same files. */
function checksOf({ pool, regions, reproduced }: Located): number {
  const paths = new Set(regions.map(({ source }) => source.path));
  const passing = pool.tests.filter(
    ({ verdict, lines }) =>
      verdict === 'passed' && Object.keys(lines).some((path) => paths.has(path)),
  );
  return [...reproduced, ...passing].reduce(
    (sum, { checks }) => sum + Math.max(1, checks.length),
    0,
  );
}

function isVouchedFor({ path, edits }: Candidate, { pool, regions }: Located): boolean {
  const at = edits[0]?.start ?? 0;
  const own = regions.find(
    ({ source, node }) => source.path === path && node.start <= at && at < node.end,
  );
  if (!own || regions.length === 1) return true;
  return pool.tests.some(
    ({ verdict, lines }) =>
      verdict === 'passed' && lines[path]?.some((line) => own.lines.has(line)),
  );
}

/** Compares candidates of one function by what they make of inputs like those of the tests. */
async function behavioursOf(
  { options, pool, sources }: Located,
  candidates: readonly Candidate[],
  trialOf: (path: string) => Trial,
): Promise<Map<Candidate, Behaviours>> {
  const found = new Map<Candidate, Behaviours>();
  for (const path of new Set(candidates.map((each) => each.path))) {
    const source = sources.get(path);
    let left = candidates.filter((each) => each.path === path);
    for (let round = 0; source && left.length > 1 && round < MOST_FUNCTIONS; round++) {
      const told = await pool.behave(source, left, trialOf(path), options.signal);
      // Those of another function come in the next round.
      const [first, ...others] = left;
      if (first && told) for (const each of told.of.keys()) found.set(each, told);
      left = others.filter((each) => !found.has(each));
    }
  }
  return found;
}

/** For each file: the failing tests, the quick ones first, and passing tests that run the file. */
function trialsOf({ pool }: Located, failing: ReadonlySet<string>): (path: string) => Trial {
  const bySeconds = [...pool.tests].sort((a, b) => a.seconds - b.seconds);
  const known = new Map<string, Trial>();
  return (path) => {
    let trial = known.get(path);
    if (!trial) {
      let spent = 0;
      const passing = bySeconds.filter((test) => {
        if (test.verdict !== 'passed' || !test.lines[path]) return false;
        spent += test.seconds;
        return spent <= PASSING_SECONDS;
      });
      const chosen = bySeconds.filter((test) => failing.has(test.id));
      trial = { failing: chosen.map(({ id }) => id), passing: passing.map(({ id }) => id) };
      known.set(path, trial);
    }
    return trial;
  };
}

function progressText(progress: SearchProgress, judge: Judge, deadline: number): string {
  const left = Math.max(0, Math.round((deadline - Date.now()) / 1000));
  const [best] = judge.right;
  const found = best
    ? `best so far: ${best.edits[0]?.kind ?? 'edit'} in ${best.path}`
    : `${progress.plausible} fit the tests`;
  return `tried ${progress.tried} candidates, ${Math.round(progress.perSecond)} a second; ${found}; ${progress.left} waiting, at most ${left} s left`;
}
