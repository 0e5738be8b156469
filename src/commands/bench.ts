import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Config, readConfig } from '../config.ts';
import { ExitCode, messageOf, UsageError } from '../errors.ts';
import {
  type BenchSummary,
  benchHumanEvalFix,
  benchTable,
  type Repaired,
  type RowResult,
} from '../repair/bench/humanevalfix.ts';
import { projectOf, type RowProject, STATEMENT } from '../repair/bench/project.ts';
import { parseRows, type Row, type Visible } from '../repair/bench/row.ts';
import type { VerdictProgram } from '../repair/bench/verdict.ts';
import { RepairData } from '../repair/result.ts';
import { plain } from '../report/plain.ts';
import { run } from '../run.ts';
import { TrajectoryWriter } from '../trajectory/writer.ts';
import { git } from '../workspace/git.ts';
import { chooseSandbox, openWorkspace, type SandboxKind } from '../workspace/open.ts';
import { openCheckout } from '../workspace/open-checkout.ts';
import { openScratch, removeTree } from '../workspace/scratch.ts';
import type { Host } from './host.ts';
import { createModel } from './model.ts';
import { resolveLimits } from './options.ts';
import { newRunId } from './run-folder.ts';
import { chooseTools } from './tools.ts';
import { versions } from './versions.ts';

export interface BenchRowsOptions {
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

/** Seconds of one row. */
const DEFAULT_SECONDS = 60;
const JUDGE_TIMEOUT_MS = 30_000;
const JUDGE_LIMITS = { memoryBytes: 2 * 2 ** 30, processes: 64 };

/** What all rows share. */
interface Bench {
  readonly options: BenchRowsOptions;
  readonly config: Config;
  readonly host: Host;
  readonly kind: SandboxKind;
  /** Temporary folder. */
  readonly dir: string;
  /** Where trajectories go. */
  readonly out: string;
}

/**
 * `patchwright bench humanevalfix`: repairs every row as a small repository through the whole agent and judges what
 * was submitted by the hidden tests.
 *
 * @returns 0 when every row was tried, 1 when some ended in an error, 130 when interrupted
 * @throws {UsageError} for bad input
 */
export async function benchRows(options: BenchRowsOptions, host: Host): Promise<number> {
  const path = resolve(host.cwd, options.rows);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read (${messageOf(error)})`, { cause: error });
  });
  const rows = parseRows(text, basename(path));
  const visible = options.visible ?? 'full';
  for (const row of rows) projectOf(row, visible);
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
    const bench: Bench = { options, config, host, kind, dir, out };
    const summary = await benchHumanEvalFix({
      model: model.name,
      rows,
      visible,
      jobs: options.jobs ?? 1,
      fix: (project, row) => repairRow(project, row, bench),
      execute: (program) => judge(program, bench),
      onRow: (result, done, all) => void host.stderr.write(rowLine(result, done, all)),
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

/** Runs the agent on a row's repository. */
async function repairRow(project: RowProject, row: Row, bench: Bench): Promise<Repaired> {
  const { options, config, host, kind, dir, out } = bench;
  const start = performance.now();
  const name = row.task_id.replace(/[^\w.-]+/g, '-');
  const repository = join(dir, 'rows', name);
  await writeRepository(repository, project);
  const model = await newModel(options, config, host);
  const folder = join(out, name);
  await mkdir(folder, { recursive: true });
  const writer = openWriter(join(folder, 'trajectory.jsonl'));
  const checkout = await openCheckout({
    source: repository,
    cwd: dir,
    sandbox: kind,
    signal: host.signal,
  });
  let data: RepairData | undefined;
  try {
    const outcome = await run({
      runId: newRunId(),
      task: { id: row.task_id, statement: STATEMENT },
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
    const isFixed = outcome.status === 'submitted' && outcome.patch !== '';
    const text = isFixed ? await checkout.workspace.readFile(project.source) : null;
    const best = data?.patches[0];
    return {
      status: outcome.status,
      reason: outcome.reason,
      text: text?.toString('utf8') ?? null,
      durationMs: Math.round(performance.now() - start),
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

async function writeRepository(folder: string, { files }: RowProject): Promise<void> {
  await writeFiles(folder, files);
  const config = ['user.name=bench', 'user.email=bench@localhost', 'init.defaultBranch=main'];
  for (const args of [
    ['init', '--quiet'],
    ['add', '--all'],
    ['commit', '--quiet', '--message', 'base'],
  ]) {
    await git(args, { cwd: folder, config });
  }
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

/** Runs a judging program, with the repaired code in it, in a sandbox of its own. */
async function judge({ files, argv }: VerdictProgram, { kind, dir, host }: Bench): Promise<string> {
  const place = join(dir, `judge-${newRunId()}`);
  const hostRoot = join(place, 'root');
  const hostScratch = join(place, 'scratch');
  await writeFiles(hostRoot, files);
  await mkdir(hostScratch, { recursive: true });
  const where = { kind, hostRoot, root: '/program', hostScratch, limits: JUDGE_LIMITS };
  const workspace = openWorkspace(where);
  try {
    const options = { timeoutMs: JUDGE_TIMEOUT_MS, signal: host.signal };
    return (await workspace.exec(argv, options)).stdout;
  } finally {
    await workspace.close();
    await removeTree(place);
  }
}

function rowLine(result: RowResult, done: number, all: number): string {
  const { id, verdict, durationMs, kind, reason } = result;
  const why = verdict === 'none' || verdict === 'error' ? reason : (kind ?? '');
  const time = `${(durationMs / 1000).toFixed(1)} s`;
  return `${plain(`${done}/${all} ${id} ${verdict} ${time} ${why}`, 200)}\n`;
}

async function tell(summary: BenchSummary, options: BenchRowsOptions, host: Host): Promise<void> {
  const text = `${JSON.stringify(summary, null, 1)}\n`;
  if (options.out !== undefined) {
    await writeFile(join(resolve(host.cwd, options.out), 'results.json'), text);
  }
  host.stdout.write(options.json ? text : `${benchTable(summary)}\n`);
}
