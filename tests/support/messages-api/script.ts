import type { StreamFault, Transport } from './faults.ts';
import { blocksOf, type MessagesBody } from './request.ts';

/** A block that the scripted model writes. Signatures, ids and the split into deltas are the server's work. */
export type ScriptedBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string }
  | { readonly type: 'redacted_thinking' }
  | {
      readonly type: 'tool_use';
      readonly name: string;
      readonly input: unknown;
      readonly id?: string;
      /** Sent as the input's JSON instead of `input`; may be malformed. Streaming only. */
      readonly rawInput?: string;
    };

export interface ScriptedTurn {
  readonly content: readonly ScriptedBlock[];
  /** Default: `tool_use` when the content calls a tool, else `end_turn`. Any text is allowed: unknown reasons exist. */
  readonly stopReason?: string;
  readonly stopSequence?: string;
  /** Category of a `refusal`. */
  readonly refusal?: { readonly category: string | null; readonly explanation?: string };
  /** Breaks the answer. The turn counts as given: the next request gets the next one. */
  readonly fault?: StreamFault;
  readonly transport?: Transport;
  /** Replaces the estimate, so that a test can work out a price by hand. */
  readonly outputTokens?: number;
  /** Wait before the response headers, in milliseconds. */
  readonly delay?: number;
}

/** A turn, or only its content. */
export type TurnLike = ScriptedTurn | readonly ScriptedBlock[];

/**
 * What the model answers: a list used up in order, or a function of the request and of the number of turns
 * given so far (from 0). A request that is refused, or broken by `faults`, uses up no turn.
 */
export type Script<Body = MessagesBody> =
  | readonly TurnLike[]
  | ((request: Body, n: number) => TurnLike | Promise<TurnLike>);

/** @throws {Error} when a list of turns is used up */
export async function nextTurn<Body>(
  script: Script<Body>,
  request: Body,
  n: number,
): Promise<ScriptedTurn> {
  if (typeof script === 'function') return asTurn(await script(request, n));
  const turn = script[n];
  if (turn === undefined) throw new Error(`all ${script.length} turns were given`);
  return asTurn(turn);
}

export const text = (value: string): ScriptedBlock => ({ type: 'text', text: value });
export const thinking = (value: string): ScriptedBlock => ({ type: 'thinking', thinking: value });
export const redactedThinking = (): ScriptedBlock => ({ type: 'redacted_thinking' });
export const toolUse = (name: string, input: unknown, id?: string): ScriptedBlock => ({
  type: 'tool_use',
  name,
  input,
  ...(id === undefined ? {} : { id }),
});

/** A turn from either of its forms. */
function asTurn(turn: TurnLike): ScriptedTurn {
  return 'content' in turn ? turn : { content: turn };
}

/**
 * A script that chooses the turn by how many assistant messages the conversation already has, so that one server
 * serves several conversations at once and a resumed one. Without the `match` of any entry the first entry is used.
 *
 * @param conversations which turns belong to a conversation whose first user message contains `match`
 */
export function byConversation(
  conversations: readonly { readonly match?: string; readonly turns: readonly TurnLike[] }[],
): (request: MessagesBody) => TurnLike {
  return (request) => {
    const first = request.messages[0];
    const opening = first === undefined ? '' : JSON.stringify(blocksOf(first.content));
    const chosen =
      conversations.find(({ match }) => match !== undefined && opening.includes(match)) ??
      conversations.find(({ match }) => match === undefined);
    const depth = request.messages.filter(({ role }) => role === 'assistant').length;
    const turn = chosen?.turns[depth];
    if (turn === undefined) throw new Error(`the script has no turn ${depth} for ${opening}`);
    return turn;
  };
}
