import * as z from 'zod';
import { NO_USAGE } from '../agent/limits.ts';
import { Status, Usage } from '../trajectory/event.ts';

/** How one of several attempts at an instance went, and why it was chosen or not. */
const AttemptResult = z.object({
  /** From 1; its trajectory is in the folder `attempt-<n>`. */
  attempt: z.int().positive(),
  status: Status,
  patch: z.string(),
  costUsd: z.number().nullable(),
  steps: z.int().nonnegative(),
  /** What the choice went by: tests passed, votes, the reviewer's mark. */
  score: z.string(),
});

/** Why one of several attempts was taken. */
const Choice = z.object({
  by: z.enum(['tests', 'vote', 'review']),
  /** From 1. */
  chosen: z.int().positive(),
  /** One sentence for a person. */
  reason: z.string(),
  attempts: z.array(AttemptResult),
});
export type Choice = z.infer<typeof Choice>;

/** What became of one instance: the content of `result.json` in its folder. */
export const InstanceResult = z.object({
  instanceId: z.string().min(1),
  runId: z.string(),
  /** As the trajectory names it. */
  model: z.string(),
  /** `interrupted` is the one status that is not final: such an instance is taken up again. */
  status: Status,
  reason: z.string(),
  /** The patch so far, whatever the status; empty: no change. */
  patch: z.string(),
  usage: Usage,
  steps: z.int().nonnegative(),
  durationMs: z.number().nonnegative(),
  /** With several attempts: which was taken and why; the usage is that of all of them. */
  choice: Choice.optional(),
});
export type InstanceResult = z.infer<typeof InstanceResult>;

/** True for a result that stays unless `--redo` asks otherwise. */
export function isFinal({ status }: Pick<InstanceResult, 'status'>): boolean {
  return status !== 'interrupted';
}

/** The result of an instance whose run did not come to an end of its own. */
export function failedResult(
  instanceId: string,
  model: string,
  reason: string,
  status: 'error' | 'interrupted' = 'error',
): InstanceResult {
  return {
    ...{ instanceId, runId: '', model, status, reason },
    ...{ patch: '', usage: NO_USAGE, steps: 0, durationMs: 0 },
  };
}
