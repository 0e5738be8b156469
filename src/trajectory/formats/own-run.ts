import * as z from 'zod';
import {
  type EventBody,
  HeaderEvent,
  Observation,
  Outcome,
  TRAJECTORY_VERSION,
  type TrajectoryEvent,
  Turn,
} from '../event.ts';

/**
 * What a run of our own needs besides the fields of a foreign format, kept under the key `patchwright` where that
 * format leaves room for extras: so that an exported run can be imported again without loss. `raw`, the provider's
 * own record of a turn, is not kept.
 */
export const OwnRun = z.object({
  header: HeaderEvent.omit({ v: true, seq: true, time: true, system: true, prompt: true }),
  outcome: Outcome.nullable(),
});
export type OwnRun = z.infer<typeof OwnRun>;

export const OwnTurn = z.object({
  turn: Turn.omit({ text: true, thinking: true, raw: true }),
  time: z.string(),
  durationMs: z.number(),
});
export type OwnTurn = z.infer<typeof OwnTurn>;

export const OwnObservation = z.object({
  observation: Observation.omit({ text: true }),
});
export type OwnObservation = z.infer<typeof OwnObservation>;

/** One step of an exported run, with the texts from the foreign format's own fields. */
export interface OwnStep {
  readonly text: string;
  readonly thinking?: string | undefined;
  readonly own: OwnTurn;
  readonly observations: readonly { readonly text: string; readonly own: OwnObservation }[];
  readonly nudges: readonly string[];
}

/** Puts the events of an exported run together again. */
export function restoreEvents(
  run: OwnRun,
  texts: { readonly system: string; readonly prompt: string; readonly time: string },
  steps: readonly OwnStep[],
): TrajectoryEvent[] {
  const events: TrajectoryEvent[] = [];
  let time = steps[0]?.own.time ?? texts.time;
  const emit = (body: EventBody): void => {
    events.push({ v: TRAJECTORY_VERSION, seq: events.length, time, ...body } as TrajectoryEvent);
  };
  emit({ ...run.header, system: texts.system, prompt: texts.prompt });
  for (const [index, step] of steps.entries()) {
    const number = index + 1;
    time = step.own.time;
    const { text, thinking } = step;
    const turn = { ...step.own.turn, text, ...(thinking ? { thinking } : {}), raw: null };
    emit({ type: 'turn', step: number, turn, durationMs: step.own.durationMs });
    for (const answer of step.observations) {
      const observation = { ...answer.own.observation, text: answer.text };
      emit({ type: 'observation', step: number, observation });
    }
    for (const nudge of step.nudges) {
      emit({ type: 'note', step: number, level: 'info', kind: 'nudge', text: nudge });
    }
  }
  if (run.outcome) emit({ type: 'outcome', outcome: run.outcome });
  return events;
}

/** One step of a run as its events tell it. */
export interface RecordedStep {
  readonly step: number;
  readonly turn: Turn;
  readonly time: string;
  readonly durationMs: number;
  readonly observations: readonly Observation[];
  /** What was said to the model after the observations. */
  readonly nudges: readonly string[];
}

/** A run as its events tell it; `outcome` is null for one that was killed. */
export interface RecordedRun {
  readonly header: HeaderEvent;
  readonly steps: readonly RecordedStep[];
  readonly outcome: Outcome | null;
}

/**
 * Groups events by step, for everything that reads a run as a conversation.
 *
 * @throws {Error} when the first event is no header
 */
export function recordedRun(events: readonly TrajectoryEvent[]): RecordedRun {
  const header = events[0];
  if (header?.type !== 'header') throw new Error('the trajectory does not begin with a header');
  const steps: {
    -readonly [K in keyof RecordedStep]: RecordedStep[K] extends readonly (infer T)[]
      ? T[]
      : RecordedStep[K];
  }[] = [];
  let outcome: Outcome | null = null;
  for (const event of events) {
    const current = steps.at(-1);
    if (event.type === 'turn') {
      const { step, turn, time, durationMs } = event;
      steps.push({ step, turn, time, durationMs, observations: [], nudges: [] });
    } else if (event.type === 'observation') current?.observations.push(event.observation);
    else if (event.type === 'note' && event.kind === 'nudge') current?.nudges.push(event.text);
    else if (event.type === 'outcome') outcome = event.outcome;
  }
  return { header, steps, outcome };
}

/** The extras of a run, a turn and an observation, for the formats that can carry them. */
export function ownRun(run: RecordedRun): OwnRun {
  return OwnRun.parse({ header: run.header, outcome: run.outcome });
}

export function ownTurn(step: RecordedStep): OwnTurn {
  return OwnTurn.parse(step);
}

export function ownObservation(observation: Observation): OwnObservation {
  return OwnObservation.parse({ observation });
}
