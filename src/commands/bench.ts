import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Config, readConfig } from '../config.ts';
import { ExitCode, messageOf, UsageError } from '../errors.ts';
import { makeRepository } from '../repair/bench/repository.ts';
import {
  type BenchSummary,
  benchTable,
  type Repaired,
  runBench,
  type TaskResult,
} from '../repair/bench/run-bench.ts';
import {
  type BenchTask,
  type Court,
  type Dependencies,
  STATEMENT,
  type Visible,
} from '../repair/bench/task.ts';
import { RepairData } from '../repair/result.ts';
import { plain } from '../report/plain.ts';
import { run } from '../run.ts';
import { TrajectoryWriter } from '../trajectory/writer.ts';
import { chooseSandbox, openWorkspace, type SandboxKind } from '../workspace/open.ts';
import { openCheckout } from '../workspace/open-checkout.ts';
import { openScratch, removeTree } from '../workspace/scratch.ts';
import { folderNames, readTasks, refuseUsed } from './bench-tasks.ts';
import type { Host } from './host.ts';
import { createModel } from './model.ts';
import { resolveLimits } from './options.ts';
import { newRunId } from './run-folder.ts';
import { chooseTools } from './tools.ts';
import { versions } from './versions.ts';

export interface BenchRowsOptions {
  /** A file of rows, or a folder of programs with tests. */
  readonly rows: string;
  readonly visible?: Visible;
  readonly model?: string;
  readonly jobs?: number;
  readonly maxTime?: number;
  readonly maxCost?: number;
  readonly maxSteps?: number;
  readonly tools?: string;
  readonly out?: string;
  readonly config?: string;
  readonly sandbox?: 'auto' | 'bubblewrap' | 'none';
  readonly json?: boolean;
}

/** Seconds of one task. */
const DEFAULT_SECONDS = 60;
const LEAST_JUDGE_SECONDS = 30;

/** What all tasks share. */
interface Bench {
  readonly options: BenchRowsOptions;
  readonly config: Config;
  readonly host: Host;
  readonly kind: SandboxKind;
  /** Temporary folder. */
  readonly dir: string;
  /** Where trajectories go. */
  readonly out: string;
  /** A name for the folders of each task, in the order of the tasks. */
  readonly names: readonly string[];
}

/**
 * `patchwright bench humanevalfix`: repairs every row of a file, or every program of a folder, as a small repository
 * through the whole agent and judges what was submitted by tests that the agent cannot change.
 *
 * @returns 0 when every task was tried, 1 when some ended in an error, 130 when interrupted
 * @throws {UsageError} for bad input
 */
export async function benchRows(options: BenchRowsOptions, host: Host): Promise<number> {
  const visible = options.visible ?? 'full';
  const tasks = await readTasks(options, visible, host.cwd);
  const names = folderNames(tasks.map(({ id }) => id));
  refuseUsed(options.out, names, host.cwd);
  const config = await readConfig({ file: options.config, env: host.env, home: host.home });
  const { kind, warning } = await chooseSandbox(options.sandbox ?? config.sandbox ?? 'auto');
  if (warning) host.stderr.write(`WARNING: ${warning}\n`);
  const model = await newModel(options, config, host);
  resolveLimits(limitsOf(options), config, model);
  chooseTools(options.tools, model.name);
  const scratch = await openScratch();
  try {
    const { dir } = scratch;
    const out = options.out === undefined ? join(dir, 'runs') : resolve(host.cwd, options.out);
    const bench: Bench = { options, config, host, kind, dir, out, names };
    const summary = await runBench({
      model: model.name,
      tasks,
      visible,
      jobs: options.jobs ?? 1,
      repair: (task, index) => repairTask(task, index, bench),
      onTask: (result, done, all) => void host.stderr.write(taskLine(result, done, all)),
      signal: host.signal,
    });
    await tell(summary, options, host);
    if (host.signal.aborted) return ExitCode.interrupted;
    return summary.counts.error === 0 ? ExitCode.submitted : ExitCode.noPatch;
  } finally {
    await scratch.close();
  }
}

function limitsOf({ maxTime = DEFAULT_SECONDS, maxCost, maxSteps }: BenchRowsOptions) {
  return { maxTime, maxCost, maxSteps };
}

async function newModel(options: BenchRowsOptions, config: Config, host: Host) {
  const { model: name = 'repair' } = options;
  const { model } = await createModel({ name, repair: limitsOf(options) }, config, host);
  return model;
}

