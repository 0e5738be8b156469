import { NOTHING_SPENT } from '../agent/limits.ts';
import { renderPrompt } from '../agent/prompt.ts';
import type { Message } from '../model/model.ts';
import type { Resumed } from '../run.ts';
import type { EventBody, HeaderEvent } from '../trajectory/event.ts';
import type { RecordedRun, RecordedStep } from '../trajectory/formats/own-run.ts';
import { conversation, movedSteps } from './conversation.ts';
import { isForeign, type ReplayedStep } from './replay.ts';

export interface ContinuationInput {
  readonly run: RecordedRun;
  readonly replayed: readonly ReplayedStep[];
  /** Header of the new run: who goes on, where, with what limits. */
  readonly header: Omit<HeaderEvent, 'v' | 'seq' | 'time' | 'system' | 'prompt' | 'type'>;
  readonly resumed: Pick<Resumed, 'session' | 'elapsedMs'>;
}

export interface Continuation {
  /** What the new run's trajectory begins with: header and replayed steps. */
  readonly events: readonly EventBody[];
  readonly resumed: Resumed;
}

/**
 * Lets a model take over after the last replayed step. It sees the recorded turns with the answers of the replay, in
 * our own prompt where the recording is another agent's. What the recording had spent does not count, its steps do.
 */
export function continuation({ run, replayed, header, resumed }: ContinuationInput): Continuation {
  const system = isForeign(run) ? renderPrompt('system') : run.header.system;
  const prompt = promptOf(run, header.workspaceRoot);
  const known = new Map(replayed.map((step) => [step.step, step]));
  const replayedSteps = run.steps
    .filter(({ step }) => known.has(step))
    .map(
      (step): RecordedStep => ({
        ...step,
        observations: (known.get(step.step)?.actions ?? []).map((action) => action.replayed),
      }),
    )
    .map(answered);
  const steps = movedSteps(replayedSteps, run.header.workspaceRoot, header.workspaceRoot);
  const events: EventBody[] = [{ type: 'header', ...header, system, prompt }];
  for (const { step, turn, durationMs, observations, nudges } of steps) {
    events.push({ type: 'turn', step, turn, durationMs });
    for (const observation of observations) events.push({ type: 'observation', step, observation });
    for (const text of nudges) {
      events.push({ type: 'note', step, level: 'info', kind: 'nudge', text });
    }
  }
  const messages: Message[] = conversation(prompt, steps);
  const spent = { ...NOTHING_SPENT, steps: steps.length };
  return { events, resumed: { ...resumed, system, messages, spent, nextSeq: events.length } };
}

/** A turn keeps only the actions that were carried out: providers refuse a call without an answer. */
function answered(step: RecordedStep): RecordedStep {
  const ids = new Set(step.observations.map(({ actionId }) => actionId));
  const actions = step.turn.actions.filter(({ id }) => ids.has(id));
  if (actions.length === step.turn.actions.length) return step;
  return { ...step, turn: { ...step.turn, actions, raw: null } };
}

function promptOf(run: RecordedRun, root: string): string {
  const { task, prompt } = run.header;
  if (!isForeign(run)) return prompt.replaceAll(run.header.workspaceRoot || '\0', root);
  return renderPrompt('task', { root, statement: task.statement, tests: '' });
}
