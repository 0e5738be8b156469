import * as z from 'zod';
import { STATUSES } from './status.ts';

/**
 * The trajectory format: JSON Lines, one event a line, append-only. Described in docs/trajectory.md.
 * A reader takes every event whose `v` it knows; fields are only ever added within a version.
 */
export const TRAJECTORY_VERSION = 1;

/** Tokens of one request and its price. Total input is `input + cacheRead + cacheWrite`. */
export const Usage = z.object({
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  cacheReadTokens: z.int().nonnegative(),
  cacheWriteTokens: z.int().nonnegative(),
  /** US dollars; null when the model's price is unknown (never 0 for unknown). */
  costUsd: z.number().nonnegative().nullable(),
});
export type Usage = z.infer<typeof Usage>;

/** One call of a tool that the model asked for. `input` is unchecked: the tool's schema decides. */
export const Action = z.object({
  id: z.string(),
  tool: z.string(),
  input: z.unknown(),
});
export type Action = z.infer<typeof Action>;

/** The answer to one action, cut to size before it is first sent and never afterwards. */
export const Observation = z.object({
  actionId: z.string(),
  text: z.string(),
  isError: z.boolean(),
  /** Set when the call itself was malformed: unknown tool or input against the schema. */
  isFormatError: z.boolean().optional(),
  /** Set by the tool that ends the run. */
  endsRun: z.boolean().optional(),
  /** Machine-readable part of the result (test counts, the diff of an edit); JSON. */
  data: z.unknown().optional(),
  durationMs: z.number().nonnegative(),
});
export type Observation = z.infer<typeof Observation>;

export const StopReason = z.enum([
  'tool_use',
  'end_turn',
  'max_tokens',
  'context_window',
  'pause_turn',
  'refusal',
  'unknown',
]);
export type StopReason = z.infer<typeof StopReason>;

/** One answer of a model. `raw` is the provider's own content and goes back to it unchanged. */
export const Turn = z.object({
  text: z.string(),
  thinking: z.string().optional(),
  actions: z.array(Action),
  usage: Usage,
  stopReason: StopReason,
  /** Why, for `refusal` and `unknown`: a category or the provider's own word. */
  stopDetail: z.string().optional(),
  model: z.string(),
  requestId: z.string().optional(),
  raw: z.unknown(),
});
export type Turn = z.infer<typeof Turn>;

export const Status = z.enum(STATUSES);
export type Status = z.infer<typeof Status>;

/** How a run ended. Every status carries the patch so far (empty string: no change). */
export const Outcome = z.object({
  status: Status,
  /** One sentence for a person: which limit, which error. */
  reason: z.string(),
  patch: z.string(),
  /** Host folder of the working copy, left there because the patch could not be read off it. */
  keptWorkspace: z.string().optional(),
  usage: Usage,
  steps: z.int().nonnegative(),
  durationMs: z.number().nonnegative(),
});
export type Outcome = z.infer<typeof Outcome>;

const stamp = {
  v: z.literal(TRAJECTORY_VERSION),
  /** Position in the file, from 0 without gaps. */
  seq: z.int().nonnegative(),
  /** ISO 8601 in UTC. */
  time: z.string(),
};

export const HeaderEvent = z.object({
  ...stamp,
  type: z.literal('header'),
  runId: z.string(),
  task: z.object({
    id: z.string(),
    repository: z.string(),
    baseCommit: z.string(),
    /** True when uncommitted changes of the user were part of the starting tree. */
    dirty: z.boolean(),
    /** Git tree id of the starting tree, uncommitted changes included. */
    baseTree: z.string(),
    statement: z.string(),
    testCommand: z.string().optional(),
  }),
  model: z.string(),
  sandbox: z.string(),
  /** Where commands saw the repository; replay rewrites it. */
  workspaceRoot: z.string(),
  limits: z.object({
    maxSteps: z.number(),
    maxCostUsd: z.number().nullable(),
    maxTimeMs: z.number(),
  }),
  /** What the model was given: system prompt, first message, tools with their JSON schemas. */
  system: z.string(),
  prompt: z.string(),
  tools: z.array(z.object({ name: z.string(), description: z.string(), inputSchema: z.unknown() })),
  versions: z.record(z.string(), z.string()),
  config: z.record(z.string(), z.unknown()),
});
export type HeaderEvent = z.infer<typeof HeaderEvent>;

export const TurnEvent = z.object({
  ...stamp,
  type: z.literal('turn'),
  /** From 1. */
  step: z.int().positive(),
  turn: Turn,
  durationMs: z.number().nonnegative(),
});
export type TurnEvent = z.infer<typeof TurnEvent>;

export const ObservationEvent = z.object({
  ...stamp,
  type: z.literal('observation'),
  step: z.int().positive(),
  observation: Observation,
});
export type ObservationEvent = z.infer<typeof ObservationEvent>;

export const NoteEvent = z.object({
  ...stamp,
  type: z.literal('note'),
  step: z.int().nonnegative(),
  level: z.enum(['info', 'warning', 'progress']),
  /** `nudge`: the text was sent to the model as a user message. */
  kind: z.enum(['nudge', 'retry', 'progress', 'workspace', 'general']),
  text: z.string(),
});
export type NoteEvent = z.infer<typeof NoteEvent>;

export const OutcomeEvent = z.object({
  ...stamp,
  type: z.literal('outcome'),
  outcome: Outcome,
});
export type OutcomeEvent = z.infer<typeof OutcomeEvent>;

export const TrajectoryEvent = z.discriminatedUnion('type', [
  HeaderEvent,
  TurnEvent,
  ObservationEvent,
  NoteEvent,
  OutcomeEvent,
]);
export type TrajectoryEvent = z.infer<typeof TrajectoryEvent>;

/** An event before the run stamps it with version, sequence and time. */
export type EventBody = TrajectoryEvent extends infer E
  ? E extends TrajectoryEvent
    ? Omit<E, 'v' | 'seq' | 'time'>
    : never
  : never;

/** Receives every event of a run, once, in order. Must not throw for a slow or closed output. */
export type Subscriber = (event: TrajectoryEvent) => void;
