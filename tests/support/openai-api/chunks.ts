import { pieces } from '../messages-api/events.ts';
import type { Place, StreamFault } from '../messages-api/faults.ts';
import { type Call, type Completion, reasoningField } from './completion.ts';
import type { Dialect } from './dialect.ts';

/** One chunk of a stream, and what of the answer it carries. */
export interface Chunk {
  readonly carries: 'start' | 'text' | 'tool' | 'finish' | 'usage';
  readonly json: object;
}

function callDeltas(call: Call, position: number, dialect: Dialect): object[] {
  const index = dialect.toolIndex === 'zero' ? 0 : position;
  const head = {
    index,
    ...(call.id === undefined ? {} : { id: call.id }),
    type: 'function',
  };
  if (dialect.toolChunks === 'whole') {
    return [{ ...head, function: { name: call.name, arguments: call.arguments } }];
  }
  return [
    { ...head, function: { name: call.name, arguments: '' } },
    ...pieces(call.arguments).map((json) => ({ index, function: { arguments: json } })),
  ];
}

/**
 * The chunks of a streamed answer in the dialect's spelling.
 *
 * @param cut the last call's arguments stop after so many characters, for want of tokens
 */
export function chunksOfCompletion(
  completion: Completion,
  dialect: Dialect,
  options: { readonly includeUsage: boolean; readonly cut: number | undefined },
): Chunk[] {
  const { id, created, model, text, reasoning, calls, usage } = completion;
  const base = { id, object: 'chat.completion.chunk', created, model };
  const withUsage = options.includeUsage && dialect.usage === 'last-chunk' ? { usage: null } : {};
  const choice = (delta: object, finish_reason: string | null = null) => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...withUsage,
  });
  const sent = calls.map((call, i) =>
    options.cut !== undefined && i === calls.length - 1
      ? { ...call, arguments: call.arguments.slice(0, options.cut) }
      : call,
  );
  const start = dialect.nullContent && calls.length > 0 ? null : '';
  const finish = choice({}, options.cut === undefined ? completion.finishReason : 'length');
  const chunks: Chunk[] = [
    { carries: 'start', json: choice({ role: 'assistant', content: start }) },
    ...(dialect.reasoning === null ? [] : pieces(reasoning)).map((piece) => ({
      carries: 'text' as const,
      json: choice(reasoningField(piece, dialect)),
    })),
    ...pieces(text).map((content) => ({ carries: 'text' as const, json: choice({ content }) })),
    ...sent
      .flatMap((call, i) => callDeltas(call, i, dialect))
      .map((delta) => ({ carries: 'tool' as const, json: choice({ tool_calls: [delta] }) })),
    {
      carries: 'finish',
      json: dialect.usage === 'with-finish' ? { ...finish, usage } : finish,
    },
  ];
  if (options.includeUsage && dialect.usage === 'last-chunk') {
    chunks.push({ carries: 'usage', json: { ...base, choices: [], usage } });
  }
  return chunks;
}

/** How many chunks go out before a fault strikes; the names mean what they mean in a Messages stream. */
export function strikesAfter(chunks: readonly Chunk[], fault: StreamFault): number {
  const place: Place = ('at' in fault ? fault.at : undefined) ?? 'text';
  if (typeof place === 'number') return Math.min(place, chunks.length);
  const nth = (carries: Chunk['carries'], n: number) => {
    const found = chunks.flatMap((chunk, i) => (chunk.carries === carries ? [i + 1] : []));
    return found[n - 1] ?? found.at(-1);
  };
  const finish = chunks.findIndex(({ carries }) => carries === 'finish');
  const count = {
    start: () => 1,
    text: () => nth('text', 1) ?? nth('tool', 1),
    tool: () => nth('tool', 2),
    message_delta: () => finish,
    message_stop: () => finish + 1,
  };
  return count[place]() ?? 1;
}
