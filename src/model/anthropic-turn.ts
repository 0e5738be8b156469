import type Anthropic from '@anthropic-ai/sdk';
import type { Action, StopReason, Turn, Usage } from '../trajectory/event.ts';
import { type BilledTokens, costOf, type PriceTable } from './pricing.ts';

/** The parts of a message that a turn is made of; stable and beta messages both have them. */
export interface AnsweredMessage {
  readonly model: string;
  readonly content: readonly { readonly type: string }[];
  readonly stop_reason: string | null;
  readonly stop_details: {
    readonly category: string | null;
    readonly explanation: string | null;
  } | null;
}

export interface AnsweredUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number | null;
  readonly cache_creation_input_tokens: number | null;
  readonly cache_creation: Anthropic.CacheCreation | null;
  /** Parts of one answer that are billed each on its own, when the service made several. */
  readonly iterations?: readonly AnsweredUsage[] | null;
}

/** @returns tokens and price of one request */
export function usageOf(usage: AnsweredUsage, model: string, prices: PriceTable): Usage {
  const parts = usage.iterations?.length ? usage.iterations : [usage];
  const billed = parts.map(billedTokens);
  const costs = billed.map((tokens) => costOf(prices, model, tokens));
  const sum = (pick: (tokens: BilledTokens) => number) =>
    billed.reduce((total, tokens) => total + pick(tokens), 0);
  return {
    inputTokens: sum(({ input }) => input),
    outputTokens: sum(({ output }) => output),
    cacheReadTokens: sum(({ cacheRead }) => cacheRead),
    cacheWriteTokens: sum(({ cacheWrite5m, cacheWrite1h }) => cacheWrite5m + cacheWrite1h),
    costUsd: costs.reduce<number | null>(
      (total, cost) => (total === null || cost === null ? null : total + cost),
      0,
    ),
  };
}

function billedTokens(usage: AnsweredUsage): BilledTokens {
  const written = usage.cache_creation_input_tokens ?? 0;
  const hour = Math.min(usage.cache_creation?.ephemeral_1h_input_tokens ?? 0, written);
  return {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheRead: usage.cache_read_input_tokens ?? 0,
    cacheWrite5m: written - hour,
    cacheWrite1h: hour,
  };
}

/**
 * @param closed indexes of the content blocks that arrived whole
 * @param usage of all requests that this turn took
 */
export function turnOf(
  message: AnsweredMessage,
  closed: ReadonlySet<number>,
  usage: Usage,
  requestId: string | null | undefined,
): Turn {
  // Plain data: the client's blocks carry accessors that would parse again at each look.
  const raw: { type: string }[] = JSON.parse(JSON.stringify(message.content));
  const blocks = raw as Anthropic.ContentBlock[];
  const texts = blocks.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  const thinking = blocks.flatMap((block) => (block.type === 'thinking' ? [block.thinking] : []));
  const actions = blocks.flatMap((block): Action[] =>
    block.type === 'tool_use' ? [{ id: block.id, tool: block.name, input: block.input }] : [],
  );
  const cut = blocks.some((block, i) => block.type === 'tool_use' && !closed.has(i));
  const stop = stopOf(message, cut);
  return {
    text: texts.join('\n').trim(),
    ...(thinking.some(Boolean) ? { thinking: thinking.filter(Boolean).join('\n\n') } : {}),
    actions,
    usage,
    ...stop,
    model: message.model,
    ...(requestId ? { requestId } : {}),
    raw,
  };
}

const STOP_REASONS: Readonly<Record<string, StopReason>> = {
  end_turn: 'end_turn',
  stop_sequence: 'end_turn',
  tool_use: 'tool_use',
  max_tokens: 'max_tokens',
  model_context_window_exceeded: 'context_window',
  pause_turn: 'pause_turn',
  refusal: 'refusal',
};

/** A call that is not whole makes the turn a cut one, whatever the service calls it, so that nothing of it runs. */
function stopOf(
  { stop_reason, stop_details }: AnsweredMessage,
  cut: boolean,
): Pick<Turn, 'stopReason' | 'stopDetail'> {
  const known = STOP_REASONS[stop_reason ?? ''];
  if (known === 'refusal') {
    const detail = [stop_details?.category, stop_details?.explanation].filter(Boolean).join(': ');
    return { stopReason: 'refusal', ...(detail ? { stopDetail: detail } : {}) };
  }
  if (cut && known !== 'context_window') return { stopReason: 'max_tokens' };
  if (known !== undefined) return { stopReason: known };
  return { stopReason: 'unknown', stopDetail: String(stop_reason) };
}
