import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { addUsage, NO_USAGE } from '../agent/limits.ts';
import { messageOf } from '../errors.ts';
import {
  attemptOf,
  type Candidate,
  type ChoiceBy,
  type Chooser,
  type Verdict,
} from './candidate.ts';
import { type InstanceResult, isFinal } from './instance-result.ts';
import { TRAJECTORY_FILE } from './instance-run.ts';

export interface AttemptsInput {
  readonly count: number;
  /** Of the instance; each attempt gets a folder `attempt-<n>` in it. */
  readonly folder: string;
  /** Runs one attempt, or takes it up again, or gives the result it has. */
  readonly run: (attempt: number, folder: string) => Promise<InstanceResult>;
  readonly by: ChoiceBy;
  readonly choose: Chooser;
  readonly signal: AbortSignal;
}

/**
 * Runs an instance several times, one attempt after the other, and takes the best patch. Trajectories of all attempts
 * are kept; the chosen one's is the instance's.
 */
export async function runAttempts(input: AttemptsInput): Promise<InstanceResult> {
  const { count, folder, signal } = input;
  const results: InstanceResult[] = [];
  const folderOf = (attempt: number) => join(folder, `attempt-${attempt}`);
  for (let attempt = 1; attempt <= count; attempt += 1) {
    await mkdir(folderOf(attempt), { recursive: true });
    const result = await input.run(attempt, folderOf(attempt));
    results.push(result);
    if (!isFinal(result)) return whole(results, result);
  }
  const candidates = results.flatMap(({ patch }, at): Candidate[] =>
    patch === '' ? [] : [{ attempt: at + 1, patch, folder: folderOf(at + 1) }],
  );
  const verdict = await decide(candidates, input).catch((error: unknown) => {
    if (signal.aborted) return null;
    return {
      ...onlyOne(candidates),
      reason: `the choice failed (${messageOf(error)}); the first was taken`,
    };
  });
  const chosen = results[(verdict?.chosen ?? 1) - 1] ?? results[0];
  if (!chosen) throw new Error('there was no attempt');
  if (verdict === null) {
    return whole(results, {
      ...chosen,
      status: 'interrupted',
      reason: 'interrupted while choosing',
    });
  }
  const from = join(folderOf(verdict.chosen), TRAJECTORY_FILE);
  // An attempt whose repository could not be made ready has none.
  await copyFile(from, join(folder, TRAJECTORY_FILE), constants.COPYFILE_FICLONE).catch(
    ignoreMissing,
  );
  const attempts = results.map((result, at) =>
    attemptOf(result, at + 1, verdict.scores.get(at + 1) ?? 'no patch'),
  );
  const { chosen: number, reason } = verdict;
  return { ...whole(results, chosen), choice: { by: input.by, chosen: number, reason, attempts } };
}

async function decide(
  candidates: readonly Candidate[],
  { choose, signal }: AttemptsInput,
): Promise<Verdict> {
  if (candidates.length < 2) return onlyOne(candidates);
  return choose(candidates, { signal });
}

function onlyOne([first]: readonly Candidate[]): Verdict {
  return {
    chosen: first?.attempt ?? 1,
    reason: first ? 'only this attempt gave a patch' : 'no attempt gave a patch',
    scores: new Map(first ? [[first.attempt, 'the only patch']] : []),
  };
}

/** One attempt's result with what all of them used. */
function whole(results: readonly InstanceResult[], one: InstanceResult): InstanceResult {
  return {
    ...one,
    usage: results.reduce((sum, { usage }) => addUsage(sum, usage), NO_USAGE),
    steps: results.reduce((sum, { steps }) => sum + steps, 0),
    durationMs: results.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
