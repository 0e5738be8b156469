import { existsSync } from 'node:fs';
import { appendFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Limits, NOTHING_SPENT } from '../agent/limits.ts';
import type { Tool } from '../agent/tool.ts';
import { messageOf, UsageError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { findCheckpoint } from '../replay/checkpoint.ts';
import { spentBy } from '../replay/conversation.ts';
import { withPendingTurn } from '../replay/pending-turn.ts';
import { bytesOfEvents, rebuild } from '../replay/rebuild.ts';
import { run } from '../run.ts';
import type { Instance } from '../swebench/instance.ts';
import type { HeaderEvent, Outcome, Subscriber, TrajectoryEvent } from '../trajectory/event.ts';
import { recordedRun } from '../trajectory/formats/own-run.ts';
import { readTrajectory } from '../trajectory/reader.ts';
import { TrajectoryWriter } from '../trajectory/writer.ts';
import type { Checkout } from '../workspace/checkout.ts';
import { failedResult, type InstanceResult } from './instance-result.ts';

export const TRAJECTORY_FILE = 'trajectory.jsonl';
/** What the preparation of the checkout said. */
const SETUP_LOG = 'setup.log';

export interface OpenCheckoutOptions {
  readonly signal: AbortSignal;
  /** Told while the checkout is made ready. */
  readonly log: (text: string) => void;
}

export interface InstanceRunInput {
  readonly instance: Pick<Instance, 'id'>;
  /** What the model is told of it; see `statementOf`. */
  readonly statement: string;
  /** Absolute, existing; gets the trajectory. With a trajectory that was cut in it, the run goes on from there. */
  readonly folder: string;
  /** Makes the agent's own copy of the repository at the base commit, with what it needs installed. */
  readonly open: (options: OpenCheckoutOptions) => Promise<Checkout>;
  /** Called once: a model serves one run. */
  readonly model: () => Promise<Model>;
  readonly tools: readonly Tool[];
  readonly limits: Limits;
  /** Aborted: the run ends as `interrupted`, with its trajectory, and can be taken up again. */
  readonly signal: AbortSignal;
  readonly runId: string;
  /** Get every new event of the run. */
  readonly subscribers?: readonly Subscriber[];
  /** Told what an earlier run in this folder had spent, when there was one. */
  readonly onResume?: (spent: { readonly steps: number; readonly costUsd: number | null }) => void;
  readonly versions: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Runs the agent on one instance to one result. Every way out has a result but a wrong configuration.
 *
 * @throws {UsageError} when the first request shows that the configuration is wrong (a bad key, an unknown model)
 */
export async function runInstance(input: InstanceRunInput): Promise<InstanceResult> {
  const file = join(input.folder, TRAJECTORY_FILE);
  const earlier = await readEarlier(file);
  const spent = earlier ? spentBy(recordedRun(earlier.events).steps) : NOTHING_SPENT;
  if (earlier) input.onResume?.({ steps: spent.steps, costUsd: spent.usage.costUsd });
  if (earlier?.ended) return resultOf(input, earlier.header, earlier.ended);
  const model = await input.model();
  const failed = (failure: unknown): InstanceResult => ({
    ...failedResult(
      input.instance.id,
      model.name,
      messageOf(failure),
      input.signal.aborted ? 'interrupted' : 'error',
    ),
    runId: earlier?.header.runId ?? input.runId,
    usage: spent.usage,
    steps: spent.steps,
  });
  const opened = await openCheckout(input);
  if ('failure' in opened) {
    return failed(`the repository could not be made ready: ${messageOf(opened.failure)}`);
  }
  const { checkout } = opened;
  let keep = false;
  try {
    const outcome = await runIn(checkout, { ...input, model, earlier });
    keep = outcome.outcome.keptWorkspace !== undefined;
    return resultOf(input, outcome.header, outcome.outcome);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return failed(error);
  } finally {
    await (keep ? checkout.keep() : checkout.close());
  }
}

/** One run in its checkout, from where an earlier one was cut when that had the same starting tree. */
async function runIn(
  checkout: Checkout,
  input: Omit<InstanceRunInput, 'model'> & { model: Model; earlier: Earlier | null },
): Promise<{ readonly header: HeaderEvent | undefined; readonly outcome: Outcome }> {
  const file = join(input.folder, TRAJECTORY_FILE);
  const goesOn = input.earlier?.header.task.baseTree === checkout.baseTree;
  const earlier = goesOn ? input.earlier : null;
  if (input.earlier && !earlier) await putAside(file);
  const { writer, resumed, pendingTurn } = earlier
    ? await takeUp(input, earlier.events, checkout)
    : { writer: new TrajectoryWriter(file), resumed: undefined, pendingTurn: null };
  let header = earlier?.header;
  try {
    const outcome = await run({
      ...input,
      runId: header?.runId ?? input.runId,
      task: { id: input.instance.id, statement: input.statement },
      checkout,
      model: pendingTurn ? withPendingTurn(input.model, pendingTurn) : input.model,
      subscribers: [
        writer.write,
        (event) => {
          if (event.type === 'header') header = event;
        },
        ...(input.subscribers ?? []),
      ],
      recorder: writer,
      resumed,
    });
    return { header, outcome };
  } catch (error) {
    if (!earlier) await rm(file, { force: true });
    throw error;
  } finally {
    writer.close();
  }
}

interface Earlier {
  readonly header: HeaderEvent;
  readonly events: readonly TrajectoryEvent[];
  /** Set when nothing is left to do. */
  readonly ended: Outcome | null;
}

/** Reads what an earlier run has left; a file without a whole header is put aside, since nothing can be had from it. */
async function readEarlier(file: string): Promise<Earlier | null> {
  if (!existsSync(file)) return null;
  const { events } = await readTrajectory(file);
  const [header] = events;
  if (header?.type !== 'header') {
    await putAside(file);
    return null;
  }
  const last = events.at(-1);
  const outcome = last?.type === 'outcome' ? last.outcome : null;
  return { header, events, ended: outcome?.status === 'interrupted' ? null : outcome };
}

async function putAside(file: string): Promise<void> {
  let n = 1;
  const name = () => file.replace(/\.jsonl$/, `.unusable-${n}.jsonl`);
  while (existsSync(name())) n += 1;
  await rename(file, name());
}

/** A repository that cannot be made ready is the instance's failure, not the batch's. */
async function openCheckout(
  input: InstanceRunInput,
): Promise<{ checkout: Checkout } | { failure: unknown }> {
  const said: string[] = [];
  try {
    input.signal.throwIfAborted();
    const log = (text: string) => void said.push(text);
    return { checkout: await input.open({ signal: input.signal, log }) };
  } catch (failure) {
    said.push(messageOf(failure));
    return { failure };
  } finally {
    if (said.length > 0) await appendFile(join(input.folder, SETUP_LOG), `${said.join('\n')}\n`);
  }
}

/** Builds the workspace of a cut run again and goes on in its trajectory after the last whole step. */
async function takeUp(
  input: Omit<InstanceRunInput, 'model'>,
  events: readonly TrajectoryEvent[],
  checkout: Checkout,
) {
  const { folder, limits, signal, tools } = input;
  const file = join(folder, TRAJECTORY_FILE);
  const checkpoint = findCheckpoint(events);
  const { resumed } = await rebuild({ checkpoint, checkout, tools, limits, signal });
  const keep = await bytesOfEvents(file, checkpoint.keptEvents);
  return {
    writer: new TrajectoryWriter(file, keep),
    resumed,
    pendingTurn: checkpoint.pendingTurn,
  };
}

function resultOf(
  { instance, runId }: InstanceRunInput,
  header: HeaderEvent | undefined,
  { status, reason, patch, usage, steps, durationMs }: Outcome,
): InstanceResult {
  return {
    instanceId: instance.id,
    runId: header?.runId ?? runId,
    model: header?.model ?? '',
    ...{ status, reason, patch, usage, steps, durationMs },
  };
}

/** What a model is told of an instance: the issue, and the hints only where they are asked for. */
export function statementOf(
  { problemStatement, hints }: Pick<Instance, 'problemStatement' | 'hints'>,
  withHints: boolean,
): string {
  if (!withHints || hints.trim() === '') return problemStatement;
  return `${problemStatement.trimEnd()}\n\n## Hints\n\n${hints}`;
}
