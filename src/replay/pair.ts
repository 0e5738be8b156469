import type { Action, Observation } from '../trajectory/event.ts';
import type { Roots } from './roots.ts';

/** Both sides of one answer, and where each run saw the repository. */
export interface Pair {
  readonly action: Action;
  readonly recorded: Observation;
  readonly replayed: Observation;
  readonly recordedRoots: Roots;
  readonly replayedRoots: Roots;
  /** True when the recording is another agent's: then the words differ and the verdict counts. */
  readonly foreign: boolean;
}

/** Where a replayed answer is not what was recorded; the texts are normalised. */
export interface Difference {
  /** One line for a person. */
  readonly what: string;
  readonly recorded: string;
  readonly replayed: string;
}

/** Both verdicts in words. */
export function verdictText(recorded: Observation, replayed: Observation): string {
  const word = (observation: Observation) => (observation.isError ? 'an error' : 'no error');
  return `was ${word(recorded)}, now ${word(replayed)}`;
}
