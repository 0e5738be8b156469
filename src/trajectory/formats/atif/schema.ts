import { z } from 'zod';
import { OwnObservation, OwnTurn } from '../own-run.ts';

/** Message or result content: a text, or parts; an image part stays as a remark. */
const content = z
  .union([
    z.string(),
    z.array(z.looseObject({ type: z.string().nullish(), text: z.string().nullish() })),
  ])
  .nullish()
  .transform((value) => {
    if (typeof value === 'string') return value;
    return (value ?? []).map((part) => part.text ?? `[${part.type ?? 'part'}]`).join('');
  });

const tokens = z.number().nonnegative().nullish();

const Metrics = z.looseObject({
  /** All input tokens, the cached ones among them. */
  prompt_tokens: tokens,
  completion_tokens: tokens,
  cached_tokens: tokens,
  cost_usd: z.number().nonnegative().nullish(),
});

const extra = z.record(z.string(), z.unknown()).nullish().catch(null);

export const AtifToolCall = z.looseObject({
  tool_call_id: z.string(),
  function_name: z.string(),
  arguments: z.record(z.string(), z.unknown()).nullish(),
});
export type AtifToolCall = z.infer<typeof AtifToolCall>;

export const AtifStep = z.looseObject({
  step_id: z.number().nullish(),
  source: z.enum(['system', 'user', 'agent']),
  message: content,
  timestamp: z.string().nullish(),
  model_name: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  tool_calls: z.array(AtifToolCall).nullish(),
  observation: z
    .looseObject({
      results: z.array(z.looseObject({ source_call_id: z.string().nullish(), content })),
    })
    .nullish(),
  metrics: Metrics.nullish(),
  extra,
});
export type AtifStep = z.infer<typeof AtifStep>;

/** Harbor's Agent Trajectory Interchange Format, every version 1.x. */
export const AtifFile = z.looseObject({
  schema_version: z.string().regex(/^ATIF-v1\.\d+$/),
  session_id: z.string().nullish(),
  agent: z.looseObject({
    name: z.string(),
    version: z.string().nullish(),
    model_name: z.string().nullish(),
    extra,
  }),
  steps: z.array(AtifStep),
  notes: z.string().nullish(),
  final_metrics: z
    .looseObject({
      total_prompt_tokens: tokens,
      total_completion_tokens: tokens,
      total_cached_tokens: tokens,
      total_cost_usd: z.number().nonnegative().nullish(),
    })
    .nullish(),
  extra,
});
export type AtifFile = z.infer<typeof AtifFile>;

/** Our extras of a step; those of the results stand here too, since older versions give results no room for any. */
export const AtifOwnStep = OwnTurn.extend({ observations: z.array(OwnObservation) });
