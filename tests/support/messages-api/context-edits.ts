import { invalid } from './errors.ts';
import { requireArray, requireObject, requireTag } from './fields.ts';
import { layOut, type Prefix } from './prefix.ts';
import {
  blocksOf,
  isObject,
  type JsonObject,
  type MessagesBody,
  type RequestBlock,
} from './request.ts';

/** What the model is shown instead of a cleared tool result. */
const PLACEHOLDER = '[Old tool result content cleared]';

export type AppliedEdit =
  | {
      readonly type: 'clear_tool_uses_20250919';
      readonly cleared_input_tokens: number;
      readonly cleared_tool_uses: number;
    }
  | {
      readonly type: 'clear_thinking_20251015';
      readonly cleared_input_tokens: number;
      readonly cleared_thinking_turns: number;
    };

export interface EditedContext {
  /** What the model is shown: caching and counting go by this, signatures by what was sent. */
  readonly prefix: Prefix;
  readonly applied: readonly AppliedEdit[];
}

const EDITS = ['clear_tool_uses_20250919', 'clear_thinking_20251015'];

/** @throws {ApiError} for a `context_management` that is not well-formed */
export function checkContextManagement(value: unknown): void {
  if (value === undefined || value === null) return;
  const { edits = [] } = requireObject(value, 'context_management');
  const types = requireArray(edits, 'context_management.edits').map((edit, i) => {
    const path = `context_management.edits.${i}`;
    return requireTag(requireObject(edit, path), EDITS, path);
  });
  const thinking = types.indexOf('clear_thinking_20251015');
  if (thinking > 0) {
    invalid('', 'context_management: `clear_thinking_20251015` must be the first edit.');
  }
}

function numberIn(value: unknown, otherwise: number): number {
  return isObject(value) && typeof value.value === 'number' ? value.value : otherwise;
}

type Rewrite = (block: RequestBlock) => RequestBlock | undefined;

function rewrite(body: MessagesBody, change: Rewrite): MessagesBody {
  const messages = body.messages.map(({ role, content }) => ({
    role,
    content: blocksOf(content).flatMap((block) => change(block) ?? []),
  }));
  return { ...body, messages };
}

function blocksOfType(body: MessagesBody, type: string): RequestBlock[] {
  return body.messages.flatMap(({ content }) =>
    blocksOf(content).filter((block) => block.type === type),
  );
}

function clearToolUses(
  body: MessagesBody,
  edit: JsonObject,
): { body: MessagesBody; applied?: AppliedEdit } {
  const before = layOut(body).tokens;
  const uses = blocksOfType(body, 'tool_use');
  const trigger = isObject(edit.trigger) ? edit.trigger : {};
  const reached =
    trigger.type === 'tool_uses'
      ? uses.length > numberIn(trigger, 0)
      : before > numberIn(trigger, 100_000);
  if (!reached) return { body };

  const excluded = Array.isArray(edit.exclude_tools) ? edit.exclude_tools : [];
  const candidates = uses.filter(({ name }) => !excluded.includes(name));
  const keep = numberIn(edit.keep, 3);
  const cleared = candidates.slice(0, Math.max(0, candidates.length - keep));
  const ids = new Set(cleared.map(({ id }) => id));
  const inputs = edit.clear_tool_inputs;
  const clearsInput = (name: unknown) => (Array.isArray(inputs) ? inputs.includes(name) : inputs);
  const edited = rewrite(body, (block) => {
    if (block.type === 'tool_result' && ids.has(block.tool_use_id)) {
      return { ...block, content: PLACEHOLDER };
    }
    return block.type === 'tool_use' && ids.has(block.id) && clearsInput(block.name) === true
      ? { ...block, input: {} }
      : block;
  });
  const tokens = before - layOut(edited).tokens;
  if (cleared.length === 0 || tokens < numberIn(edit.clear_at_least, 0)) return { body };
  return {
    body: edited,
    applied: {
      type: 'clear_tool_uses_20250919',
      cleared_input_tokens: tokens,
      cleared_tool_uses: cleared.length,
    },
  };
}

/** An assistant turn goes on until a user message that is more than answers to its calls. */
function thinkingTurns(body: MessagesBody): RequestBlock[][] {
  const turns: RequestBlock[][] = [[]];
  for (const { role, content } of body.messages) {
    const blocks = blocksOf(content);
    if (role === 'user' && blocks.some(({ type }) => type !== 'tool_result')) turns.push([]);
    turns.at(-1)?.push(...blocks.filter(({ type }) => type.endsWith('thinking')));
  }
  return turns.filter((blocks) => blocks.length > 0);
}

function clearThinking(
  body: MessagesBody,
  edit: JsonObject,
): { body: MessagesBody; applied?: AppliedEdit } {
  const all = edit.keep === 'all' || (isObject(edit.keep) && edit.keep.type === 'all');
  const turns = thinkingTurns(body);
  const cleared = all ? [] : turns.slice(0, Math.max(0, turns.length - numberIn(edit.keep, 1)));
  if (cleared.length === 0) return { body };
  const blocks = new Set(cleared.flat());
  const edited = rewrite(body, (block) => (blocks.has(block) ? undefined : block));
  return {
    body: edited,
    applied: {
      type: 'clear_thinking_20251015',
      cleared_input_tokens: layOut(body).tokens - layOut(edited).tokens,
      cleared_thinking_turns: cleared.length,
    },
  };
}

/** Applies the edits a request asks for, before the prompt is counted and looked up in the cache. */
export function editContext(body: MessagesBody, prefix: Prefix): EditedContext {
  const management = body.context_management;
  const edits = isObject(management) && Array.isArray(management.edits) ? management.edits : [];
  if (edits.length === 0) return { prefix, applied: [] };
  const applied: AppliedEdit[] = [];
  let current = body;
  for (const edit of edits as JsonObject[]) {
    const done =
      edit.type === 'clear_thinking_20251015'
        ? clearThinking(current, edit)
        : clearToolUses(current, edit);
    current = done.body;
    if (done.applied !== undefined) applied.push(done.applied);
  }
  return { prefix: applied.length === 0 ? prefix : layOut(current), applied };
}
