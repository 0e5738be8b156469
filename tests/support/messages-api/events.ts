import type Anthropic from '@anthropic-ai/sdk';
import type { Answer } from './answer.ts';
import type { Place, StreamFault } from './faults.ts';

export type ServerEvent = Anthropic.RawMessageStreamEvent | { readonly type: 'ping' };

const PIECE = 24;

/** Pieces of at most `PIECE` characters; a character outside the basic plane is not torn. */
export function pieces(value: string): string[] {
  const characters = [...value];
  const count = Math.ceil(characters.length / PIECE);
  return Array.from({ length: count }, (_, i) =>
    characters.slice(i * PIECE, (i + 1) * PIECE).join(''),
  );
}

function openBlock(
  block: Anthropic.ContentBlock,
): Anthropic.RawContentBlockStartEvent['content_block'] {
  if (block.type === 'text') return { ...block, text: '' };
  if (block.type === 'thinking') return { ...block, thinking: '', signature: '' };
  if (block.type === 'tool_use') return { ...block, input: {} };
  return block;
}

function deltasOf(
  block: Anthropic.ContentBlock,
  rawInput: string | undefined,
): Anthropic.RawContentBlockDelta[] {
  if (block.type === 'text')
    return pieces(block.text).map((text) => ({ type: 'text_delta', text }));
  if (block.type === 'thinking') {
    return [
      ...pieces(block.thinking).map((thinking) => ({ type: 'thinking_delta' as const, thinking })),
      { type: 'signature_delta', signature: block.signature },
    ];
  }
  if (block.type !== 'tool_use') return [];
  const json = rawInput ?? JSON.stringify(block.input ?? {});
  return ['', ...pieces(json)].map((partial_json) => ({ type: 'input_json_delta', partial_json }));
}

/**
 * The events of a streamed answer in the order of the service. With `cut`, the last call's input stops after so many
 * characters: `max_tokens` was reached inside it and its block is never stopped.
 */
export function eventsOf({ message, rawInputs }: Answer, cut?: number): ServerEvent[] {
  const last = message.content.findLastIndex(({ type }) => type === 'tool_use');
  const events: ServerEvent[] = [
    {
      type: 'message_start',
      message: {
        ...message,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        usage: { ...message.usage, output_tokens: 1, output_tokens_details: null },
      },
    },
  ];
  for (const [index, block] of message.content.entries()) {
    const isCut = cut !== undefined && index === last;
    const raw = block.type === 'tool_use' ? rawInputs.get(block.id) : undefined;
    const input = block.type === 'tool_use' ? (raw ?? JSON.stringify(block.input)) : undefined;
    events.push({ type: 'content_block_start', index, content_block: openBlock(block) });
    if (index === 0) events.push({ type: 'ping' });
    for (const delta of deltasOf(block, isCut ? input?.slice(0, cut) : raw)) {
      events.push({ type: 'content_block_delta', index, delta });
    }
    if (isCut) break;
    events.push({ type: 'content_block_stop', index });
  }
  const { usage } = message;
  events.push(
    {
      type: 'message_delta',
      ...('context_management' in message && { context_management: message.context_management }),
      delta: {
        container: null,
        stop_reason: cut === undefined ? message.stop_reason : 'max_tokens',
        stop_sequence: message.stop_sequence,
        stop_details: message.stop_details,
      },
      usage: {
        input_tokens: usage.input_tokens,
        cache_creation_input_tokens: usage.cache_creation_input_tokens,
        cache_read_input_tokens: usage.cache_read_input_tokens,
        output_tokens: usage.output_tokens,
        output_tokens_details: usage.output_tokens_details,
        server_tool_use: null,
      },
    },
    { type: 'message_stop' },
  );
  return events;
}

/** The wire form of one event. */
export function encode(event: { readonly type: string }, newline: string): string {
  return `event: ${event.type}${newline}data: ${JSON.stringify(event)}${newline}${newline}`;
}

/** How many events go out before a fault strikes; always fewer than all. */
export function strikesAfter(events: readonly ServerEvent[], fault: StreamFault): number {
  const place: Place = ('at' in fault ? fault.at : undefined) ?? 'text';
  const nth = (test: (event: ServerEvent) => boolean, n = 1): number => {
    const found = events.flatMap((event, i) => (test(event) ? [i] : []));
    return (found[n - 1] ?? found.at(-1) ?? 0) + 1;
  };
  const isDelta = (event: ServerEvent, ...types: string[]) =>
    event.type === 'content_block_delta' && types.includes(event.delta.type);
  const count = {
    start: () => 1,
    text: () => nth((event) => isDelta(event, 'text_delta', 'thinking_delta', 'input_json_delta')),
    tool: () => nth((event) => isDelta(event, 'input_json_delta'), 2),
    message_delta: () => events.length - 2,
    message_stop: () => events.length - 1,
  };
  return Math.min(typeof place === 'number' ? place : count[place](), events.length - 1);
}
