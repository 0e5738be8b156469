import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { packageRoot } from '../../package-root.ts';
import { newPlace } from '../../testing/place.ts';
import type { Runner } from '../../testing/runner.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import type { Candidate } from '../edits/edit.ts';
import { listFiles } from '../files.ts';
import type { SourceFile } from '../tree.ts';
import { BEHAVIOUR_TEST, behaviourFile, readBehaviour } from './go-behaviour.ts';
import { learnGo } from './go-learn.ts';
import {
  buildTests,
  type Ended,
  type GoPackage,
  type GoRun,
  KILLED,
  packageOf,
  readRun,
  runPattern,
  runVariants,
  testName,
  topName,
} from './go-tests.ts';
import { bodyAround, goVariants, type Numbered, refused, variantFile } from './go-variants.ts';
import { literalsOf } from './literals-of.ts';
import {
  type Behaviours,
  type CandidatePool,
  collect,
  type LearnedTest,
  type TellVerdict,
  type Trial,
  type Verdict,
} from './pool.ts';
import { ScratchFolder } from './scratch-folder.ts';

export interface GoPoolOptions {
  /** A copy of the repository, in which nothing is changed: the compiler is given other files in its place. */
  readonly workspace: Workspace;
  readonly runner: Runner;
  readonly failing: ReadonlySet<string>;
  readonly slots: number;
  readonly testSeconds: number;
  readonly source: (path: string) => SourceFile | undefined;
  readonly signal: AbortSignal;
}

/** Of so many candidates one program is made: each costs a link, which takes longer than most tests. */
const LEAST_BATCH = 60;
const BUILD_TIMEOUT_MS = 180_000;
/** Compilations of one batch: each time without what was refused. */
const MOST_BUILDS = 8;
const LEAST_SECONDS = 1;
/** For all calls of one candidate, when behaviours are told apart. */
const BEHAVE_SECONDS = 2;

/** Opens the pool for `go test`. @throws {Error} when the tests cannot be compiled or do not run */
export async function openGoPool(options: GoPoolOptions): Promise<CandidatePool> {
  const { workspace, runner, failing, signal } = options;
  const place = await newPlace(workspace, false);
  const { env } = runner.command({}, place);
  const packages = [...new Set([...failing].map(packageOf))].filter((name) => /^\./.test(name));
  if (packages.length === 0) throw new Error('the failing tests name no package');
  const made = { workspace, env, signal, timeoutMs: BUILD_TIMEOUT_MS };
  const folder = await newFolder(workspace, 'learn');
  try {
    const tests: LearnedTest[] = [];
    for (const name of packages) {
      const build = { ...made, folder };
      tests.push(...(await learnGo(build, name, options.testSeconds)));
    }
    return new GoPool(options, env, tests);
  } finally {
    await folder.remove();
  }
}

let folders = 0;

async function newFolder(workspace: Workspace, name: string): Promise<ScratchFolder> {
  const folder = await ScratchFolder.create(
    workspace,
    `repair-go-${process.pid}-${name}-${folders++}`,
  );
  const script = readFileSync(join(packageRoot, 'src/repair/pool/variants.sh'), 'utf8');
  await folder.put('variants.sh', script);
  return folder;
}

/** What programs are built of. */
interface Build {
  readonly folder: ScratchFolder;
  readonly source: SourceFile;
  /** Names of the programs by package. */
  readonly programs: ReadonlyMap<GoPackage, string>;
  /** Further files of the overlay, by their path in the repository. */
  readonly extra: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The folder of a file, as a package is named. */
function folderOf(path: string): GoPackage {
  const folder = posix.dirname(path);
  return folder === '.' ? '.' : `./${folder}`;
}

/** Test files of the packages with failing tests. */
async function testFiles(workspace: Workspace, { failing }: Trial): Promise<string[]> {
  const packages = new Set(failing.map(packageOf));
  const files = await listFiles(workspace);
  return files.filter((file) => file.endsWith('_test.go') && packages.has(folderOf(file)));
}

/** Compiles many candidates into one program and runs that once for each. */
class GoPool implements CandidatePool {
  readonly tests: readonly LearnedTest[];
  readonly slots: number;
  readonly leastBatch = LEAST_BATCH;
  readonly judgedBy: readonly string[];
  private readonly options: GoPoolOptions;
  private readonly env: Readonly<Record<string, string>>;
  private readonly byId: ReadonlyMap<string, LearnedTest>;

