import type { Message, Model, ModelRequest, ToolSchema } from '../../src/model/model.ts';
import type { Action, Observation, Turn } from '../../src/trajectory/event.ts';

export const TOOLS: readonly ToolSchema[] = [
  {
    name: 'view',
    description: 'Shows a file.\nWith line numbers.',
    inputSchema: {
      type: 'object',
      properties: { path: { type: 'string' }, line: { type: 'integer' } },
      required: ['path'],
      additionalProperties: false,
    },
  },
  {
    name: 'bash',
    description: 'Runs a command.',
    inputSchema: {
      type: 'object',
      properties: { command: { type: 'string' }, timeout: { type: 'number' } },
      required: ['command'],
      additionalProperties: false,
    },
  },
  {
    name: 'submit',
    description: 'Ends the run.',
    inputSchema: { type: 'object', properties: {}, additionalProperties: false },
  },
];

export const never = new AbortController().signal;

/** A conversation at its beginning. */
export function opening(text = 'Fix the bug. Ärger 🐞'): ModelRequest & { messages: Message[] } {
  return { system: 'You fix bugs.', tools: TOOLS, messages: [{ role: 'user', text }] };
}

/** Answers the calls of a turn as the planner loop does: none of a cut turn runs. */
export function answer(turn: Turn, run: (action: Action) => string = () => 'x = 1'): Observation[] {
  const cut = turn.stopReason === 'max_tokens';
  return turn.actions.map((action) => ({
    actionId: action.id,
    text: cut ? 'The call was cut off and not run.' : run(action),
    isError: cut,
    durationMs: 0,
  }));
}

/** Runs `turns` turns over a growing conversation, answering every call. */
export async function converse(
  model: Model,
  options: {
    readonly turns: number;
    readonly request?: ModelRequest & { messages: Message[] };
    readonly signal?: AbortSignal;
    readonly onProgress?: (text: string) => void;
    readonly run?: (action: Action) => string;
  },
): Promise<Turn[]> {
  const request = options.request ?? opening();
  const { onProgress, signal = never } = options;
  const turns: Turn[] = [];
  for (let i = 0; i < options.turns; i++) {
    const turn = await model.complete(request, { signal, ...(onProgress ? { onProgress } : {}) });
    turns.push(turn);
    request.messages.push({ role: 'assistant', turn });
    const observations = answer(turn, options.run);
    request.messages.push(
      observations.length > 0
        ? { role: 'observations', observations }
        : { role: 'user', text: 'Go on.' },
    );
  }
  return turns;
}

/**
 * Cuts a body anywhere, inside characters and inside CRLF too.
 *
 * @param places shares of its length
 */
export function cutAt(body: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...new Set(places.map((place) => Math.floor(place * body.length)))].sort(
    (a, b) => a - b,
  );
  return [0, ...cuts].map((from, i) => body.subarray(from, cuts[i] ?? body.length));
}
