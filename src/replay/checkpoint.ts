import { REPEATS_BEFORE_NUDGE } from '../agent/limits.ts';
import type { TrajectoryEvent, Turn } from '../trajectory/event.ts';
import { type RecordedRun, type RecordedStep, recordedRun } from '../trajectory/formats/own-run.ts';
import { spentBy } from './conversation.ts';

/** Where a stopped run is taken up again. */
export interface Checkpoint {
  /** The run up to its last whole step. */
  readonly run: RecordedRun;
  /** Events that stay in the trajectory; what comes after them is done again. */
  readonly keptEvents: number;
  /** The last turn, when its actions were not all answered: it is carried out again, not asked for again. */
  readonly pendingTurn: Turn | null;
}

/**
 * Finds the last whole step of a run: its actions answered, and what the loop says after it said.
 *
 * @throws {Error} when the first event is no header
 */
export function findCheckpoint(events: readonly TrajectoryEvent[]): Checkpoint {
  const all = recordedRun(events);
  const last = all.steps.at(-1);
  const whole = !last || isWhole(all.steps);
  const steps = whole ? all.steps : all.steps.slice(0, -1);
  const lastStep = steps.at(-1)?.step ?? 0;
  const cut = events.findIndex(
    (event) => event.type === 'outcome' || (event.type !== 'header' && event.step > lastStep),
  );
  return {
    run: { ...all, steps, outcome: null },
    keptEvents: cut < 0 ? events.length : cut,
    pendingTurn: whole ? null : (last?.turn ?? null),
  };
}

/** Tells of the last of some steps whether nothing of it is missing. */
function isWhole(steps: readonly RecordedStep[]): boolean {
  const last = steps.at(-1);
  if (!last) return true;
  const { turn, observations, nudges } = last;
  if (turn.actions.length === 0) return turn.stopReason === 'pause_turn' || nudges.length > 0;
  if (observations.length < turn.actions.length) return false;
  if (observations.some(({ endsRun }) => endsRun)) return false;
  return nudges.length > 0 || spentBy(steps).repeats !== REPEATS_BEFORE_NUDGE;
}
