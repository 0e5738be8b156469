import type { Limits } from '../agent/limits.ts';
import type { Session } from '../agent/session.ts';
import { type Tool, toolSchema } from '../agent/tool.ts';
import { type Config, readConfig } from '../config.ts';
import type { Model } from '../model/model.ts';
import { continuation } from '../replay/continuation.ts';
import type { ReplayedStep } from '../replay/replay.ts';
import { firstLine } from '../report/plain.ts';
import { run as runTask } from '../run.ts';
import { TRAJECTORY_VERSION, type TrajectoryEvent } from '../trajectory/event.ts';
import type { RecordedRun } from '../trajectory/formats/own-run.ts';
import type { Checkout } from '../workspace/checkout.ts';
import { finish } from './fix.ts';
import type { Host } from './host.ts';
import { createModel } from './model.ts';
import { resolveLimits } from './options.ts';
import { openReport } from './report.ts';
import { newRunId, openRunFolder, runFolderPath } from './run-folder.ts';
import { chooseTools } from './tools.ts';
import { versions } from './versions.ts';

export interface ContinueOptions {
  readonly repo?: string;
  readonly model?: string;
  readonly tools?: string;
  readonly maxCost?: number;
  readonly maxSteps?: number;
  readonly maxTime?: number;
  readonly out?: string;
  readonly config?: string;
  readonly json?: boolean;
}

export interface Replayed {
  readonly run: RecordedRun;
  readonly replayed: readonly ReplayedStep[];
  readonly checkout: Checkout;
  readonly session: Session;
}

/** Goes on after a replay. @returns the exit code of the run */
export type Continue = (replayed: Replayed) => Promise<number>;

/**
 * Makes ready for a model to go on after a replay, as a run of its own with a trajectory of its own.
 *
 * @throws {UsageError} for a model, tools, limits or a configuration that are not to be had
 */
export async function prepareContinue(options: ContinueOptions, host: Host): Promise<Continue> {
  const config = await readConfig({ file: options.config, env: host.env, home: host.home });
  const { model, why } = await createModel({ name: options.model, repair: options }, config, host);
  const limits = resolveLimits(options, config, model);
  const tools = chooseTools(options.tools, model.name);
  return (replayed) => goOn(replayed, { options, host, config, model, why, limits, tools });
}

interface Prepared {
  readonly options: ContinueOptions;
  readonly host: Host;
  readonly config: Config;
  readonly model: Model;
  readonly why: string;
  readonly limits: Limits;
  readonly tools: readonly Tool[];
}

async function goOn(
  { run, replayed, checkout, session }: Replayed,
  { options, host, config, model, why, limits: asked, tools }: Prepared,
): Promise<number> {
  const limits = { ...asked, maxSteps: asked.maxSteps + replayed.length };
  const runId = newRunId();
  const { id, statement, testCommand } = run.header.task;
  const { events, resumed } = continuation({
    run,
    replayed,
    header: {
      runId,
      task: {
        ...run.header.task,
        repository: checkout.source,
        baseCommit: checkout.baseCommit,
        baseTree: checkout.baseTree,
        dirty: checkout.dirty,
      },
      model: model.name,
      sandbox: checkout.workspace.kind,
      workspaceRoot: checkout.workspace.root,
      limits,
      tools: tools.map(toolSchema),
      versions: versions(),
      config: { ...config, ...options, continued: run.header.runId },
    },
    resumed: { session, elapsedMs: 0 },
  });
  const folder = await openRunFolder(runFolderPath(options.out, runId, host), runId);
  const report = await openReport({ json: options.json ?? false, host });
  report.begin({ runId, checkout, issue: statement, model: model.name, why, notes: [] });
  const time = new Date().toISOString();
  for (const [seq, body] of events.entries()) {
    folder.writer.write({ v: TRAJECTORY_VERSION, seq, time, ...body } as TrajectoryEvent);
  }
  const outcome = await runTask({
    runId,
    task: { id, statement, testCommand },
    checkout,
    model,
    tools,
    limits,
    signal: host.signal,
    subscribers: [folder.writer.write, ...report.subscribers],
    recorder: folder.writer,
    versions: versions(),
    config: {},
    resumed,
  });
  const source = options.repo ?? checkout.source;
  return finish({
    title: firstLine(statement),
    options: { repo: source, issue: statement, json: options.json ?? false },
    host,
    outcome,
    folder,
    checkout,
  });
}
