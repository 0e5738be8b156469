import { readFile } from 'node:fs/promises';
import type { Limits } from '../agent/limits.ts';
import { newSession } from '../agent/session.ts';
import type { Tool } from '../agent/tool.ts';
import { type Resumed, toolContext } from '../run.ts';
import type { Checkout } from '../workspace/checkout.ts';
import type { Checkpoint } from './checkpoint.ts';
import { conversation, movedSteps, spentBy, timeOf } from './conversation.ts';
import { replay } from './replay.ts';
import { replacePath } from './roots.ts';

export interface RebuildInput {
  readonly checkpoint: Checkpoint;
  /** Fresh, with the recorded starting tree. */
  readonly checkout: Checkout;
  readonly tools: readonly Tool[];
  readonly limits: Limits;
  readonly signal: AbortSignal;
}

export interface Rebuilt {
  readonly resumed: Resumed;
  /** Steps whose actions answered differently now. */
  readonly differing: readonly number[];
}

/**
 * Builds the workspace of a stopped run again by replaying its steps; the conversation is the recorded one and what
 * was spent counts.
 *
 * @throws the signal's reason when it aborts
 */
export async function rebuild(input: RebuildInput): Promise<Rebuilt> {
  const { checkpoint, checkout, tools, limits, signal } = input;
  const { header, steps: recorded } = checkpoint.run;
  const { statement, testCommand, id } = header.task;
  const session = newSession();
  const context = toolContext(
    { checkout, limits, task: { id, statement, testCommand } },
    { signal, session },
    () => {},
  );
  const { steps: replayed } = await replay({ run: checkpoint.run, tools, context });
  const { root } = checkout.workspace;
  const steps = movedSteps(recorded, header.workspaceRoot, root);
  return {
    differing: replayed
      .filter(({ actions }) => actions.some((action) => action.difference))
      .map(({ step }) => step),
    resumed: {
      system: header.system,
      messages: conversation(replacePath(header.prompt, header.workspaceRoot, root), steps),
      spent: spentBy(recorded),
      session,
      nextSeq: checkpoint.keptEvents,
      elapsedMs: timeOf(recorded),
    },
  };
}

/** Bytes of the first `events` lines of a trajectory: what stays of it when its run is taken up again. */
export async function bytesOfEvents(file: string, events: number): Promise<number> {
  const bytes = await readFile(file);
  let end = 0;
  for (let line = 0; line < events; line++) end = bytes.indexOf(0x0a, end) + 1;
  return end;
}
