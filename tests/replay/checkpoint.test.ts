import { describe, expect, it } from 'vitest';
import { findCheckpoint } from '../../src/replay/checkpoint.ts';
import type { TrajectoryEvent } from '../../src/trajectory/event.ts';
import { ownEvents, type StepSpec, sampleEvents } from '../support/trajectories/own.ts';

/** The sample run cut after its first `count` events. */
function cut(count: number, events: readonly TrajectoryEvent[] = sampleEvents()) {
  const { run, keptEvents, pendingTurn } = findCheckpoint(events.slice(0, count));
  return { steps: run.steps.length, keptEvents, pending: pendingTurn?.text ?? null };
}

describe('findCheckpoint', () => {
  // header, turn 1, answer, answer, turn 2, nudge, turn 3, answer, turn 4, answer, outcome
  it.each([
    [1, { steps: 0, keptEvents: 1, pending: null }],
    [2, { steps: 0, keptEvents: 1, pending: 'I look.' }],
    [3, { steps: 0, keptEvents: 1, pending: 'I look.' }],
    [4, { steps: 1, keptEvents: 4, pending: null }],
    [5, { steps: 1, keptEvents: 4, pending: 'Hm.' }],
    [6, { steps: 2, keptEvents: 6, pending: null }],
    [7, { steps: 2, keptEvents: 6, pending: '' }],
    [8, { steps: 3, keptEvents: 8, pending: null }],
    [9, { steps: 3, keptEvents: 8, pending: 'Done.' }],
    [10, { steps: 3, keptEvents: 8, pending: 'Done.' }],
    [11, { steps: 3, keptEvents: 8, pending: 'Done.' }],
  ])('after %i events', (count, expected) => {
    expect(cut(count)).toEqual(expected);
  });

  it('does a step again when the remark on its repetition is missing', () => {
    const step: StepSpec = { calls: [{ tool: 'bash', input: { command: 'ls' }, answer: {} }] };
    const events = ownEvents([step, step, step], { patch: null });
    expect(cut(events.length, events)).toMatchObject({ steps: 2, pending: '' });
    const told = ownEvents([step, step, { ...step, nudge: 'again' }], { patch: null });
    expect(cut(told.length, told)).toMatchObject({ steps: 3, pending: null });
  });
});
