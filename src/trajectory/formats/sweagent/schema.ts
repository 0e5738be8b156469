import * as z from 'zod';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** Message content: a text, or parts of which the texts count. */
const content = z
  .union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))])
  .nullish()
  .transform((value) =>
    typeof value === 'string' ? value : (value ?? []).map((part) => part.text ?? '').join(''),
  );

export const SessionState = z.looseObject({
  open_file: z.string().nullish(),
  working_dir: z.string().nullish(),
});
export type SessionState = z.infer<typeof SessionState>;

export const ToolCall = z.looseObject({
  id: z.string().nullish(),
  function: z.looseObject({
    name: z.string(),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  }),
});
export type ToolCall = z.infer<typeof ToolCall>;

export const HistoryItem = z.looseObject({
  role: z.string(),
  content,
  is_demo: z.boolean().nullish(),
  thought: z.string().nullish(),
  action: z.string().nullish(),
  message_type: z.string().nullish(),
  tool_calls: z.array(ToolCall).nullish(),
  tool_call_ids: z.array(z.string()).nullish(),
  thinking_blocks: z.array(z.looseObject({ thinking: z.string().optional() })).nullish(),
});
export type HistoryItem = z.infer<typeof HistoryItem>;

export const Step = z.looseObject({
  action: text,
  observation: text,
  response: text,
  thought: text,
  /** Seconds. */
  execution_time: z.number().nonnegative().nullish().catch(null),
  /** Before the action as a JSON string in 0.x; after the action as an object in 1.x. */
  state: z.union([z.string(), SessionState]).nullish(),
});
export type Step = z.infer<typeof Step>;

const count = z.int().nonnegative().nullish().catch(null);

const ModelStats = z.looseObject({
  instance_cost: z.number().nonnegative().nullish().catch(null),
  tokens_sent: count,
  tokens_received: count,
});

const Info = z.looseObject({
  exit_status: z.string().nullish(),
  submission: text,
  model_stats: ModelStats.nullish().catch(null),
  patchwright: z.unknown().optional(),
});
export type Info = z.infer<typeof Info>;

/** A `.traj` file: `trajectory` with the steps, or only the message `history`. */
export const TrajFile = z.looseObject({
  environment: z.string().nullish(),
  trajectory: z.array(Step).nullish(),
  history: z.array(HistoryItem).nullish(),
  info: Info.nullish(),
  replay_config: z.unknown().optional(),
});
export type TrajFile = z.infer<typeof TrajFile>;

/** The part of `replay_config` that tells where the run began. */
export const ReplayConfig = z.looseObject({
  env: z
    .looseObject({
      repo: z
        .looseObject({
          repo_name: z.string().nullish(),
          github_url: z.string().nullish(),
          path: z.string().nullish(),
          base_commit: z.string().nullish(),
        })
        .nullish(),
      post_startup_commands: z.array(z.string()).nullish(),
    })
    .nullish()
    .catch(null),
  agent: z
    .looseObject({
      name: z.string().nullish(),
      model: z.looseObject({ name: z.string().nullish() }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  problem_statement: z
    .looseObject({ id: z.string().nullish(), text: z.string().nullish() })
    .nullish()
    .catch(null),
});
export type ReplayConfig = z.infer<typeof ReplayConfig>;
