import * as z from 'zod';

/**
 * A recording: JSON Lines, a header and then one line for each HTTP exchange, failed ones included. It has no request
 * headers, no host and no key. Conversations only grow, so a request keeps the beginning of the one before.
 */
export const RECORDING_VERSION = 1;

export const RecordingHeader = z.object({
  type: z.literal('recording'),
  version: z.literal(RECORDING_VERSION),
  provider: z.enum(['anthropic', 'openai']),
  /** What shapes the requests, as the provider's own options. */
  options: z.object({
    model: z.string(),
    fallback: z.string().optional(),
    effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional(),
    maxOutputTokens: z.int().positive().optional(),
    contextTokens: z.int().positive().optional(),
    tools: z.enum(['native', 'text']).optional(),
  }),
});
export type RecordingHeader = z.infer<typeof RecordingHeader>;

export const Exchange = z.object({
  type: z.literal('exchange'),
  method: z.string(),
  path: z.string(),
  /** Null: a request without a body. */
  request: z
    .object({
      /** So many messages of the request before stand at the beginning. */
      keep: z.int().nonnegative(),
      messages: z.array(z.unknown()),
      /** All other fields; absent: as in the request before. */
      rest: z.record(z.string(), z.unknown()).optional(),
    })
    .nullable(),
  response: z
    .object({
      status: z.int(),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
    })
    .nullable(),
  /** Why the exchange has no response, or its body no end. */
  error: z.string().optional(),
});
export type Exchange = z.infer<typeof Exchange>;

export interface RequestBody {
  readonly messages: readonly unknown[];
  readonly rest: Readonly<Record<string, unknown>>;
}

/** @returns null for no body; a body that is no JSON object counts as one without messages */
export function parseBody(text: string): RequestBody | null {
  if (text === '') return null;
  const { messages, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return { messages: Array.isArray(messages) ? messages : [], rest };
}

/** @returns the request without what it shares with the one before */
export function shorten(
  body: RequestBody,
  before: RequestBody | null,
): NonNullable<Exchange['request']> {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  let keep = 0;
  const limit = Math.min(body.messages.length, before?.messages.length ?? 0);
  while (keep < limit && same(body.messages[keep], before?.messages[keep])) keep += 1;
  return {
    keep,
    messages: body.messages.slice(keep),
    ...(same(body.rest, before?.rest) ? {} : { rest: body.rest }),
  };
}

/** The inverse of `shorten`. */
export function lengthen(
  request: NonNullable<Exchange['request']>,
  before: RequestBody | null,
): RequestBody {
  return {
    messages: [...(before?.messages.slice(0, request.keep) ?? []), ...request.messages],
    rest: request.rest ?? before?.rest ?? {},
  };
}

/**
 * Finds where two JSON values first differ.
 *
 * @returns one line with the place and both values, cut to size; null when they are the same
 */
export function firstDifference(recorded: unknown, now: unknown, place = ''): string | null {
  if (isTree(recorded) && isTree(now) && Array.isArray(recorded) === Array.isArray(now)) {
    const keys = new Set([...Object.keys(recorded), ...Object.keys(now)]);
    for (const key of keys) {
      const inner = Array.isArray(recorded) ? `${place}[${key}]` : `${place}${place && '.'}${key}`;
      const found = firstDifference(recorded[key], now[key], inner);
      if (found !== null) return found;
    }
    return null;
  }
  if (recorded === now) return null;
  return `${place || 'the body'}: recorded ${around(recorded, now)}, now ${around(now, recorded)}`;
}

type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null;
}

const SHOWN = 80;

/** The part of a value where it leaves the other one. */
function around(value: unknown, other: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value !== 'string' || typeof other !== 'string') {
    return JSON.stringify(value).slice(0, SHOWN);
  }
  let at = 0;
  while (at < value.length && value[at] === other[at]) at += 1;
  const from = Math.max(0, at - SHOWN / 4);
  const part = value.slice(from, from + SHOWN);
  return `${from > 0 ? '...' : ''}${JSON.stringify(part)}${from + SHOWN < value.length ? '...' : ''}`;
}
