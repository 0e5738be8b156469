import type Anthropic from '@anthropic-ai/sdk';
import type { BetaContextManagementConfig } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type { Observation, Turn } from '../trajectory/event.ts';
import type { Message, ModelRequest } from './model.ts';

export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export interface RequestSettings {
  readonly model: string;
  readonly maxTokens: number;
  /** Absent: the model's own default. */
  readonly adaptiveThinking?: boolean | undefined;
  readonly effort?: Effort | undefined;
  readonly contextManagement?: BetaContextManagementConfig | undefined;
}

/** The stable parameters, and the one of a beta that is sent with them. */
export type RequestParameters = Anthropic.MessageStreamParams & {
  readonly context_management?: BetaContextManagementConfig;
};

const FIXED_MARK = { type: 'ephemeral', ttl: '1h' } as const;
const MOVING_MARK = { type: 'ephemeral' } as const;

/** From a mark the cache is looked for at most this many blocks back, with two to spare. */
const LOOK_BACK = 18;

/**
 * Everything of a request but its messages, which `ConversationEncoder` makes. Cache marks stand on the last tool,
 * on the system prompt, and (at the top level) one that moves with the end of the conversation.
 */
export function parametersOf(request: ModelRequest, settings: RequestSettings): RequestParameters {
  const lastTool = request.tools.length - 1;
  return {
    model: settings.model,
    max_tokens: settings.maxTokens,
    ...(settings.adaptiveThinking
      ? { thinking: { type: 'adaptive', display: 'summarized' } as const }
      : {}),
    ...(settings.effort ? { output_config: { effort: settings.effort } } : {}),
    ...(settings.contextManagement ? { context_management: settings.contextManagement } : {}),
    cache_control: MOVING_MARK,
    tools: request.tools.map(({ name, description, inputSchema }, i) => ({
      name,
      description,
      input_schema: inputSchema as Anthropic.Tool.InputSchema,
      ...(i === lastTool ? { cache_control: FIXED_MARK } : {}),
    })),
    system: [{ type: 'text', text: request.system, cache_control: FIXED_MARK }],
    messages: [],
  };
}

type Block = Anthropic.ContentBlockParam;

/** What one entry of the conversation becomes, already as JSON: a long run sends it with every turn. */
interface Piece {
  readonly role: 'user' | 'assistant';
  readonly blocks: readonly Block[];
  /** The blocks joined by commas. */
  readonly json: Buffer;
}

/**
 * Lays conversations out for the Messages API, the same bytes for the same beginning each time: what was sent before
 * is never changed, and it is encoded once only.
 */
export class ConversationEncoder {
  readonly #pieces = new WeakMap<Message, readonly Piece[]>();

  /** @returns the JSON array of messages, in parts */
  encode(messages: readonly Message[]): readonly Buffer[] {
    const pieces = markLongTurn(
      messages.flatMap((message, i) => this.#piecesOf(message, messages[i + 1])),
    );
    const parts: Buffer[] = [];
    let role: Piece['role'] | undefined;
    for (const piece of pieces) {
      if (piece.role === role) parts.push(COMMA);
      else {
        parts.push(Buffer.from(`${role ? ']},' : '['}{"role":"${piece.role}","content":[`));
        role = piece.role;
      }
      parts.push(piece.json);
    }
    parts.push(Buffer.from(role ? ']}]' : '[]'));
    return parts;
  }

  #piecesOf(message: Message, next: Message | undefined): readonly Piece[] {
    const kept = this.#pieces.get(message);
    if (kept) return kept;
    const pieces = piecesOf(message, next).filter(({ blocks }) => blocks.length > 0);
    // The last entry may still get its answers.
    if (next !== undefined) this.#pieces.set(message, pieces);
    return pieces;
  }
}

const COMMA = Buffer.from(',');

function piece(role: Piece['role'], blocks: readonly Block[]): Piece {
  return { role, blocks, json: Buffer.from(JSON.stringify(blocks).slice(1, -1)) };
}

/** A turn is told together with the answers to all its calls; neighbours of one side become one message. */
function piecesOf(message: Message, next: Message | undefined): Piece[] {
  if (message.role === 'user') return [piece('user', [{ type: 'text', text: message.text }])];
  if (message.role === 'observations') return [];
  const content = contentOf(message.turn);
  const observations = next?.role === 'observations' ? next.observations : [];
  return [piece('assistant', content), piece('user', resultsFor(content, observations))];
}

/** What the model itself answered, unchanged; only empty texts, which the service gives and refuses, stay out. */
function contentOf(turn: Turn): Block[] {
  const { raw } = turn;
  if (isContent(raw)) {
    return raw.filter((block) => block.type !== 'text' || block.text.trim() !== '');
  }
  return [
    ...(turn.text.trim() === '' ? [] : [{ type: 'text' as const, text: turn.text }]),
    ...turn.actions.map(({ id, tool, input }) => ({
      type: 'tool_use' as const,
      id: apiId(id),
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
    const observation = observations.find(({ actionId }) => apiId(actionId) === block.id);
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

/** The service's own ids pass unchanged; other providers' may have characters that it refuses. */
function apiId(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, '_');
}

/** Puts a fourth mark where the request before ended, when the end is too far from there to see it. */
function markLongTurn(pieces: readonly Piece[]): readonly Piece[] {
  const turn = pieces.findLastIndex(({ role }) => role === 'assistant');
  const before = pieces[turn - 1];
  const since = pieces.slice(turn).reduce((sum, { blocks }) => sum + blocks.length, 0);
  if (before === undefined || turn === -1 || since <= LOOK_BACK) return pieces;
  const marked = before.blocks.map((block, i) =>
    i === before.blocks.length - 1 ? ({ ...block, cache_control: MOVING_MARK } as Block) : block,
  );
  return pieces.with(turn - 1, piece(before.role, marked));
}
