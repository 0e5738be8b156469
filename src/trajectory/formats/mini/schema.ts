import * as z from 'zod';

/** Message content: a text, or parts of which the texts count. */
const content = z
  .union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))])
  .nullish()
  .transform((value) =>
    typeof value === 'string' ? value : (value ?? []).map((part) => part.text ?? '').join(''),
  );

const RecordedAction = z.union([
  z.string().transform((command) => ({ command, tool_call_id: undefined })),
  z.looseObject({ command: z.string().optional(), tool_call_id: z.string().nullish() }),
]);

const ToolCall = z.looseObject({
  id: z.string().nullish(),
  function: z.looseObject({
    name: z.string(),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  }),
});

const Extra = z.looseObject({
  actions: z.array(RecordedAction).nullish().catch(null),
  cost: z.number().nullish(),
  /** Seconds since the epoch. */
  timestamp: z.number().nullish(),
  returncode: z.number().nullish(),
  raw_output: z.string().nullish(),
  exception_info: z.string().nullish(),
  exit_status: z.string().nullish(),
  submission: z.string().nullish(),
  interrupt_type: z.string().nullish(),
  response: z.unknown().optional(),
});

/** A message; that of the Responses API has `object`/`type` instead of a role. */
export const MiniMessage = z.looseObject({
  role: z.string().nullish(),
  content,
  tool_calls: z.array(ToolCall).nullish(),
  tool_call_id: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  object: z.string().nullish(),
  type: z.string().nullish(),
  call_id: z.string().nullish(),
  /** The Responses API's items, or the text of a function's output. */
  output: z.union([z.string(), z.array(z.looseObject({ type: z.string().nullish() }))]).nullish(),
  extra: Extra.nullish(),
});
export type MiniMessage = z.infer<typeof MiniMessage>;

const Info = z.looseObject({
  exit_status: z.string().nullish(),
  submission: z.string().nullish(),
  mini_version: z.string().nullish(),
  model_stats: z
    .looseObject({ instance_cost: z.number().nullish(), api_calls: z.number().nullish() })
    .nullish()
    .catch(null),
  config: z
    .looseObject({
      model: z.looseObject({ model_name: z.string().nullish() }).nullish().catch(null),
      environment: z.looseObject({ cwd: z.string().nullish() }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

/** A `.traj.json` file of version 2, or of the later version 1, which has no actions of its own. */
export const MiniFile = z.looseObject({
  trajectory_format: z.string().nullish(),
  instance_id: z.string().nullish(),
  info: Info.nullish(),
  messages: z.array(MiniMessage),
});
export type MiniFile = z.infer<typeof MiniFile>;

/** The earliest version 1: nothing but the list of messages. */
export const MiniList = z.array(MiniMessage);