  constructor(
    options: GoPoolOptions,
    env: Readonly<Record<string, string>>,
    tests: readonly LearnedTest[],
  ) {
    this.options = options;
    this.env = env;
    this.tests = tests;
    this.slots = options.slots;
    this.byId = new Map(tests.map((test) => [test.id, test]));
    // A file stands for its package.
    this.judgedBy = [...new Set(tests.map(({ id }) => `${packageOf(id)}/_test.go`))];
  }

  expect(): void {
    // A batch may change any function.
  }

  async run(
    candidates: readonly Candidate[],
    trial: Trial,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    const { workspace } = this.options;
    const source = this.options.source(candidates[0]?.path ?? '');
    if (!source || signal.aborted) return;
    const folder = await newFolder(workspace, 'batch');
    try {
      const numbered = candidates.map((candidate, index): Numbered => [index + 1, candidate]);
      await this.tryOn(folder, source, numbered, trial, told, signal);
    } finally {
      await folder.remove();
    }
  }

  async behave(
    source: SourceFile,
    candidates: readonly Candidate[],
    trial: Trial,
    signal: AbortSignal,
  ): Promise<Behaviours | null> {
    const { workspace } = this.options;
    const node = candidates[0] && bodyAround(source, candidates[0])?.node;
    if (!node) return null;
    const alike = candidates.filter((each) => bodyAround(source, each)?.node === node);
    const literals = await literalsOf(workspace, await testFiles(workspace, trial));
    const test = behaviourFile(source, node, literals);
    if (test === null) return null;
    const folder = await newFolder(workspace, 'behave');
    try {
      await folder.put('behaviour.go', test);
      const numbered = alike.map((candidate, index): Numbered => [index + 1, candidate]);
      const beside = folderOf(source.path);
      const program = 'behave.test';
      const programs = new Map([[beside, program]]);
      const extra = {
        [`${beside}/patchwright_behaviour_test.go`]: `${folder.inside}/behaviour.go`,
      };
      const left = await this.build(
        { folder, source, programs, extra, signal },
        numbered,
        () => {},
      );
      const argv = [`${folder.inside}/${program}`, '-test.run', runPattern([BEHAVIOUR_TEST])];
      const run = { workspace, folder, cwd: beside, seconds: BEHAVE_SECONDS, signal };
      const ended = await runVariants(run, argv, [0, ...left.keys()]);
      return await collect(alike, async (tell) => {
        for (const { number, output } of ended) tell(number, readBehaviour(output));
      });
    } finally {
      await folder.remove();
    }
  }

  async close(): Promise<void> {
    // Nothing outlives a batch.
  }

  private async tryOn(
    folder: ScratchFolder,
    source: SourceFile,
    candidates: readonly Numbered[],
    trial: Trial,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    const packages = [...new Set(trial.failing.map(packageOf))];
    const programs = new Map(packages.map((name, index) => [name, `batch-${index}.test`]));
    const left = await this.build(
      { folder, source, programs, extra: {}, signal },
      candidates,
      told,
    );
    let numbers = [...left.keys()];
    const runs = new Map<number, GoRun[]>();
    for (const [name, program] of programs) {
      if (numbers.length === 0 || signal.aborted) return;
      const seconds = this.secondsOf(trial, name);
      const tops = [...trial.failing, ...trial.passing]
        .filter((id) => packageOf(id) === name)
        .map((id) => topName(testName(id)));
      const argv = [`${folder.inside}/${program}`, '-test.v', '-test.run', runPattern(tops)];
      const run = { workspace: this.options.workspace, folder, cwd: name, seconds, signal };
      const ended = await runVariants(run, argv, numbers);
      for (const one of ended) {
        const candidate = left.get(one.number);
        if (one.code !== KILLED) note(runs, one);
        else if (candidate) told(candidate, { kind: 'hang', improved: 0, broken: 0 });
      }
      numbers = ended.filter(({ code }) => code !== KILLED).map(({ number }) => number);
    }
    for (const number of numbers) {
      const candidate = left.get(number);
      if (candidate) told(candidate, this.verdictOf(packages, runs.get(number) ?? [], trial));
    }
  }

