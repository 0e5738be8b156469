import type { TestReport } from '../../testing/report.ts';
import { runTests } from '../../testing/run-tests.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import type { Candidate } from '../edits/edit.ts';
import { listFiles } from '../files.ts';
import { framesOf } from '../localise/suspicion.ts';
import type { Sources } from '../sources.ts';
import type { SourceFile } from '../tree.ts';
import {
  type ClassPath,
  classPathOf,
  guarded,
  methodAround,
  probed,
  testKey,
} from './java-code.ts';
import { literalsOf } from './literals-of.ts';
import type {
  Behaviours,
  CandidatePool,
  Learned,
  LearnedTest,
  TellVerdict,
  Trial,
} from './pool.ts';
import { Worker } from './worker.ts';
import { startWorkers, WorkerPool } from './worker-pool.ts';

export interface JavaPoolOptions {
  /** A copy of the repository that may be built in. */
  readonly workspace: Workspace;
  /** Files of the failing tests. */
  readonly files: readonly string[];
  readonly sources: Sources;
  readonly slots: number;
  readonly learnSeconds: number;
  readonly testSeconds: number;
  readonly testTimeoutMs: number;
  readonly signal: AbortSignal;
}

const MOST_SOURCES = 300;
const LEAST_SECONDS = 0.5;
const WORKER = ['Worker', 'Behaviour', 'Compiler', 'Inputs', 'Json', 'Probe', 'Tests'];

/**
 * Builds the tests once by Maven, and opens workers that compile candidates in memory.
 *
 * @throws {Error} when the tests are not of one module with JUnit 4 or 5
 */
