import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import type { Candidate, Edit } from '../edits/edit.ts';
import type { SourceFile } from '../tree.ts';
import { Instrumentation, needsTransform, toScript } from './instrument.ts';
import type { CandidatePool, LearnedTest, TellVerdict, Trial } from './pool.ts';
import { Worker } from './worker.ts';

export interface JavaScriptPoolOptions {
  readonly workspace: Workspace;
  readonly engine: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  readonly files: readonly string[];
  readonly slots: number;
  readonly learnSeconds: number;
  readonly testSeconds: number;
  readonly source: (path: string) => SourceFile | undefined;
  readonly signal: AbortSignal;
}

const MEMORY = 512 << 20;
const Request = z.object({ filename: z.string(), text: z.string() });

/** Starts the workers and learns the tests. @throws {Error} when they cannot be loaded in the worker */
export async function openJavaScriptPool(options: JavaScriptPoolOptions): Promise<CandidatePool> {
  const { workspace, cwd } = options;
  const stamp = `repair-${process.pid}-${Date.now().toString(36)}`;
  const start = (slot: number, known?: readonly LearnedTest[]) =>
    Worker.start(
      {
        workspace,
        name: `${stamp}-${slot}`,
        scripts: [
          'worker.cjs',
          'candidates.cjs',
          'coverage.cjs',
          'module-loader.cjs',
          'test-registry.cjs',
        ],
        program: ['node'],
        env: { ...options.env, NODE_OPTIONS: '' },
        cwd,
        config: {
          root: cwd === undefined ? workspace.root : `${workspace.root}/${cwd}`,
          engine: options.engine,
          files: options.files,
          learnSeconds: options.learnSeconds,
          testSeconds: options.testSeconds,
          startSeconds: options.learnSeconds + 20,
          memory: MEMORY,
        },
        signal: options.signal,
        answer,
      },
      known,
    );
  const first = await start(0);
  try {
    const tests = await first.learned();
    const more = Array.from({ length: options.slots - 1 }, (_, slot) => start(slot + 1, tests));
    return new JavaScriptPool(options, [first, ...(await Promise.all(more))], tests);
  } catch (error) {
    await first.stop();
    throw error;
  }
}

function answer(request: unknown): unknown {
  const parsed = Request.safeParse(request);
  if (!parsed.success) return { error: 'a request of another form' };
  try {
    return { code: toScript(parsed.data.filename, parsed.data.text) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

class JavaScriptPool implements CandidatePool {
  readonly tests: readonly LearnedTest[];
  readonly slots: number;
  private readonly options: JavaScriptPoolOptions;
  private readonly workers: readonly Worker[];
  private readonly free: Worker[];
  private readonly waiting: ((worker: Worker) => void)[] = [];
  private readonly bases = new Map<string, { readonly code: string; readonly name: string }>();
  private readonly instrumented = new Map<string, Instrumentation>();

  constructor(options: JavaScriptPoolOptions, workers: readonly Worker[], tests: LearnedTest[]) {
    this.options = options;
    this.workers = workers;
    this.free = [...workers];
    this.tests = tests;
    this.slots = workers.length;
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
      for (const path of new Set(candidates.map((candidate) => candidate.path))) {
        if (signal.aborted || !worker.isAlive) return;
        const group = candidates.filter((candidate) => candidate.path === path);
        await this.runOn(worker, path, group, trial, told);
      }
    } finally {
      const next = this.waiting.shift();
      if (next) next(worker);
      else this.free.push(worker);
    }
  }

  private async runOn(
    worker: Worker,
    path: string,
    candidates: readonly Candidate[],
    trial: Trial,
    told: TellVerdict,
  ): Promise<void> {
    const source = this.options.source(path);
    const base = source && this.baseOf(source);
    const listed: Record<string, unknown>[] = [];
    for (const [id, candidate] of candidates.entries()) {
      const code = source && this.codeOf(source, candidate.edits);
      if (code === undefined || !base) told(candidate, { kind: 'invalid', improved: 0, broken: 0 });
      else listed.push({ id, ...difference(base.code, code) });
    }
    if (listed.length === 0 || !base) return;
    await worker.put(base.name, base.code);
    const chosen = this.tests.filter(
      ({ id }) => trial.failing.includes(id) || trial.passing.includes(id),
    );
    const seconds = chosen.reduce((sum, test) => sum + test.seconds, 0);
    const fuel = Math.max(0, ...chosen.map((test) => test.fuel ?? 0));
    const batch = {
      path,
      base: base.name,
      candidates: listed,
      failing: trial.failing,
      passing: trial.passing,
      fuel: 100_000 + 20 * fuel,
      asyncMs: Math.max(300, 5 * Math.max(0, ...chosen.map((test) => test.seconds * 1000))),
      wallSeconds: 1 + 10 * seconds,
    };
    await worker.run(batch, (id, kind, improved, broken) => {
      const candidate = candidates[id];
      if (candidate) told(candidate, { kind, improved, broken });
    });
  }

  private baseOf(source: SourceFile) {
    const known = this.bases.get(source.path);
    if (known) return known;
    const code = this.codeOf(source, []);
    if (code === undefined) return undefined;
    const made = { code, name: `base-${this.bases.size}.js` };
    this.bases.set(source.path, made);
    return made;
  }

  /** The whole module with the candidate's edits, ready to be compiled; undefined when it does not parse. */
  private codeOf(source: SourceFile, edits: readonly Edit[]): string | undefined {
    let instrumentation = this.instrumented.get(source.path);
    if (!instrumentation) {
      instrumentation = new Instrumentation(source);
      this.instrumented.set(source.path, instrumentation);
    }
    const text = instrumentation.apply(edits);
    if (!needsTransform(source.path, source.text)) return text;
    try {
      return toScript(source.path, text);
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }
}

/** The one span in which two texts differ. */
function difference(before: string, after: string): { start: number; end: number; text: string } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let tail = 0;
  while (
    tail < most - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  ) {
    tail++;
  }
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}
