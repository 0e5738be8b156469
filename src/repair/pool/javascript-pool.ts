import * as z from 'zod';
import { messageOf } from '../../errors.ts';
import { languageOf } from '../../syntax/languages.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import type { Candidate, Edit } from '../edits/edit.ts';
import { childOf, type SourceFile, type SyntaxNode } from '../tree.ts';
import { guardedText, type Hook, Instrumentation } from './instrument.ts';
import {
  type Behaviours,
  type CandidatePool,
  endless,
  isLong,
  type Learned,
  secondsOf,
  type TellVerdict,
  type Trial,
} from './pool.ts';
import { expressionTransform, needsTransform, softenTests, toScript } from './transform.ts';
import { Worker } from './worker.ts';
import { startWorkers, WorkerPool } from './worker-pool.ts';

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
const Request = z.object({
  filename: z.string(),
  text: z.string(),
  soft: z.boolean(),
  guard: z.boolean(),
});

/** Starts the workers and learns the tests. @throws {Error} when they cannot be loaded in the worker */
export async function openJavaScriptPool(options: JavaScriptPoolOptions): Promise<CandidatePool> {
  const { workspace, cwd } = options;
  const stamp = `repair-${process.pid}-${Date.now().toString(36)}`;
  const start = (slot: number, known?: Learned) =>
    Worker.start(
      {
        workspace,
        name: `${stamp}-${slot}`,
        scripts: [
          'worker.cjs',
          'candidates.cjs',
          'coverage.cjs',
          'guard.cjs',
          'inputs.cjs',
          'quick-assert.cjs',
          'module-loader.cjs',
          'test-ids.cjs',
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
  const { workers, learned } = await startWorkers(options.slots, start);
  return new JavaScriptPool(options, workers, learned);
}

async function answer(request: unknown): Promise<unknown> {
  const parsed = Request.safeParse(request);
  if (!parsed.success) return { error: 'a request of another form' };
  const { filename, text, soft, guard } = parsed.data;
  try {
    const wanted = soft
      ? await softenTests(filename, text)
      : guard
        ? await guardedFile(filename, text)
        : text;
    return { code: needsTransform(filename, text) ? toScript(filename, wanted) : wanted };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

/** A file as candidates of it are sent: as a whole, or a hooked function of it. */
interface Base {
  /** Name of the file beside the batches. */
  readonly name: string;
  /** The script with guards and hooks. */
  readonly code: string;
  readonly instrumentation: Instrumentation;
  /** Null: functions cannot be sent on their own. */
  readonly expression: ((code: string) => string) | null;
}

async function guardedFile(filename: string, text: string): Promise<string> {
  const language = languageOf(filename);
  return language ? guardedText(filename, language, text) : text;
}

class JavaScriptPool extends WorkerPool {
  private readonly load: Learned['load'];
  private readonly options: JavaScriptPoolOptions;
  private readonly bases = new Map<string, Promise<Base | null>>();
  private readonly hooked = new Map<string, SyntaxNode[]>();

  constructor(options: JavaScriptPoolOptions, workers: readonly Worker[], known: Learned) {
    super(workers, known.tests);
    this.options = options;
    this.load = known.load;
  }

  override expect(
    regions: readonly { readonly source: SourceFile; readonly node: SyntaxNode }[],
  ): void {
    for (const { source, node } of regions) {
      const list = this.hooked.get(source.path) ?? [];
      if (!list.includes(node)) list.push(node);
      this.hooked.set(source.path, list);
    }
  }

  run(
    candidates: readonly Candidate[],
    trial: Trial,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    return this.workers.use(async (worker) => {
      for (const path of new Set(candidates.map((candidate) => candidate.path))) {
        if (signal.aborted || !worker.isAlive) return;
        const group = candidates.filter((candidate) => candidate.path === path);
        await this.runOn(worker, path, group, trial, told, signal);
      }
    });
  }

  private async runOn(
    worker: Worker,
    path: string,
    candidates: readonly Candidate[],
    trial: Trial,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    const source = this.options.source(path);
    const base = source && (await this.baseOf(source));
    const listed: Record<string, unknown>[] = [];
    for (const [id, candidate] of candidates.entries()) {
      const code = source && base && (await codeOf(source, base, candidate.edits));
      if (code) listed.push({ id, ...code });
      else told(candidate, { kind: 'invalid', improved: 0, broken: 0 });
    }
    if (listed.length === 0 || !base) return;
    await worker.put(base.name, base.code);
    const batch = { ...this.batchOf(path, base, trial), candidates: listed };
    await this.send(worker, batch, candidates, told, signal);
  }

  behave(
    source: SourceFile,
    candidates: readonly Candidate[],
    trial: Trial,
    signal: AbortSignal,
  ): Promise<Behaviours | null> {
    return this.workers.use(async (worker) => {
      const base = await this.baseOf(source);
      const hook = base?.instrumentation.hookFor(candidates[0]?.edits ?? []);
      if (!worker.isAlive || !base?.expression || !hook) return null;
      const { instrumentation, expression } = base;
      const { key } = hook;
      const original = expression(await instrumentation.body(hook, []));
      const listed = [{ id: 0, key, code: original, original }];
      for (const [index, { edits }] of candidates.entries()) {
        if (instrumentation.hookFor(edits)?.key !== key) continue;
        const code = expression(await instrumentation.body(hook, edits));
        listed.push({ id: index + 1, key, code, original });
      }
      await worker.put(base.name, base.code);
      const batch = { ...this.batchOf(source.path, base, trial), candidates: listed };
      return this.compare(worker, batch, candidates, signal);
    });
  }

  private batchOf(path: string, base: Base, trial: Trial) {
    const chosen = this.tests.filter(
      ({ id }) => trial.failing.includes(id) || trial.passing.includes(id),
    );
    const { patience = 1 } = trial;
    return {
      path,
      base: base.name,
      failing: trial.failing,
      passing: trial.passing,
      isLong: isLong(chosen, trial),
      endless: endless(chosen),
      patience,
      asyncMs: Math.max(300, 5 * Math.max(0, ...chosen.map((test) => secondsOf([test]) * 1000))),
      wallSeconds: (1 + 10 * secondsOf(chosen)) * patience,
    };
  }

  private baseOf(source: SourceFile): Promise<Base | null> {
    const made = this.bases.get(source.path) ?? this.makeBase(source, this.bases.size);
    this.bases.set(source.path, made);
    return made;
  }

  private async makeBase(source: SourceFile, number: number): Promise<Base | null> {
    const ranAtLoad = new Set(this.load[source.path] ?? []);
    const hooked = (this.hooked.get(source.path) ?? []).filter(
      (node) => !runsAtLoad(node, ranAtLoad),
    );
    const instrumentation = new Instrumentation(source, hooked);
    const text = await instrumentation.apply([], true);
    try {
      const code = needsTransform(source.path, source.text) ? toScript(source.path, text) : text;
      const expression = expressionTransform(source, code);
      return { name: `base-${number}.js`, code, instrumentation, expression };
    } catch {
      return null;
    }
  }
}

/** A function that ran while the tests were loaded left results behind that a later change does not reach. */
function runsAtLoad(node: SyntaxNode, lines: ReadonlySet<number>): boolean {
  const body = childOf(node, 'body');
  for (let row = body?.row ?? node.row; row <= node.endRow; row++) {
    const isShared = row === node.row || row === node.endRow;
    if (!isShared && lines.has(row + 1)) return true;
  }
  return false;
}

/** What is sent for a candidate; null when it does not parse. */
async function codeOf(
  source: SourceFile,
  base: Base,
  edits: readonly Edit[],
): Promise<{ key: number; code: string } | { start: number; end: number; text: string } | null> {
  const hook: Hook | null = base.expression ? base.instrumentation.hookFor(edits) : null;
  try {
    if (hook && base.expression) {
      return { key: hook.key, code: base.expression(await base.instrumentation.body(hook, edits)) };
    }
    const text = await base.instrumentation.apply(edits, true);
    const code = needsTransform(source.path, source.text) ? toScript(source.path, text) : text;
    return difference(base.code, code);
  } catch {
    return null;
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
