import type { Message, Model, ModelRequest } from '../model/model.ts';
import type { EventBody, Observation, Status, Turn } from '../trajectory/event.ts';
import {
  countObservations,
  countTurn,
  type Limits,
  limitReached,
  NOTHING_SPENT,
  REPEATS_BEFORE_NUDGE,
  type Spent,
} from './limits.ts';
import { nudges } from './prompt.ts';
import { refusedAction, runTool, type Tool, type ToolContext, toolSchema } from './tool.ts';

export interface LoopInput {
  readonly model: Model;
  readonly tools: readonly Tool[];
  readonly context: ToolContext;
  readonly system: string;
  /** The conversation so far; the loop appends and never edits. */
  readonly messages: Message[];
  readonly limits: Limits;
  readonly spent?: Spent;
  readonly emit: (event: EventBody) => void;
  /** Told after every turn, so that the caller knows what was spent however the loop ends. */
  readonly onSpent?: (spent: Spent) => void;
}

export interface LoopEnd {
  readonly status: Extract<Status, 'submitted' | 'limit' | 'refused' | 'error'>;
  readonly reason: string;
}

/**
 * The planner loop: ask the model, run its actions, answer, until it submits or a limit is reached.
 *
 * @throws {ModelError} when the provider failed for good, and the signal's reason when it aborts
 */
export async function runLoop(input: LoopInput): Promise<LoopEnd> {
  const { model, messages, limits, emit, context } = input;
  const request: ModelRequest = {
    system: input.system,
    tools: input.tools.map(toolSchema),
    messages,
  };
  let spent = input.spent ?? NOTHING_SPENT;
  for (;;) {
    const limit = limitReached(spent, limits, model.leastCost?.(request));
    if (limit) return { status: 'limit', reason: limit };
    const step = spent.steps + 1;
    const start = performance.now();
    const onProgress = (text: string) =>
      emit({ type: 'note', step, level: 'progress', kind: 'progress', text });
    const turn = await model.complete(request, { signal: context.signal, onProgress });
    messages.push({ role: 'assistant', turn });
    spent = countTurn(spent, turn);
    input.onSpent?.(spent);
    emit({ type: 'turn', step, turn, durationMs: Math.round(performance.now() - start) });
    const end = endOf(turn);
    if (end) return end;
    if (turn.stopReason === 'pause_turn' && turn.actions.length === 0) continue;
    const observations = await answer(input, turn, step);
    if (observations.length > 0) messages.push({ role: 'observations', observations });
    if (observations.some((observation) => observation.endsRun)) {
      return { status: 'submitted', reason: 'the patch was submitted' };
    }
    spent = countObservations(spent, turn, observations);
    const nudge = nudgeFor(turn, spent);
    if (nudge) {
      messages.push({ role: 'user', text: nudge });
      emit({ type: 'note', step, level: 'info', kind: 'nudge', text: nudge });
    }
  }
}

/** Answers every action of a turn, in order; a cut turn's calls are never run. */
async function answer(input: LoopInput, turn: Turn, step: number): Promise<Observation[]> {
  const observations: Observation[] = [];
  for (const action of turn.actions) {
    const observation =
      turn.stopReason === 'max_tokens'
        ? refusedAction(action, nudges.cutCall)
        : await runTool(input.tools, action, input.context);
    observations.push(observation);
    input.emit({ type: 'observation', step, observation });
    if (observation.endsRun) break;
  }
  return observations;
}

function endOf(turn: Turn): LoopEnd | null {
  const detail = turn.stopDetail ?? turn.text;
  if (turn.stopReason === 'refusal')
    return { status: 'refused', reason: detail || 'the model refused' };
  if (turn.stopReason === 'context_window') {
    return { status: 'limit', reason: 'the context window of the model is full' };
  }
  if (turn.stopReason === 'unknown' && turn.actions.length === 0) {
    return { status: 'error', reason: `unknown stop reason of the model: ${detail}` };
  }
  return null;
}

function nudgeFor(turn: Turn, spent: Spent): string | null {
  if (turn.actions.length === 0)
    return turn.stopReason === 'max_tokens' ? nudges.cutText : nudges.noAction;
  return spent.repeats === REPEATS_BEFORE_NUDGE ? nudges.repeated : null;
}
