import { jsonrepair } from 'jsonrepair';
import * as z from 'zod';
import { renderPrompt } from '../agent/prompt.ts';
import type { Observation } from '../trajectory/event.ts';
import type { ToolSchema } from './model.ts';

/**
 * How a model without tool calling calls tools all the same: the schemas stand in the system prompt, and each message
 * has one call as JSON in a fenced block.
 */
export type TextCall =
  | {
      readonly kind: 'call';
      readonly tool: string;
      readonly input: unknown;
      /** Where the call ends in the message; small models go on and make the result up. */
      readonly end: number;
    }
  /** The message calls nothing. */
  | { readonly kind: 'none' }
  /** What is wrong with the call, for the model to read. */
  | { readonly kind: 'wrong'; readonly text: string };

/** @returns the system prompt with the tools and the form of a call behind it */
export function withToolsAsText(system: string, tools: readonly ToolSchema[]): string {
  return `${system}\n\n${renderPrompt('text-protocol', { tools: toolsAsText(tools) })}`;
}

/** @returns names, descriptions and schemas of the tools for a prompt */
export function toolsAsText(tools: readonly ToolSchema[]): string {
  return tools
    .map(({ name, description, inputSchema }) =>
      [`### ${name}`, description, `Input: ${JSON.stringify(inputSchema)}`].join('\n'),
    )
    .join('\n\n');
}

/** @returns a call in the form that the model is asked for */
export function callAsText(tool: string, input: unknown): string {
  return `\`\`\`json\n${JSON.stringify({ tool, input })}\n\`\`\``;
}

/** @returns the answers to a message's calls as the next user message */
export function observationsAsText(observations: readonly Observation[]): string {
  return observations
    .map(({ text, isError }) => `${isError ? 'The call failed' : 'The call returned'}:\n${text}`)
    .join('\n\n');
}

/**
 * Finds the call in a message, leniently: any fence, `<tool_call>` tags or the bare object, slightly broken JSON,
 * `name` and `arguments` for `tool` and `input`. A block that is not closed is never run: it may be cut.
 */
export function parseTextCall(message: string, tools: readonly ToolSchema[]): TextCall {
  const { closed, open } = blocksOf(message);
  let wrong: TextCall | undefined;
  for (const { body, end } of closed) {
    const value = lenientJson(body);
    const call = callOf(value, tools);
    if (call !== undefined) {
      const problem = problemOf(call, tools);
      return problem === undefined
        ? { kind: 'call', ...call, end }
        : { kind: 'wrong', text: problem };
    }
    if (value === undefined && looksLikeCall(body)) {
      wrong ??= { kind: 'wrong', text: 'The call is no JSON. Send it again as one JSON object.' };
    }
  }
  if (wrong) return wrong;
  return open !== null && looksLikeCall(open)
    ? { kind: 'wrong', text: 'The call was not complete. Send it again, whole and shorter.' }
    : { kind: 'none' };
}

const OPENING = /^[ \t]*(`{3,}|~{3,}|<tool_call>|<function_call>)/;

interface Block {
  readonly body: string;
  /** Offset in the message behind the block. */
  readonly end: number;
}

/** @returns all closed blocks, and the body of the last one when it is not closed */
function blocksOf(message: string): { closed: Block[]; open: string | null } {
  const closed: Block[] = [];
  let mark = '';
  let from: number | null = null;
  let at = 0;
  for (const line of message.split(/(?<=\n)/)) {
    const start = at;
    at += line.length;
    let rest = start;
    if (from === null) {
      const opening = OPENING.exec(line)?.[1];
      if (opening === undefined) continue;
      const isTag = opening.startsWith('<');
      mark = isTag ? opening.replace('<', '</') : opening;
      rest = isTag ? start + line.indexOf(opening) + opening.length : at;
      from = rest;
      if (!isTag) continue;
    }
    const end = mark.startsWith('<') ? message.slice(rest, at).indexOf(mark) : 0;
    if (end === -1 || (!mark.startsWith('<') && line.trim() !== mark)) continue;
    closed.push({ body: message.slice(from, rest + end), end: at });
    from = null;
  }
  const whole = message.trim();
  const isBare = whole.startsWith('{');
  if (isBare && whole.endsWith('}')) closed.push({ body: whole, end: message.length });
  const open = from === null ? (isBare ? whole : null) : message.slice(from);
  return { closed, open };
}

function looksLikeCall(body: string): boolean {
  return /["']?(tool|name|function)["']?\s*:/.test(body);
}

function lenientJson(text: string): unknown {
  for (const read of [JSON.parse, (broken: string) => JSON.parse(jsonrepair(broken))]) {
    try {
      return read(text);
    } catch {
      // The next way may succeed.
    }
  }
  return undefined;
}

interface Call {
  readonly tool: string;
  readonly input: unknown;
}

/** An object that merely has a `name`, such as a package.json that the model quotes, is no call. */
function callOf(value: unknown, tools: readonly ToolSchema[]): Call | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { function: inner, ...outer } = value as Record<string, unknown>;
  const fields = typeof inner === 'object' && inner !== null ? (inner as typeof outer) : outer;
  const tool = fields.tool ?? fields.name ?? inner;
  if (typeof tool !== 'string') return undefined;
  const given = fields.input ?? fields.arguments ?? fields.parameters;
  const isMeant =
    'tool' in fields || given !== undefined || tools.some(({ name }) => name === tool);
  if (!isMeant) return undefined;
  const input = given ?? {};
  return { tool, input: typeof input === 'string' ? (lenientJson(input) ?? input) : input };
}

function problemOf(call: Call, tools: readonly ToolSchema[]): string | undefined {
  const tool = tools.find(({ name }) => name === call.tool);
  if (tool === undefined) {
    const names = tools.map(({ name }) => name).join(', ');
    return `There is no tool named ${JSON.stringify(call.tool)}. The tools are: ${names}.`;
  }
  const schema = z.fromJSONSchema(tool.inputSchema as z.core.JSONSchema.JSONSchema);
  const checked = schema.safeParse(call.input);
  if (checked.success) return undefined;
  return `The input of ${call.tool} is wrong:\n${z.prettifyError(checked.error)}\nSend the call again with the input corrected.`;
}
