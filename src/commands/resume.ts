import { dirname } from 'node:path';
import { readConfig } from '../config.ts';
import { UsageError } from '../errors.ts';
import { findCheckpoint } from '../replay/checkpoint.ts';
import { withPendingTurn } from '../replay/pending-turn.ts';
import { bytesOfEvents, rebuild } from '../replay/rebuild.ts';
import { isForeign } from '../replay/replay.ts';
import { firstLine } from '../report/plain.ts';
import { run } from '../run.ts';
import type { HeaderEvent } from '../trajectory/event.ts';
import { runName } from '../trajectory/find-runs.ts';
import { chooseAgentPlace, recordedContainer } from './agent-place.ts';
import { finish } from './fix.ts';
import type { Host } from './host.ts';
import { createModel } from './model.ts';
import { openElsewhere } from './open-elsewhere.ts';
import type { LimitOptions } from './options.ts';
import { openRecordedCheckout } from './recorded-checkout.ts';
import { type Recording, readRecording } from './recording.ts';
import { openReport } from './report.ts';
import { reopenRunFolder } from './run-folder.ts';
import { chooseTools } from './tools.ts';
import { versions } from './versions.ts';

export interface ResumeOptions extends LimitOptions {
  readonly run: string;
  readonly repo?: string;
  readonly model?: string;
  readonly sandbox?: 'auto' | 'bubblewrap' | 'none';
  readonly config?: string;
  readonly json?: boolean;
  readonly apply?: boolean;
  readonly branch?: string;
}

/**
 * `patchwright resume`: goes on with a run that was killed, interrupted or stopped by a limit. The workspace is built
 * again by replaying its steps; the conversation is the recorded one; what was spent counts.
 *
 * @returns the exit code of the run
 * @throws {UsageError} when there is no such run, it has ended, or its repository is no longer as it was
 */
export async function resume(options: ResumeOptions, host: Host): Promise<number> {
  const recording = await readRecording(options.run, host);
  await refuseUnlessStopped(recording, options);
  const { header } = recording.run;
  const config = await readConfig({ file: options.config, env: host.env, home: host.home });
  const { model, why } = await createModel(
    { name: options.model ?? header.model, repair: policyOf(options, header) },
    config,
    host,
  );
  const limits = limitsOf(header, options);
  const checkpoint = findCheckpoint(recording.events);
  const notes: string[] = [];
  const wanted = options.sandbox ?? (header.sandbox === 'local' ? 'none' : 'auto');
  const onNote = (text: string) => void notes.push(text);
  const { place, warning } = await chooseAgentPlace(
    (options.sandbox === undefined ? recordedContainer(header) : undefined) ?? { sandbox: wanted },
    { run: header.runId, host, signal: host.signal, log: onNote },
  );
  if (warning) onNote(`WARNING: ${warning}`);
  const repository = options.repo ?? header.task.repository;
  const checkout = await openRecordedCheckout(header, {
    repo: options.repo,
    sandbox: place,
    host,
    onNote,
  });
  try {
    const tools = chooseTools(toolsOf(header), model.name);
    const task = {
      id: header.task.id,
      statement: header.task.statement,
      testCommand: header.task.testCommand,
    };
    const { resumed, differing } = await rebuild({
      checkpoint,
      checkout,
      tools,
      limits,
      signal: host.signal,
    });
    if (differing.length > 0) {
      notes.push(`steps that answered differently now: ${differing.join(', ')}`);
    }
    const folder = reopenRunFolder(
      dirname(recording.file),
      header.runId,
      await bytesOfEvents(recording.file, checkpoint.keptEvents),
    );
    const report = await openReport({ json: options.json ?? false, host });
    notes.push(`going on after step ${resumed.spent.steps}`);
    const { runId } = header;
    report.begin({ runId, checkout, issue: task.statement, model: model.name, why, notes });
    const outcome = await run({
      runId,
      task,
      checkout,
      model: withPendingTurn(model, checkpoint.pendingTurn),
      tools,
      limits,
      signal: host.signal,
      subscribers: [folder.writer.write, ...report.subscribers],
      recorder: folder.writer,
      versions: versions(),
      config: {},
      resumed,
    });
    return await finish({
      title: firstLine(task.statement),
      options: {
        repo: repository,
        issue: task.statement,
        json: options.json ?? false,
        apply: options.apply ?? header.config.apply === true,
        ...branchOf(options, header),
      },
      host,
      outcome,
      folder,
      checkout,
    });
  } finally {
    await checkout.close();
  }
}

async function refuseUnlessStopped(recording: Recording, options: ResumeOptions): Promise<void> {
  const { run: recorded, file } = recording;
  if (isForeign(recorded)) {
    throw new UsageError(
      `${options.run}: another agent's run cannot be resumed; let a model take over with: patchwright replay ${options.run} --continue`,
    );
  }
  const status = recorded.outcome?.status;
  if (status === 'submitted' || status === 'refused') {
    throw new UsageError(
      `${options.run}: the run has ended (${status}); there is nothing to resume`,
    );
  }
  const holder = await openElsewhere(file);
  if (holder !== null) {
    throw new UsageError(
      `${runName(file)}: process ${holder} still works on this run; end it first`,
    );
  }
}

/** What the run had been given, as far as nothing else is asked for now. */
function limitsOf(header: HeaderEvent, options: ResumeOptions): HeaderEvent['limits'] {
  const { maxSteps, maxCostUsd, maxTimeMs } = header.limits;
  return {
    maxSteps: options.maxSteps ?? maxSteps,
    maxCostUsd: options.maxCost ?? maxCostUsd,
    maxTimeMs: options.maxTime === undefined ? maxTimeMs : options.maxTime * 1000,
  };
}

function toolsOf({ config }: HeaderEvent): string | undefined {
  return typeof config.tools === 'string' ? config.tools : undefined;
}

/** What the built-in policy was told, so that it goes on as it began. */
function policyOf(options: ResumeOptions, { config }: HeaderEvent) {
  const { minConfidence, maxTime } = config;
  return {
    ...(typeof minConfidence === 'number' ? { minConfidence } : {}),
    ...(typeof maxTime === 'number' ? { maxTime } : {}),
    ...(options.maxTime === undefined ? {} : { maxTime: options.maxTime }),
  };
}

function branchOf(options: ResumeOptions, { config }: HeaderEvent): { branch?: string } {
  const branch = options.branch ?? config.branch;
  return typeof branch === 'string' ? { branch } : {};
}