  /** Compiles the candidates, without those that are refused. @returns the ones in the programs */
  private async build(
    { folder, source, programs, extra, signal }: Build,
    candidates: readonly Numbered[],
    told: TellVerdict,
  ): Promise<Map<number, Candidate>> {
    const { workspace } = this.options;
    const left = new Map(candidates);
    const refuse = (number: number, kind: string) => {
      const candidate = left.get(number);
      left.delete(number);
      if (candidate) told(candidate, { kind, improved: 0, broken: 0 });
    };
    await folder.put('variant.go', variantFile(source));
    const files = {
      [source.path]: `${folder.inside}/variants.go`,
      [`${folderOf(source.path)}/patchwright_variant.go`]: `${folder.inside}/variant.go`,
      ...extra,
    };
    const replace = Object.fromEntries(
      Object.entries(files).map(([path, by]) => [posix.join(workspace.root, path), by]),
    );
    await folder.put('overlay.json', JSON.stringify({ Replace: replace }));
    const options = { workspace, folder, env: this.env, signal, timeoutMs: BUILD_TIMEOUT_MS };
    for (let builds = 0; left.size > 0 && !signal.aborted; builds++) {
      const variants = goVariants(source, [...left]);
      for (const number of [...left.keys()]) {
        if (!variants.lines.has(number)) refuse(number, 'unswappable');
      }
      await folder.put('variants.go', variants.text);
      let output: string | null = null;
      for (const [name, program] of programs) {
        const flags = [`-overlay=${folder.inside}/overlay.json`];
        output ??= await buildTests(options, name, program, flags);
      }
      if (output === null || signal.aborted) break;
      const names = ['variants.go', source.path.split('/').at(-1) ?? ''];
      const wrong = refused(output, names, variants);
      // Where the compiler does not say which, or does not come to an end, none can be tried.
      const all = wrong.size === 0 || builds >= MOST_BUILDS;
      for (const number of all ? [...left.keys()] : wrong) refuse(number, 'invalid');
    }
    return left;
  }

  private verdictOf(packages: readonly string[], runs: readonly GoRun[], trial: Trial): Verdict {
    const verdictOf = (id: string) =>
      runs[packages.indexOf(packageOf(id))]?.verdicts.get(testName(id));
    const passed = trial.failing.filter((id) => verdictOf(id) === 'passed');
    const failsAnew = runs.some((run, index) =>
      [...run.verdicts].some(([name, verdict]) => {
        const id = `${packages[index]}::${name}`;
        return verdict === 'failed' && this.byId.get(id)?.verdict === 'passed';
      }),
    );
    const broken = trial.passing.filter((id) => {
      return packages.includes(packageOf(id)) && verdictOf(id) !== 'passed';
    });
    if (passed.length === trial.failing.length) {
      const kind = broken.length > 0 || failsAnew ? 'breaks' : 'passed';
      return { kind, improved: passed.length, broken: broken.length };
    }
    const before = trial.failing.flatMap((id) => this.byId.get(id)?.checks ?? []);
    const failedBefore = new Set(before.flatMap(([place, held]) => (held ? [] : [place])));
    const now = new Set(runs.flatMap((run) => [...run.places]));
    const mended = [...failedBefore].filter((place) => !now.has(place)).length;
    const spoilt = [...now].filter((place) => !failedBefore.has(place)).length;
    return { kind: 'failed', improved: passed.length + mended, broken: broken.length + spoilt };
  }

  private secondsOf(trial: Trial, name: GoPackage): number {
    const seconds = [...trial.failing, ...trial.passing]
      .filter((id) => packageOf(id) === name)
      .reduce((sum, id) => sum + (this.byId.get(id)?.seconds ?? 0), 0);
    const limit = Math.max(LEAST_SECONDS, 5 * seconds) * (trial.patience ?? 1);
    return Math.min(10, Math.round(100 * limit) / 100);
  }
}

function note(runs: Map<number, GoRun[]>, { number, output }: Ended): void {
  runs.set(number, [...(runs.get(number) ?? []), readRun(output)]);
}
