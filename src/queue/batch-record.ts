import * as z from 'zod';
import { Status, Usage } from '../trajectory/event.ts';

/** A batch as the queue knows it. Nothing in it is secret: keys stay with the workers. */
export const BatchSpec = z.object({
  version: z.literal(1),
  /** Sorts by the time at which the batch was put into the queue. */
  batch: z.string().min(1),
  createdAt: z.string(),
  /** Where results land: `s3://bucket/prefix`, or a folder that all machines see at this path. */
  out: z.string().min(1),
  /** As typed, for people. */
  dataset: z.string(),
  model: z.string(),
  instances: z.int().nonnegative(),
  /** US dollars for all instances together; null: no limit. */
  maxTotalCostUsd: z.number().nullable(),
  /** Results are graded by the worker that makes them. */
  evaluate: z.boolean(),
  /** What a worker needs besides to run an instance; the command that runs them reads it. */
  options: z.record(z.string(), z.unknown()),
});
export type BatchSpec = z.infer<typeof BatchSpec>;

/** What is known of an instance that has ended; its result has landed where the batch says. */
export const EndedInstance = z.object({
  status: Status,
  worker: z.string(),
  /** Set where results are graded: the verdict, or null when it could not be graded. */
  resolved: z.boolean().nullable().optional(),
});
export type EndedInstance = z.infer<typeof EndedInstance>;

/** What a worker tells of an instance that it runs. */
export const RunningInstance = z.object({
  worker: z.string(),
  /** How often a worker has taken the instance up, this time included. */
  taken: z.int().positive(),
  step: z.int().nonnegative(),
  /** Of the run so far, as far as this worker knows. */
  usage: Usage,
  /** Its last action or what it waits for; untrusted. */
  doing: z.string(),
  /** Milliseconds within which it gives the next sign of life. */
  leaseMs: z.number(),
  /** Milliseconds since 1970 of the last sign of life, by the clock of Redis. */
  at: z.number(),
});
export type RunningInstance = z.infer<typeof RunningInstance>;

/** What a batch looks like at one moment. */
export interface BatchState {
  readonly spec: BatchSpec;
  /** Why nothing more of it is started; null: it goes on. */
  readonly stopped: string | null;
  readonly ended: ReadonlyMap<string, EndedInstance>;
  /** Those of them that have been heard of lately. */
  readonly running: ReadonlyMap<string, RunningInstance>;
}
