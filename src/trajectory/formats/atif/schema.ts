import * as z from 'zod';
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

/** An object, or its JSON; what is neither stands under `input`. */
const callArguments = z
  .unknown()
  .optional()
  .transform((value): Record<string, unknown> => {
    const parsed = typeof value === 'string' ? asJson(value) : value;
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>;
    }
    return value === undefined || value === null || value === '' ? {} : { input: value };
  });

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Producers leave ids out, though the format asks for them; then the results have the order of the calls. */
export const AtifToolCall = z.looseObject({
  tool_call_id: z.string().nullish(),
  function_name: z.string(),
  arguments: callArguments,
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
      results: z.array(z.looseObject({ source_call_id: z.string().nullish(), content })).nullish(),
    })
    .nullish(),
  metrics: Metrics.nullish(),
  extra,
});
export type AtifStep = z.infer<typeof AtifStep>;

/** Harbor's Agent Trajectory Interchange Format, every version 1.x. */
export const AtifFile = z.looseObject({
  schema_version: z.string().regex(/^(ATIF-v)?1\.\d+(\.\d+)?$/, 'versions 1.x are read'),
  session_id: z.string().nullish(),
  agent: z
    .looseObject({
      name: z.string().nullish(),
      version: z.string().nullish(),
      model_name: z.string().nullish(),
      extra,
    })
    .nullish(),
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
