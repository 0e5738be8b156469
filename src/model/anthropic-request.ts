import type Anthropic from '@anthropic-ai/sdk';
import type { Observation, Turn } from '../trajectory/event.ts';
import type { Message, ModelRequest } from './model.ts';

export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export interface RequestSettings {
  readonly model: string;
  readonly maxTokens: number;
  /** Absent: the model's own default. */
  readonly adaptiveThinking?: boolean | undefined;
  readonly effort?: Effort | undefined;
}

const FIXED_MARK = { type: 'ephemeral', ttl: '1h' } as const;
const MOVING_MARK = { type: 'ephemeral' } as const;

/** From a mark the cache is looked for at most this many blocks back, with two to spare. */
const LOOK_BACK = 18;

/**
 * Lays a conversation out for the Messages API, the same bytes for the same beginning each time: what was sent
 * before is never changed. Cache marks: the last tool, the system prompt, and one that moves with the end; where a
 * turn has so many blocks that the end cannot see the last one's place, a fourth there.
 */
export function requestOf(
  request: ModelRequest,
  settings: RequestSettings,
): Anthropic.MessageStreamParams {
  const lastTool = request.tools.length - 1;
  return {
    model: settings.model,
    max_tokens: settings.maxTokens,
    ...(settings.adaptiveThinking
      ? { thinking: { type: 'adaptive', display: 'summarized' } as const }
      : {}),
    ...(settings.effort ? { output_config: { effort: settings.effort } } : {}),
    cache_control: MOVING_MARK,
    tools: request.tools.map(({ name, description, inputSchema }, i) => ({
      name,
      description,
      input_schema: inputSchema as Anthropic.Tool.InputSchema,
      ...(i === lastTool ? { cache_control: FIXED_MARK } : {}),
    })),
    system: [{ type: 'text', text: request.system, cache_control: FIXED_MARK }],
    messages: markLongTurn(messagesOf(request.messages)),
  };
}

type Block = Anthropic.ContentBlockParam;
type ApiMessage = { role: 'user' | 'assistant'; content: Block[] };

/** Consecutive entries of one side become one message, so that all calls of a turn are answered in one. */
function messagesOf(messages: readonly Message[]): ApiMessage[] {
  const result: ApiMessage[] = [];
  const add = (role: ApiMessage['role'], content: readonly Block[]) => {
    const last = result.at(-1);
    if (content.length === 0) return;
    if (last?.role === role) last.content.push(...content);
    else result.push({ role, content: [...content] });
  };
  for (const [i, message] of messages.entries()) {
    if (message.role === 'user') add('user', [{ type: 'text', text: message.text }]);
    else if (message.role === 'assistant') {
      const content = contentOf(message.turn);
      add('assistant', content);
      const next = messages[i + 1];
      const given = next?.role === 'observations' ? next.observations : [];
      add('user', resultsFor(content, given));
    }
  }
  return result;
}

/** What the model itself answered, unchanged; only empty texts, which the service gives and refuses, stay out. */
function contentOf(turn: Turn): Block[] {
  const { raw } = turn;
  if (isContent(raw))
    return raw.filter((block) => block.type !== 'text' || block.text.trim() !== '');
  return [
    ...(turn.text.trim() === '' ? [] : [{ type: 'text' as const, text: turn.text }]),
    ...turn.actions.map(({ id, tool, input }) => ({
      type: 'tool_use' as const,
      id: id.replace(/[^a-zA-Z0-9_-]/g, '_'),
      name: tool,
      input: input ?? {},
    })),
  ];
}

/** False for a turn of another provider, which is then told in plain blocks. */
function isContent(raw: unknown): raw is Block[] {
  return Array.isArray(raw) && raw.every((block) => typeof block?.type === 'string');
}

/** Every call gets its answer: one that is missing (the run was cut off there) is told as not run. */
function resultsFor(content: readonly Block[], observations: readonly Observation[]): Block[] {
  return content.flatMap((block): Block[] => {
    if (block.type !== 'tool_use') return [];
    const observation = observations.find(
      ({ actionId }) =>
        actionId === block.id || actionId.replace(/[^a-zA-Z0-9_-]/g, '_') === block.id,
    );
    return [
      {
        type: 'tool_result',
        tool_use_id: block.id,
        content: observation?.text ?? 'This call was not run.',
        ...(observation && !observation.isError ? {} : { is_error: true }),
      },
    ];
  });
}

/** Puts a mark where the request before ended, when the end is too far from there. */
function markLongTurn(messages: ApiMessage[]): ApiMessage[] {
  const turn = messages.findLastIndex(({ role }) => role === 'assistant');
  const before = messages[turn - 1];
  const last = before?.content.at(-1);
  const since = messages.slice(turn).reduce((sum, { content }) => sum + content.length, 0);
  if (before === undefined || last === undefined || since <= LOOK_BACK) return messages;
  const marked = { ...last, cache_control: MOVING_MARK } as Block;
  const content = [...before.content.slice(0, -1), marked];
  return messages.with(turn - 1, { ...before, content });
}