/** Runs the agent on a task's repository and has judged what it submits. */
async function repairTask(task: BenchTask, index: number, bench: Bench): Promise<Repaired> {
  const { options, config, host, kind, dir, out, names } = bench;
  const start = performance.now();
  const name = names[index] ?? String(index);
  const repository = join(dir, 'tasks', name);
  await makeRepository(repository, task);
  const model = await newModel(options, config, host);
  const folder = join(out, name);
  await mkdir(folder, { recursive: true });
  const writer = openWriter(join(folder, 'trajectory.jsonl'));
  const checkout = await openCheckout({
    source: repository,
    cwd: dir,
    sandbox: async (where) =>
      openWorkspace({ kind, ...where, readOnly: readOnly(task.dependencies) }),
    signal: host.signal,
  });
  let data: RepairData | undefined;
  try {
    const outcome = await run({
      runId: newRunId(),
      task: { id: task.id, statement: STATEMENT },
      checkout,
      model,
      tools: chooseTools(options.tools, model.name),
      limits: resolveLimits(limitsOf(options), config, model),
      signal: host.signal,
      subscribers: [
        writer.write,
        (event) => {
          if (event.type !== 'observation' || data !== undefined) return;
          const parsed = RepairData.safeParse(event.observation.data);
          if (parsed.success) data = parsed.data;
        },
      ],
      recorder: writer,
      versions: versions(),
      config: { ...config, ...options },
    });
    const durationMs = Math.round(performance.now() - start);
    const { patch } = outcome;
    const isFixed = outcome.status === 'submitted' && patch !== '';
    const readFile = (path: string) => checkout.workspace.readFile(path).catch(() => null);
    const hidden = isFixed ? await task.judge({ patch, readFile }, courtOf(bench)) : undefined;
    const best = data?.patches[0];
    return {
      status: outcome.status,
      reason: outcome.reason,
      hidden,
      durationMs,
      steps: outcome.steps,
      costUsd: outcome.usage.costUsd,
      tried: data?.tried,
      perSecond: data?.perSecond,
      confidence: best?.confidence,
      kind: best?.kind,
    };
  } finally {
    writer.close();
    await checkout.close();
    await removeTree(repository);
  }
}

function openWriter(file: string): TrajectoryWriter {
  try {
    return new TrajectoryWriter(file);
  } catch (error) {
    throw new UsageError(`--out: ${file} cannot be written (${messageOf(error)})`, {
      cause: error,
    });
  }
}

/** A sandbox of its own for each judging. */
function courtOf({ options, kind, dir, host }: Bench): Court {
  const { signal } = host;
  return {
    timeoutMs: 1000 * Math.max(LEAST_JUDGE_SECONDS, options.maxTime ?? DEFAULT_SECONDS),
    signal,
    async open({ fill, dependencies = [], limits }, work) {
      const place = join(dir, `judge-${newRunId()}`);
      const hostRoot = join(place, 'root');
      const hostScratch = join(place, 'scratch');
      await mkdir(hostRoot, { recursive: true });
      await mkdir(hostScratch, { recursive: true });
      try {
        await fill(hostRoot);
        const where = { kind, hostRoot, root: '/program', hostScratch };
        const workspace = openWorkspace({
          ...where,
          readOnly: readOnly(dependencies),
          ...(limits ? { limits } : {}),
        });
        try {
          return await work(workspace);
        } finally {
          await workspace.close();
        }
      } finally {
        await removeTree(place);
      }
    },
  };
}

function readOnly(dependencies: readonly Dependencies[]): string[] {
  return dependencies.map(({ from }) => from);
}

function taskLine(result: TaskResult, done: number, all: number): string {
  const { id, verdict, durationMs, kind, reason } = result;
  const why = verdict === 'none' || verdict === 'error' ? reason : (kind ?? '');
  const time = `${(durationMs / 1000).toFixed(1)} s`;
  return `${plain(`${done}/${all} ${id} ${verdict} ${time} ${why}`, 200)}\n`;
}

async function tell(summary: BenchSummary, options: BenchRowsOptions, host: Host): Promise<void> {
  const text = `${JSON.stringify(summary, null, 1)}\n`;
  if (options.out !== undefined) {
    const out = resolve(host.cwd, options.out);
    await mkdir(out, { recursive: true });
    await writeFile(join(out, 'results.json'), text);
  }
  host.stdout.write(options.json ? text : `${benchTable(summary)}\n`);
}
