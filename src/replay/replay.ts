import { runTool, type Tool, type ToolContext } from '../agent/tool.ts';
import type { Action, Observation } from '../trajectory/event.ts';
import { importedFrom } from '../trajectory/formats/foreign-run.ts';
import type { RecordedRun, RecordedStep } from '../trajectory/formats/own-run.ts';
import { compareObservations } from './compare.ts';
import type { Difference } from './pair.ts';
import { type Roots, replacePathIn } from './roots.ts';

export interface ReplayInput {
  readonly run: RecordedRun;
  readonly tools: readonly Tool[];
  /** On a fresh workspace with the recorded starting tree. */
  readonly context: ToolContext;
  /** Steps to run, from 1, both included; earlier ones are run too, but not compared. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly onStep?: (step: ReplayedStep) => void;
}

export interface ReplayedAction {
  readonly action: Action;
  /** Null when the recording ends before the answer. */
  readonly recorded: Observation | null;
  readonly replayed: Observation;
  /** Null when both agree, or where nothing is compared. */
  readonly difference: Difference | null;
}

export interface ReplayedStep {
  readonly step: number;
  /** False before `from`. */
  readonly compared: boolean;
  readonly actions: readonly ReplayedAction[];
}

export interface ReplayEnd {
  readonly steps: readonly ReplayedStep[];
  /** Milliseconds inside of the tools. */
  readonly toolMs: number;
  /** Milliseconds altogether. */
  readonly totalMs: number;
}

/**
 * Runs the recorded actions again, in order, through the same tools, and compares each answer. An action that the
 * recorded run did not carry out is not carried out.
 *
 * @throws the signal's reason when it aborts
 */
export async function replay(input: ReplayInput): Promise<ReplayEnd> {
  const { run, context, from = 1, until = Number.POSITIVE_INFINITY } = input;
  const start = performance.now();
  const steps: ReplayedStep[] = [];
  let toolMs = 0;
  for (const recorded of run.steps) {
    if (recorded.step > until) break;
    context.signal.throwIfAborted();
    const actions: ReplayedAction[] = [];
    for (const action of recorded.turn.actions) {
      const answer = recorded.observations.find(({ actionId }) => actionId === action.id) ?? null;
      if (!wasRun(recorded, answer)) continue;
      const began = performance.now();
      const replayed = await runRecorded(input, action, answer);
      toolMs += performance.now() - began;
      const compared = recorded.step >= from && answer !== null;
      const difference = compared ? compare(input, action, answer, replayed) : null;
      actions.push({ action, recorded: answer, replayed, difference });
    }
    const step: ReplayedStep = { step: recorded.step, compared: recorded.step >= from, actions };
    steps.push(step);
    input.onStep?.(step);
  }
  return { steps, toolMs, totalMs: performance.now() - start };
}

/** Calls of a cut answer were refused unread; calls without an answer were never reached. */
function wasRun(step: RecordedStep, answer: Observation | null): boolean {
  return answer !== null && step.turn.stopReason !== 'max_tokens';
}

/** Another agent's `submit` ends its run at once; ours shows the patch first and ends at the second call. */
async function runRecorded(
  { run, tools, context }: ReplayInput,
  action: Action,
  answer: Observation | null,
): Promise<Observation> {
  const input = replacePathIn(action.input, run.header.workspaceRoot, context.workspace.root);
  const call = { ...action, input };
  const replayed = await runTool(tools, call, context);
  const endsNow = answer?.endsRun && !replayed.endsRun && action.tool === 'submit';
  return endsNow && isForeign(run) ? runTool(tools, call, context) : replayed;
}

function compare(
  { run, context }: ReplayInput,
  action: Action,
  recorded: Observation,
  replayed: Observation,
): Difference | null {
  const recordedRoots: Roots = { root: run.header.workspaceRoot, scratch: '' };
  const { root, scratchRoot } = context.workspace;
  const replayedRoots: Roots = { root, scratch: scratchRoot };
  const foreign = isForeign(run);
  return compareObservations({
    action,
    recorded,
    replayed,
    recordedRoots,
    replayedRoots,
    foreign,
  });
}

/** @returns true for a run of another agent */
export function isForeign(run: RecordedRun): boolean {
  return importedFrom(run.header.config) !== null;
}
