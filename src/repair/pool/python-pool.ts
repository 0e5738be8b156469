import type { Workspace } from '../../workspace/workspace.ts';
import type { Candidate } from '../edits/edit.ts';
import type { SourceFile } from '../tree.ts';
import {
  type Behaviours,
  type CandidatePool,
  endless,
  isLong,
  type LearnedTest,
  secondsOf,
  type TellVerdict,
  type Trial,
} from './pool.ts';
import { type PythonUnit, pythonUnit, unitText } from './python.ts';
import { Worker } from './worker.ts';
import { WorkerPool } from './worker-pool.ts';

export interface PythonPoolOptions {
  /** A copy of the repository that candidates may spoil. */
  readonly workspace: Workspace;
  readonly engine: 'pytest' | 'unittest';
  readonly interpreter: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  /** Test files to load, relative to the root. */
  readonly files: readonly string[];
  readonly slots: number;
  readonly learnSeconds: number;
  readonly testSeconds: number;
  readonly source: (path: string) => SourceFile | undefined;
  readonly signal: AbortSignal;
}

const MEMORY = 1 << 30;
/** Processor seconds of one call, and of all calls of a candidate, when behaviours are told apart. */
const CALL_SECONDS = 0.05;
const BEHAVE_SECONDS = 10;
/** Processor seconds of a candidate, at least; the clock of the system is not finer. */
const LEAST_SECONDS = 0.02;

/** Starts the workers and learns the tests. @throws {Error} when they cannot be loaded in the worker */
export async function openPythonPool(options: PythonPoolOptions): Promise<CandidatePool> {
  const { workspace, engine, files, cwd } = options;
  const start = (slot: number) =>
    Worker.start({
      workspace,
      name: `repair-${process.pid}-${Date.now().toString(36)}-${slot}`,
      scripts: [
        'worker.py',
        'pw_assertions.py',
        'pw_children.py',
        'pw_code.py',
        'pw_inputs.py',
        'pw_tests.py',
        'pw_trace.py',
      ],
      program: [options.interpreter, '-B'],
      env: { ...options.env, PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' },
      cwd,
      config: {
        root: cwd === undefined ? workspace.root : `${workspace.root}/${cwd}`,
        engine,
        files,
        learnSeconds: options.learnSeconds,
        testSeconds: options.testSeconds,
        memory: MEMORY,
      },
      signal: options.signal,
    });
  const workers = await Promise.all(
    Array.from({ length: options.slots }, (_, slot) => start(slot)),
  );
  try {
    const [known] = await Promise.all(workers.map((worker) => worker.learned()));
    return new PythonPool(options, workers, known?.tests ?? []);
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.stop()));
    throw error;
  }
}

interface Found {
  readonly unit: PythonUnit;
  readonly key: string;
}

class PythonPool extends WorkerPool {
  private readonly options: PythonPoolOptions;
  private readonly positions: ReadonlyMap<string, number>;
  private readonly units = new Map<string, Found>();
  /** Units that a worker knows already. */
  private readonly sent = new Map<Worker, Set<string>>();

  constructor(options: PythonPoolOptions, workers: readonly Worker[], tests: LearnedTest[]) {
    super(workers, tests);
    this.options = options;
    this.positions = new Map(tests.map((test, position) => [test.id, position]));
  }

  run(
    candidates: readonly Candidate[],
    trial: Trial,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    return this.workers.use(async (worker) => {
      if (signal.aborted || !worker.isAlive) return;
      await this.runOn(worker, candidates, trial, told, signal);
    });
  }

  private async runOn(
    worker: Worker,
    candidates: readonly Candidate[],
    trial: Trial,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    const units: Record<string, unknown>[] = [];
    const again = trial.patience !== undefined;
    const listed: Record<string, unknown>[] = [];
    for (const [id, candidate] of candidates.entries()) {
      const source = this.options.source(candidate.path);
      const found = source && this.unitOf(source, candidate);
      if (!source || !found) {
        told(candidate, { kind: 'unswappable', improved: 0, broken: 0 });
        continue;
      }
      units.push(...this.announced(worker, source, found));
      const text = unitText(source, found.unit, candidate.edits);
      listed.push({ id, unit: found.key, text, again });
    }
    if (listed.length === 0) return;
    const batch = { ...this.batchOf(trial), units, candidates: listed };
    await this.send(worker, batch, candidates, told, signal);
  }

  behave(
    source: SourceFile,
    candidates: readonly Candidate[],
    trial: Trial,
    signal: AbortSignal,
  ): Promise<Behaviours | null> {
    return this.workers.use(async (worker) => {
      const first = candidates[0] && this.unitOf(source, candidates[0]);
      if (!worker.isAlive || !first) return null;
      const { unit, key } = first;
      const listed = [{ id: 0, unit: key, text: unitText(source, unit, []) }];
      for (const [index, candidate] of candidates.entries()) {
        if (this.unitOf(source, candidate)?.key !== key) continue;
        listed.push({ id: index + 1, unit: key, text: unitText(source, unit, candidate.edits) });
      }
      const batch = {
        ...this.batchOf(trial),
        units: this.announced(worker, source, first),
        candidates: listed,
        callSeconds: CALL_SECONDS,
        cpuSeconds: BEHAVE_SECONDS,
      };
      return this.compare(worker, batch, candidates, signal);
    });
  }

  private batchOf(trial: Trial) {
    const indices = (ids: readonly string[]) => ids.flatMap((id) => this.positions.get(id) ?? []);
    const chosen = new Set([...trial.failing, ...trial.passing]);
    const tests = this.tests.filter(({ id }) => chosen.has(id));
    const failing = new Set(trial.failing);
    const longest = Math.max(0, ...tests.map((test) => secondsOf([test])));
    const failingSeconds = secondsOf(tests.filter(({ id }) => failing.has(id)));
    const limit = (seconds: number) =>
      Math.min(10, Math.max(LEAST_SECONDS, 6 * seconds) * (trial.patience ?? 1));
    return {
      failing: indices(trial.failing),
      passing: indices(trial.passing),
      isLong: isLong(this.tests, trial),
      endless: indices(endless(this.tests)),
      // Most candidates that hang do so in a failing test: those get no more than they may need.
      failingSeconds: limit(Math.max(longest, failingSeconds)),
      cpuSeconds: limit(secondsOf(tests)),
    };
  }

  /** The description of a unit for a worker that does not know it yet. */
  private announced(worker: Worker, source: SourceFile, { unit, key }: Found) {
    const sent = this.sent.get(worker) ?? new Set();
    this.sent.set(worker, sent);
    if (sent.has(key)) return [];
    sent.add(key);
    const { line, name, headers } = unit;
    return [{ key, path: source.path, line, name, headers, text: unitText(source, unit, []) }];
  }

  private unitOf(source: SourceFile, candidate: Candidate): Found | null {
    const first = candidate.edits[0];
    const last = candidate.edits.at(-1);
    if (!first || !last) return null;
    const span = `${source.path}:${first.start}:${last.end}`;
    const known = this.units.get(span);
    if (known) return known;
    const unit = pythonUnit(source, first.start, last.end);
    if (!unit) return null;
    const found = { unit, key: `${source.path}:${unit.start}` };
    this.units.set(span, found);
    return found;
  }
}
