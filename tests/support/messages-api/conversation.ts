import { invalid } from './errors.ts';
import {
  checkCacheControl,
  join,
  optional,
  refuseExtra,
  requireArray,
  requireObject,
  requireOneOf,
  requireString,
  requireTag,
} from './fields.ts';
import type { JsonObject } from './request.ts';

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  text: ['type', 'text', 'cache_control', 'citations'],
  image: ['type', 'source', 'cache_control', 'transformations'],
  document: ['type', 'source', 'cache_control', 'citations', 'context', 'title'],
  search_result: ['type', 'content', 'source', 'title', 'cache_control', 'citations'],
  thinking: ['type', 'thinking', 'signature'],
  redacted_thinking: ['type', 'data'],
  tool_use: ['type', 'id', 'name', 'input', 'cache_control', 'caller', 'toolset_name'],
  tool_result: ['type', 'tool_use_id', 'content', 'is_error', 'cache_control', 'toolset_name'],
};

const RESULT_CONTENT = ['text', 'image', 'document', 'search_result'];

/** Whose messages a block may stand in, for the blocks that are not everyone's. */
const OWNER: Readonly<Record<string, 'user' | 'assistant'>> = {
  tool_result: 'user',
  image: 'user',
  document: 'user',
  search_result: 'user',
  tool_use: 'assistant',
  thinking: 'assistant',
  redacted_thinking: 'assistant',
};

function checkText(block: JsonObject, path: string): void {
  const text = requireString(block, 'text', path);
  const cached = block.cache_control !== undefined && block.cache_control !== null;
  if (text === '' && cached) {
    invalid(join(path, 'text'), 'cache_control cannot be set for empty text blocks');
  }
  if (text === '') invalid('messages', 'text content blocks must be non-empty');
  if (text.trim() === '') {
    invalid('messages', 'text content blocks must contain non-whitespace text');
  }
}

function checkToolUse(block: JsonObject, path: string): void {
  const id = requireString(block, 'id', path);
  if (!/^[a-zA-Z0-9_-]+$/.test(id)) {
    invalid(join(path, 'id'), "String should match pattern '^[a-zA-Z0-9_-]+$'");
  }
  const name = requireString(block, 'name', path);
  if (name.length < 1 || name.length > 200) {
    invalid(join(path, 'name'), 'String should have at most 200 characters');
  }
  if (block.input === undefined) invalid(join(path, 'input'), 'Field required');
  requireObject(block.input, join(path, 'input'));
}

function checkToolResult(block: JsonObject, path: string): void {
  requireString(block, 'tool_use_id', path);
  optional(block, 'is_error', path, 'boolean');
  const content = block.content;
  if (content === undefined || typeof content === 'string') return;
  requireArray(content, join(path, 'content')).forEach((value, i) => {
    checkBlock(value, join(join(path, 'content'), i), RESULT_CONTENT);
  });
}

function checkBlock(value: unknown, path: string, tags: readonly string[]): void {
  const block = requireObject(value, path);
  const type = requireTag(block, tags, path);
  const at = join(path, type);
  refuseExtra(block, FIELDS[type] ?? [], at);
  checkCacheControl(block.cache_control, join(at, 'cache_control'));
  if (type === 'text') checkText(block, path);
  if (type === 'thinking') {
    requireString(block, 'thinking', at);
    requireString(block, 'signature', at);
  }
  if (type === 'redacted_thinking') requireString(block, 'data', at);
  if (type === 'tool_use') checkToolUse(block, at);
  if (type === 'tool_result') checkToolResult(block, at);
  if (type === 'image' || type === 'document') requireObject(block.source, join(at, 'source'));
}

interface Placed {
  readonly block: JsonObject;
  /** `messages.{i}.content.{j}` */
  readonly path: string;
  /** `messages.{i}` */
  readonly message: string;
}

interface Merged {
  readonly role: string;
  readonly blocks: Placed[];
}

