import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../package-root.ts';
import { newPlace } from '../../testing/place.ts';
import type { Runner } from '../../testing/runner.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import type { Candidate } from '../edits/edit.ts';
import type { SourceFile } from '../tree.ts';
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
import { goVariants, type Numbered, refused, variantFile } from './go-variants.ts';
import type { CandidatePool, LearnedTest, TellVerdict, Trial, Verdict } from './pool.ts';
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
const LEAST_SECONDS = 0.5;

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

  behave(): Promise<null> {
    return Promise.resolve(null);
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
    const left = await this.build(folder, source, candidates, programs, told, signal);
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
    folder: ScratchFolder,
    source: SourceFile,
    candidates: readonly Numbered[],
    programs: ReadonlyMap<GoPackage, string>,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<Map<number, Candidate>> {
    const { workspace } = this.options;
    const left = new Map(candidates);
    const refuse = (number: number, kind: string) => {
      const candidate = left.get(number);
      left.delete(number);
      if (candidate) told(candidate, { kind, improved: 0, broken: 0 });
    };
    const at = (path: string) => `${workspace.root}/${path}`;
    const beside = source.path.split('/').slice(0, -1).join('/');
    const extra = `${beside === '' ? '' : `${beside}/`}patchwright_variant.go`;
    await folder.put('variant.go', variantFile(source));
    const replace = {
      [at(source.path)]: `${folder.inside}/variants.go`,
      [at(extra)]: `${folder.inside}/variant.go`,
    };
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
