import { compareForeign } from './compare-foreign.ts';
import { normaliseOutput } from './normalise.ts';
import { type Difference, type Pair, verdictText } from './pair.ts';

/** @returns null when the replayed answer agrees with the recorded one */
export function compareObservations(pair: Pair): Difference | null {
  if (pair.foreign) return compareForeign(pair);
  const { recorded, replayed } = pair;
  const left = normaliseOutput(recorded.text, pair.recordedRoots);
  const right = normaliseOutput(replayed.text, pair.replayedRoots);
  const texts = { recorded: left, replayed: right };
  if (recorded.isError !== replayed.isError) {
    return { what: verdictText(recorded, replayed), ...texts };
  }
  if (Boolean(recorded.endsRun) !== Boolean(replayed.endsRun)) {
    const what = recorded.endsRun ? 'ended the run, now does not' : 'ends the run, did not';
    return { what, ...texts };
  }
  return left === right ? null : { what: 'other text', ...texts };
}
