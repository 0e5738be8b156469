import { createHash } from 'node:crypto';
import { invalid } from './errors.ts';
import {
  blocksOf,
  type CacheControl,
  isObject,
  type JsonObject,
  type MessagesBody,
  type RequestBlock,
} from './request.ts';

/** One block of the prompt in the order in which the service reads it: tools, system, messages. */
export interface Position {
  readonly section: 'tools' | 'system' | 'messages';
  readonly path: string;
  readonly block: JsonObject;
  /** Hash of everything up to and including this block, cache marks left out. */
  readonly hash: string;
  /** Hash of everything before this block. */
  readonly before: string;
  readonly tokens: number;
  readonly mark: CacheControl | undefined;
  /** A mark may stand here: thinking blocks take none. */
  readonly cacheable: boolean;
}

export interface Prefix {
  readonly positions: readonly Position[];
  readonly toolsHash: string;
  readonly systemHash: string;
  /** Hash of the whole prompt. */
  readonly hash: string;
  readonly tokens: number;
}

/** An estimate as good as any for a simulation: four bytes a token, three tokens a block. */
export function estimateTokens(rendered: string): number {
  return Math.ceil(Buffer.byteLength(rendered) / 4) + 3;
}

export function chain(previous: string, role: string, rendered: string): string {
  return createHash('sha256')
    .update(previous)
    .update(`\n${role}\n`)
    .update(rendered)
    .digest('base64url');
}

/** What of a block reaches the model. The order of keys in a tool's input does: it is part of the prompt's text. */
function essence(block: JsonObject): JsonObject {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'tool_use': {
      const { id, name, input } = block;
      return { type: 'tool_use', id, name, input };
    }
    case 'tool_result': {
      const content = (block.content ?? []) as string | readonly RequestBlock[];
      return {
        type: 'tool_result',
        tool_use_id: block.tool_use_id,
        is_error: block.is_error === true,
        content: blocksOf(content).map(essence),
      };
    }
    default: {
      const { cache_control: _, ...rest } = block;
      return rest;
    }
  }
}

/** The text by which two blocks are the same or not. */
export function render(block: JsonObject): string {
  return JSON.stringify(essence(block));
}

function marksOf(block: JsonObject): CacheControl[] {
  const own = isObject(block.cache_control) ? [block.cache_control as never] : [];
  const content = block.type === 'tool_result' ? block.content : undefined;
  const inner = Array.isArray(content) ? content.filter(isObject).flatMap(marksOf) : [];
  return [...own, ...inner];
}

/**
 * Lays a request out as the list of its blocks with their running hashes.
 *
 * @throws {ApiError} for more than four cache marks, or a longer-lived mark after a shorter-lived one
 */
export function layOut(body: MessagesBody): Prefix {
  const positions: Position[] = [];
  let hash = '';
  let marks = 0;
  const add = (section: Position['section'], role: string, block: JsonObject, path: string) => {
    const rendered = section === 'tools' ? JSON.stringify(withoutMark(block)) : render(block);
    const before = hash;
    hash = chain(hash, role, rendered);
    const own = marksOf(block);
    marks += own.length;
    const type = block.type;
    positions.push({
      section,
      path,
      block,
      before,
      hash,
      tokens: estimateTokens(rendered),
      mark: own.at(-1),
      cacheable: type !== 'thinking' && type !== 'redacted_thinking',
    });
  };
  body.tools?.forEach((tool, i) => {
    add('tools', 'tools', tool, `tools.${i}`);
  });
  const toolsHash = hash;
  blocksOf(body.system ?? []).forEach((block, i) => {
    add('system', 'system', block, `system.${i}`);
  });
  const systemHash = chain(
    '',
    'system',
    blocksOf(body.system ?? [])
      .map(render)
      .join('\n'),
  );
  body.messages.forEach(({ role, content }, i) => {
    blocksOf(content).forEach((block, j) => {
      add('messages', role, block, `messages.${i}.content.${j}`);
    });
  });
  const marked = withAutomaticMark(positions, body.cache_control ?? undefined, marks);
  checkOrder(marked);
  const tokens = positions.reduce((sum, position) => sum + position.tokens, 0);
  return { positions: marked, toolsHash, systemHash, hash, tokens };
}

function withoutMark(block: JsonObject): JsonObject {
  const { cache_control: _, ...rest } = block;
  return rest;
}

/** A top-level mark stands for one on the last block that takes it, and counts like one. */
function withAutomaticMark(
  positions: readonly Position[],
  automatic: CacheControl | undefined,
  marks: number,
): readonly Position[] {
  const target = positions.findLastIndex(({ cacheable }) => cacheable);
  const added = automatic !== undefined && positions[target]?.mark === undefined ? 1 : 0;
  if (marks + added > 4) {
    invalid(
      '',
      `A maximum of 4 blocks with cache_control may be provided. Found ${marks + added}.`,
    );
  }
  return added === 0
    ? positions
    : positions.map((position, i) => (i === target ? { ...position, mark: automatic } : position));
}

function checkOrder(positions: readonly Position[]): void {
  let short = false;
  for (const { mark, path } of positions) {
    if (mark === undefined) continue;
    if (mark.ttl !== '1h') short = true;
    else if (short) {
      invalid(
        `${path}.cache_control.ttl`,
        "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
      );
    }
  }
}
