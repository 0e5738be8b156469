import { messageOf } from '../errors.ts';
import { detectRunner } from '../testing/detect.ts';
import { choose } from './choose.ts';
import type { Candidate } from './edits/edit.ts';
import { type Failing, firstLine, whatFails } from './failing.ts';
import { Judge } from './judge.ts';
import { type Region, regionsOf } from './localise/regions.ts';
import { crashRows, rankLines, type SuspiciousLine } from './localise/suspicion.ts';
import type { RepairOptions } from './options.ts';
import { openPool } from './pool/open.ts';
import { openCommandPool } from './pool/open-command.ts';
import type { Behaviours, CandidatePool, Trial } from './pool/pool.ts';
import { rankedPatch } from './ranked.ts';
import type { RepairData, SuspiciousRow } from './result.ts';
import { type SearchProgress, search } from './search.ts';
import { Sources } from './sources.ts';

const SLOTS = 2;
/** Regions that are searched at most. */
const MOST_REGIONS = 60;
const SHOWN_LINES = 12;
/** Functions of one file whose behaviour is compared. */
const MOST_FUNCTIONS = 4;
const PASSING_SECONDS = 0.5;

/** Localises, searches and validates; see docs/architecture.md. Never edits the workspace itself. */
export async function repair(options: RepairOptions): Promise<RepairData> {
  const { signal, workspace } = options;
  const started = performance.now();
  const nothing = (reason: string): RepairData => ({
    suspicious: [],
    patches: [],
    tried: 0,
    perSecond: 0,
    seconds: (performance.now() - started) / 1000,
    counts: {},
    reason,
  });
  const runner = await detectRunner(workspace, signal);
  const copy = await options.copy();
  try {
    options.progress('loading the failing tests');
    const known = await whatFails(options, copy, runner);
    if (typeof known === 'string') return nothing(known);
    const sources = new Sources(workspace, known.files);
    const opening = openPool({
      workspace: copy,
      engine: known.engine,
      runner,
      files: known.files,
      slots: SLOTS,
      learnSeconds: Math.max(15, options.seconds / 4),
      testSeconds: Math.max(1, options.seconds / 30),
      source: (path) => sources.get(path),
      signal,
    });
    const loaded = await opening?.catch((error: unknown) => messageOf(error));
    if (typeof loaded === 'string') {
      options.progress(
        `the tests cannot be loaded in a worker (${firstLine(loaded)}); trying by command`,
      );
    }
    const pool =
      loaded && typeof loaded !== 'string'
        ? loaded
        : await openCommandPool({ options, workspace: copy, sources, slots: SLOTS, ...known });
    try {
      return await repairWith({ options, pool, sources, started, ...known });
    } finally {
      await pool.close();
    }
  } finally {
    await copy.close();
  }
}

interface Prepared extends Failing {
  readonly options: RepairOptions;
  readonly pool: CandidatePool;
  readonly sources: Sources;
  readonly started: number;
}

async function repairWith(prepared: Prepared): Promise<RepairData> {
  const { options, pool, sources, failing } = prepared;
  const { tests } = pool;
  const failed = tests.filter(({ verdict }) => /^(?:failed|hang|died)$/.test(verdict));
  const known = failed.filter((test) => failing.has(test.id));
  const reproduced = known.length > 0 ? known : failed;
  const failingIds = new Set(reproduced.map((test) => test.id));
  const lines = rankLines(
    tests,
    failingIds,
    (path) => sources.mayEdit(path) && isBelow(path, options.path),
  );
  const regions = await suspiciousRegions(lines, prepared);
  const suspicious = suspiciousRows(lines, regions);
  const examples = prepared.examples ? { examples: tests.length } : {};
  const base = { ...examples, suspicious, tried: 0, perSecond: 0, counts: {}, patches: [] };
  const seconds = () => (performance.now() - prepared.started) / 1000;
  if (reproduced.length === 0) {
    return {
      ...base,
      seconds: seconds(),
      reason: prepared.examples
        ? 'no test fails, and the examples of the issue and the documentation hold'
        : 'the failing tests pass when run in a worker, so candidates cannot be told apart',
    };
  }
  if (regions.length === 0) {
    return {
      ...base,
      seconds: seconds(),
      reason: 'the failing tests run no function that may be edited',
    };
  }
  pool.expect(regions);
  const judge = new Judge({
    copy: options.copy,
    testCommand: prepared.examples?.command ?? options.testCommand,
    extra: prepared.examples,
    testTimeoutMs: options.testTimeoutMs,
    signal: options.signal,
    file: (path) => sources.decoded(path),
    failing: failing.size > 0 ? failing : failingIds,
    // Worker pools know only the tests of these files; a command pool knows them all.
    files: pool.leastBatch === 1 ? [] : prepared.files,
    failedBefore: new Set(tests.filter((each) => each.verdict !== 'passed').map(({ id }) => id)),
  });
  const deadline = Date.now() + options.seconds * 1000;
  const trialOf = trialsOf(prepared, failingIds);
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
  const behaviours = await behavioursOf(prepared, judge.likeliest(), trialOf);
  const chosen = await judge.decide(choose(judge.likeliest(), behaviours), options.progress);
  const patches = chosen.flatMap((choice) => {
    const source = sources.get(choice.candidate.path);
    return source ? [rankedPatch(source, choice)] : [];
  });
  return {
    ...examples,
    suspicious,
    patches,
    tried: result.tried,
    perSecond: Math.round(result.perSecond),
    seconds: seconds(),
    counts: result.counts,
    ...(patches.length > 0
      ? {}
      : {
          reason: `none of ${result.tried} small changes tried makes the failing tests pass without breaking others`,
        }),
  };
}

/** Compares candidates of one function by what they make of inputs like those of the tests. */
async function behavioursOf(
  { options, pool, sources }: Prepared,
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

async function suspiciousRegions(
  lines: readonly SuspiciousLine[],
  prepared: Prepared,
): Promise<Region[]> {
  const { options, sources } = prepared;
  const loaded = [];
  for (const path of new Set(lines.map((line) => line.path))) {
    const source = await sources.load(path);
    if (source) loaded.push(source);
  }
  const words = new Set(options.statement.match(/[A-Za-z_]\w{2,}/g) ?? []);
  return regionsOf(loaded, lines, words)
    .filter(({ name }) => {
      const wanted = options.functionName;
      return wanted === undefined || name === wanted || name.endsWith(`.${wanted}`);
    })
    .slice(0, MOST_REGIONS);
}

function isBelow(path: string, folder: string | undefined): boolean {
  return folder === undefined || path === folder || path.startsWith(`${folder}/`);
}

/** For each file: the failing tests, the quick ones first, and passing tests that run the file. */
function trialsOf({ pool }: Prepared, failing: ReadonlySet<string>): (path: string) => Trial {
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

function suspiciousRows(
  lines: readonly SuspiciousLine[],
  regions: readonly Region[],
): SuspiciousRow[] {
  return regions
    .flatMap((region) =>
      lines
        .filter((line) => line.path === region.source.path && region.lines.has(line.line))
        .slice(0, 3)
        .map((line) => ({
          path: line.path,
          line: line.line,
          function: region.name,
          score: Math.round(line.score * 1000) / 1000,
          failing: line.failing,
          passing: line.passing,
        })),
    )
    .slice(0, SHOWN_LINES);
}
