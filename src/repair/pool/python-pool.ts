import type { Workspace } from '../../workspace/workspace.ts';
import type { Candidate } from '../edits/edit.ts';
import type { SourceFile } from '../tree.ts';
import {
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

/** Starts the workers and learns the tests. @throws {Error} when they cannot be loaded in the worker */
export async function openPythonPool(options: PythonPoolOptions): Promise<CandidatePool> {
  const { workspace, engine, files, cwd } = options;
  const start = (slot: number) =>
    Worker.start({
      workspace,
      name: `repair-${process.pid}-${Date.now().toString(36)}-${slot}`,
      scripts: ['worker.py', 'pw_assertions.py', 'pw_children.py', 'pw_code.py', 'pw_tests.py'],
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

class PythonPool implements CandidatePool {
  readonly tests: readonly LearnedTest[];
  readonly slots: number;
  private readonly options: PythonPoolOptions;
  private readonly workers: readonly Worker[];
  private readonly free: Worker[];
  private readonly waiting: ((worker: Worker) => void)[] = [];
  private readonly units = new Map<string, { readonly unit: PythonUnit; readonly key: string }>();
  /** Units that a worker knows already. */
  private readonly sent = new Map<Worker, Set<string>>();

  constructor(options: PythonPoolOptions, workers: readonly Worker[], tests: LearnedTest[]) {
    this.options = options;
    this.workers = workers;
    this.free = [...workers];
    this.tests = tests;
    this.slots = workers.length;
  }

  expect(): void {
    // The functions of a module are found when their first candidate comes.
  }

  async run(
    candidates: readonly Candidate[],
    trial: Trial,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    const worker =
      this.free.pop() ?? (await new Promise<Worker>((take) => this.waiting.push(take)));
    try {
      if (signal.aborted || !worker.isAlive) return;
      await this.runOn(worker, candidates, trial, told, signal);
    } finally {
      const next = this.waiting.shift();
      if (next) next(worker);
      else this.free.push(worker);
    }
  }

  private async runOn(
    worker: Worker,
    candidates: readonly Candidate[],
    trial: Trial,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    const units: Record<string, unknown>[] = [];
    const sent = this.sent.get(worker) ?? new Set();
    this.sent.set(worker, sent);
    const again = trial.patience !== undefined;
    const listed: { id: number; unit: string; text: string; again: boolean }[] = [];
    for (const [id, candidate] of candidates.entries()) {
      const source = this.options.source(candidate.path);
      const found = source && this.unitOf(source, candidate);
      if (!source || !found) {
        told(candidate, { kind: 'unswappable', improved: 0, broken: 0 });
        continue;
      }
      const { unit, key } = found;
      if (!sent.has(key)) {
        sent.add(key);
        const text = `${source.text.slice(unit.start, unit.end)}\n`;
        units.push({
          key,
          path: source.path,
          line: unit.line,
          name: unit.name,
          headers: unit.headers,
          text,
        });
      }
      listed.push({ id, unit: key, text: unitText(source, unit, candidate), again });
    }
    if (listed.length === 0) return;
    const index = new Map(this.tests.map((test, position) => [test.id, position]));
    const positions = (ids: readonly string[]) => ids.flatMap((id) => index.get(id) ?? []);
    const seconds = secondsOf(
      [...trial.failing, ...trial.passing].flatMap((id) => this.tests[index.get(id) ?? -1] ?? []),
    );
    const batch = {
      units,
      candidates: listed,
      failing: positions(trial.failing),
      passing: positions(trial.passing),
      isLong: isLong(this.tests, trial),
      endless: positions(endless(this.tests)),
      cpuSeconds: Math.min(10, Math.max(0.03, 6 * seconds) * (trial.patience ?? 1)),
    };
    await worker.run(batch, signal, (id, kind, improved, broken) => {
      const candidate = candidates[id];
      if (candidate) told(candidate, { kind, improved, broken });
    });
  }

  private unitOf(source: SourceFile, candidate: Candidate) {
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

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }
}