export async function openJavaPool(options: JavaPoolOptions): Promise<CandidatePool> {
  const { workspace, files, signal } = options;
  const modules = [...new Set(files.map(moduleOf))];
  const [module] = modules;
  if (module === undefined || modules.length > 1) throw new Error('not the tests of one module');
  const report = await runTests({
    workspace,
    scope: { files },
    timeoutMs: options.testTimeoutMs,
    signal,
  });
  const classPath = await findClassPath(workspace, module);
  if (!classPath) throw new Error('the reports name no class path with JUnit');
  const { texts, places } = await probedSources(options, module);
  const name = `repair-java-${process.pid}-${Date.now().toString(36)}`;
  const classes = files.map((file) => testKey(`${file}::x`)?.replace(/#x$/, '') ?? '');
  const start = (slot: number, known?: Learned) =>
    Worker.start(
      {
        workspace,
        name: `${name}-${slot}`,
        scripts: [
          'java/worker.sh',
          ...[...WORKER, classPath.framework].map((each) => `java/${each}.java`),
        ],
        program: ['sh'],
        env: { CLASS_PATH: classPath.jars.join(':') },
        cwd: module === '' ? undefined : module,
        config: {
          folders: classPath.folders,
          tests: classPath.framework,
          classes,
          probed: texts,
          learnSeconds: options.learnSeconds,
          testSeconds: options.testSeconds,
        },
        signal,
      },
      known,
    );
  const { workers, learned } = await startWorkers(options.slots, start);
  return new JavaPool(options, workers, testsOf(report, learned, places));
}

/** The folder of the module that a test file belongs to; empty for the root. */
function moduleOf(file: string): string {
  return /^(?:(.*)\/)?src\//.exec(file)?.[1] ?? '';
}

async function findClassPath(workspace: Workspace, module: string): Promise<ClassPath | null> {
  const folder = `${module === '' ? '' : `${module}/`}target/surefire-reports`;
  const argv = ['find', folder, '-name', 'TEST-*.xml'];
  const found = await workspace.exec(argv, { timeoutMs: 20_000 });
  const [path] = found.stdout.split('\n');
  if (!path) return null;
  return classPathOf((await workspace.readFile(path)).toString('utf8'), workspace.root);
}

/** The module's own sources with probes, and where each probe stands. */
async function probedSources({ workspace, sources }: JavaPoolOptions, module: string) {
  const texts: Record<string, string> = {};
  const places: [path: string, line: number][] = [];
  const prefix = module === '' ? 'src/main/' : `${module}/src/main/`;
  const paths = (await listFiles(workspace)).filter(
    (path) => path.startsWith(prefix) && path.endsWith('.java') && sources.mayEdit(path),
  );
  for (const path of paths.slice(0, MOST_SOURCES)) {
    const source = await sources.load(path);
    if (!source) continue;
    const { text, lines } = probed(source, places.length);
    texts[path] = text;
    for (const line of lines) places.push([path, line]);
  }
  return { texts, places };
}

/** The cases of the runner's report, with what the worker learned of their methods. */
function testsOf(
  report: TestReport,
  learned: Learned,
  places: readonly [string, number][],
): LearnedTest[] {
  const byKey = new Map(learned.tests.map((test) => [test.id, test]));
  return report.cases.flatMap((one) => {
    const known = byKey.get(testKey(one.id) ?? '');
    if (!known) return [];
    const lines: Record<string, number[]> = {};
    for (const number of known.lines[''] ?? []) {
      const [path, line] = places[number] ?? ['', 0];
      lines[path] = [...(lines[path] ?? []), line];
    }
    const message = one.trace ?? '';
    return [
      { ...known, id: one.id, file: one.file ?? '', lines, message, frames: framesOf(message) },
    ];
  });
}

/** Compiles candidates in memory, one by one, and runs the tests in the same process. */
class JavaPool extends WorkerPool {
  private readonly options: JavaPoolOptions;
  private readonly byId: ReadonlyMap<string, LearnedTest>;

  constructor(options: JavaPoolOptions, workers: readonly Worker[], tests: readonly LearnedTest[]) {
    super(workers, tests);
    this.options = options;
    this.byId = new Map(tests.map((test) => [test.id, test]));
  }

  run(
    candidates: readonly Candidate[],
    trial: Trial,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    return this.workers.use(async (worker) => {
      const source = this.options.sources.get(candidates[0]?.path ?? '');
      if (signal.aborted || !worker.isAlive || !source) return;
      await this.send(worker, this.batchOf(source, candidates, trial), candidates, told, signal);
    });
  }

  behave(
    source: SourceFile,
    candidates: readonly Candidate[],
    _trial: Trial,
    signal: AbortSignal,
  ): Promise<Behaviours | null> {
    return this.workers.use(async (worker) => {
      const method = candidates[0] && methodAround(source, candidates[0]);
      if (!worker.isAlive || !method) return null;
      const { node, ...called } = method;
      const alike = candidates.filter((each) => methodAround(source, each)?.node === node);
      const { workspace, files } = this.options;
      const listed = [[], ...alike.map(({ edits }) => edits)].map((edits, id) => ({
        id,
        path: source.path,
        text: guarded(source, edits),
      }));
      const batch = { ...called, ...(await literalsOf(workspace, files)), candidates: listed };
      return this.compare(worker, batch, alike, signal);
    });
  }

  private batchOf(source: SourceFile, candidates: readonly Candidate[], trial: Trial) {
    const keysOf = (ids: readonly string[]) => [...new Set(ids.flatMap((id) => testKey(id) ?? []))];
    const lines = new Map<string, number>();
    let seconds = 0;
    for (const id of [...trial.failing, ...trial.passing]) {
      const test = this.byId.get(id);
      const failedAt = test?.checks.find(([, held]) => !held)?.[0];
      if (failedAt !== undefined) lines.set(testKey(id) ?? '', Number(failedAt));
      seconds += test?.seconds ?? 0;
    }
    const failing = keysOf(trial.failing);
    return {
      failing,
      lines: failing.map((key) => lines.get(key) ?? 0),
      passing: keysOf(trial.passing).filter((key) => !failing.includes(key)),
      seconds: Math.min(10, Math.max(LEAST_SECONDS, 5 * seconds) * (trial.patience ?? 1)),
      candidates: candidates.map((candidate, id) => ({
        id,
        path: source.path,
        text: guarded(source, candidate.edits),
      })),
    };
  }
}
