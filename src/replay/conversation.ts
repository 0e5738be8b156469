import { countObservations, countTurn, NOTHING_SPENT, type Spent } from '../agent/limits.ts';
import type { Message } from '../model/model.ts';
import type { RecordedStep } from '../trajectory/formats/own-run.ts';
import { replacePath, replacePathIn } from './roots.ts';

/** The conversation that recorded steps make up, as the loop had built it. */
export function conversation(prompt: string, steps: readonly RecordedStep[]): Message[] {
  const messages: Message[] = [{ role: 'user', text: prompt }];
  for (const { turn, observations, nudges } of steps) {
    messages.push({ role: 'assistant', turn });
    if (observations.length > 0) messages.push({ role: 'observations', observations });
    for (const text of nudges) messages.push({ role: 'user', text });
  }
  return messages;
}

/** What recorded steps have used of the limits, counted as the loop counts it. */
export function spentBy(steps: readonly RecordedStep[]): Spent {
  return steps.reduce(
    (spent, { turn, observations }) =>
      countObservations(countTurn(spent, turn), turn, observations),
    NOTHING_SPENT,
  );
}

/** Milliseconds that recorded steps took, waits of a stopped run not counted. */
export function timeOf(steps: readonly RecordedStep[]): number {
  return steps.reduce(
    (sum, { durationMs, observations }) =>
      sum + durationMs + observations.reduce((time, answer) => time + answer.durationMs, 0),
    0,
  );
}

/** The same steps as if the repository had stood elsewhere. What a provider keeps of its own (`raw`) stays as it is. */
export function movedSteps(
  steps: readonly RecordedStep[],
  from: string,
  to: string,
): readonly RecordedStep[] {
  if (from === to || from === '') return steps;
  return steps.map((step) => ({
    ...step,
    turn: {
      ...step.turn,
      actions: step.turn.actions.map((action) => ({
        ...action,
        input: replacePathIn(action.input, from, to),
      })),
    },
    observations: step.observations.map((answer) => ({
      ...answer,
      text: replacePath(answer.text, from, to),
    })),
    nudges: step.nudges.map((text) => replacePath(text, from, to)),
  }));
}
