import { messageOf } from '../errors.ts';
import { detectRunner } from '../testing/detect.ts';
import type { Runner } from '../testing/runner.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type Failing, firstLine, whatFails } from './failing.ts';
import { findPatches } from './find-patches.ts';
import { type Region, regionsOf } from './localise/regions.ts';
import { rankLines, type SuspiciousLine } from './localise/suspicion.ts';
import type { RepairOptions } from './options.ts';
import { openPool } from './pool/open.ts';
import { openCommandPool } from './pool/open-command.ts';
import type { CandidatePool } from './pool/pool.ts';
import type { RepairData, SuspiciousRow } from './result.ts';
import { Sources } from './sources.ts';

const SLOTS = 2;
/** Regions that are searched at most. */
const MOST_REGIONS = 60;
const SHOWN_LINES = 12;

/** Localises, searches and validates; see docs/architecture.md. Never edits the workspace itself. */
export async function repair(asked: RepairOptions): Promise<RepairData> {
  const { signal, workspace } = asked;
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
  const options: RepairOptions = { ...asked, copy: () => buildableCopy(asked, runner) };
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
      failing: known.failing,
      slots: SLOTS,
      learnSeconds: Math.max(15, options.seconds / 4),
      testSeconds: Math.max(1, options.seconds / 30),
      testTimeoutMs: options.testTimeoutMs,
      source: (path) => sources.get(path),
      sources,
      signal,
    });
    const loaded = await opening?.catch((error: unknown) => messageOf(error));
    signal.throwIfAborted();
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

/** A copy of the repository in which what a run builds stays for the next. */
async function buildableCopy({ copy }: RepairOptions, runner: Runner | null): Promise<Workspace> {
  const workspace = await copy();
  const folders = runner?.command({}).buildFolders ?? [];
  if (folders.length > 0) {
    await workspace.exec(['mkdir', '-p', '--', ...folders], { timeoutMs: 10_000 });
  }
  return workspace;
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
  const found = await findPatches({ ...prepared, regions, reproduced });
  return { ...examples, suspicious, ...found, seconds: seconds() };
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