function checkMessages(body: JsonObject): Merged[] {
  const messages = requireArray(body.messages, 'messages');
  if (messages.length === 0) invalid('messages', 'at least one message is required');
  const merged: Merged[] = [];
  messages.forEach((value, i) => {
    const path = `messages.${i}`;
    const message = requireObject(value, path);
    refuseExtra(message, ['role', 'content'], path);
    requireOneOf(message.role, ['user', 'assistant', 'system'], `${path}.role`);
    const role = String(message.role);
    if (i === 0 && role !== 'user') {
      invalid('messages', 'first message must use the "user" role');
    }
    const { content } = message;
    if (content === undefined) invalid(`${path}.content`, 'Field required');
    if (content === '' || (Array.isArray(content) && content.length === 0)) {
      invalid(
        path,
        'all messages must have non-empty content except for the optional final assistant message',
      );
    }
    if (typeof content === 'string' && content.trim() === '') {
      invalid('messages', 'text content blocks must contain non-whitespace text');
    }
    const values =
      typeof content === 'string'
        ? [{ type: 'text', text: content }]
        : requireArray(content, `${path}.content`);
    const tags = role === 'system' ? ['text'] : Object.keys(FIELDS);
    const blocks = values.map((block, j): Placed => {
      const at = `${path}.content.${j}`;
      checkBlock(block, at, tags);
      const checked = block as JsonObject;
      const owner = OWNER[String(checked.type)];
      if (owner !== undefined && owner !== role) {
        invalid(path, `\`${String(checked.type)}\` blocks can only be in \`${owner}\` messages`);
      }
      return { block: checked, path: at, message: path };
    });
    const last = merged.at(-1);
    if (last?.role === role) last.blocks.push(...blocks);
    else merged.push({ role, blocks });
  });
  return merged;
}

const ofType = (message: Merged | undefined, type: string): readonly Placed[] =>
  message?.blocks.filter(({ block }) => block.type === type) ?? [];

/** Every call is answered at the head of the very next message, and nothing else is. */
function checkPairs(merged: readonly Merged[]): void {
  const seen = new Set<unknown>();
  merged.forEach((message, i) => {
    const calls = message.role === 'assistant' ? ofType(message, 'tool_use') : [];
    for (const { block, path } of calls) {
      if (seen.has(block.id)) invalid(path, '`tool_use` ids must be unique');
      seen.add(block.id);
    }
    const next = merged[i + 1];
    const end = next?.blocks.findIndex(({ block }) => block.type !== 'tool_result') ?? 0;
    const head = end === -1 ? next?.blocks : next?.blocks.slice(0, end);
    const answered = new Set(head?.map(({ block }) => block.tool_use_id));
    const open = calls.filter(({ block }) => !answered.has(block.id));
    if (open.length > 0) {
      invalid(
        open[0]?.message ?? '',
        `\`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open
          .map(({ block }) => String(block.id))
          .join(
            ', ',
          )}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    }

    const asked = new Set(ofType(merged[i - 1], 'tool_use').map(({ block }) => block.id));
    const results = new Set<unknown>();
    for (const { block, path } of ofType(message, 'tool_result')) {
      const id = block.tool_use_id;
      if (!asked.has(id)) {
        invalid(
          path,
          `unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${String(id)}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
        );
      }
      if (results.has(id)) {
        invalid(
          path,
          `each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${String(id)}`,
        );
      }
      results.add(id);
    }
  });
}

/** With a thinking budget, the turn whose tools were just answered must begin with its thinking. */
function checkThinkingFirst(body: JsonObject, merged: readonly Merged[]): void {
  const thinking = body.thinking as JsonObject | undefined;
  if (thinking?.type !== 'enabled') return;
  const last = merged.at(-1);
  const turn = last?.role === 'assistant' ? last : merged.at(-2);
  if (turn !== last && ofType(last, 'tool_result').length === 0) return;
  const first = turn?.blocks[0];
  const type = String(first?.block.type);
  if (first === undefined || type === 'thinking' || type === 'redacted_thinking') return;
  invalid(
    `${first.path}.type`,
    `Expected \`thinking\` or \`redacted_thinking\`, but found \`${type}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceding the lastmost set of \`tool_use\` and \`tool_result\` blocks).`,
  );
}

/** @throws {ApiError} the first rule of `messages` broken */
export function checkConversation(body: JsonObject): void {
  const merged = checkMessages(body);
  checkPairs(merged);
  checkThinkingFirst(body, merged);
  const usesTools = merged.some(
    (message) => ofType(message, 'tool_use').length + ofType(message, 'tool_result').length > 0,
  );
  if (usesTools && body.tools === undefined) {
    invalid('', 'Requests which include `tool_use` or `tool_result` blocks must define tools');
  }
}
