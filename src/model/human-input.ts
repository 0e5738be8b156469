import type { ToolSchema } from './model.ts';

export type HumanInput =
  | { readonly kind: 'action'; readonly tool: string; readonly input: Record<string, unknown> }
  | { readonly kind: 'help' }
  /** The text is not complete yet: another line belongs to it. */
  | { readonly kind: 'more' }
  | { readonly kind: 'error'; readonly text: string };

/**
 * Reads what a person typed so far, one or more lines, as one action. Forms: `view src/a.py 10`, `bash ls -la`,
 * `edit path=src/a.py ...`, `{"tool": "view", "input": {...}}`, and texts of several lines behind `<<END`, as in
 * a shell: `create src/a.py <<END`, then the lines, then `END`.
 */
export function parseHumanInput(typed: string, tools: readonly ToolSchema[]): HumanInput {
  const text = typed.trim();
  if (text === '') return { kind: 'error', text: 'type a tool, or help' };
  if (text === 'help' || text === '?') return { kind: 'help' };
  if (text.startsWith('{')) return parseJson(typed, tools);
  const [first = '', ...lines] = typed.replace(/\r\n/g, '\n').split('\n');
  const { line, marks } = splitMarks(first);
  const bodies = readBodies(marks, lines);
  if (bodies === null) return { kind: 'more' };
  const [name = '', ...rest] = line.trim().split(/\s+/);
  const tool = tools.find((candidate) => candidate.name === name);
  if (!tool) return noTool(name, tools);
  const after = line.trim().slice(name.length).trim();
  return assign(tool, rest.length === 0 ? '' : after, bodies);
}

function parseJson(typed: string, tools: readonly ToolSchema[]): HumanInput {
  let value: unknown;
  try {
    value = JSON.parse(typed);
  } catch (error) {
    if (!/\n\s*\n$|\n$/.test(typed)) return { kind: 'more' };
    return { kind: 'error', text: `that is no JSON: ${(error as Error).message}` };
  }
  const { tool, input = {} } = value as { tool?: unknown; input?: unknown };
  if (typeof tool !== 'string' || typeof input !== 'object' || input === null) {
    return { kind: 'error', text: 'as JSON an action is {"tool": "NAME", "input": {...}}' };
  }
  if (!tools.some(({ name }) => name === tool)) return noTool(tool, tools);
  return { kind: 'action', tool, input: input as Record<string, unknown> };
}

function noTool(name: string, tools: readonly ToolSchema[]): HumanInput {
  const names = tools.map((tool) => tool.name).join(', ');
  return {
    kind: 'error',
    text: `there is no tool ${JSON.stringify(name)}; the tools are: ${names}`,
  };
}

function splitMarks(first: string): { line: string; marks: string[] } {
  const found = /(?:\s+<<\w+)+\s*$/.exec(first);
  if (!found) return { line: first, marks: [] };
  return {
    line: first.slice(0, found.index),
    marks: [...found[0].matchAll(/<<(\w+)/g)].map((m) => m[1] ?? ''),
  };
}

/** @returns the text of each mark, its last newline kept; null when an end is still missing */
function readBodies(marks: readonly string[], lines: readonly string[]): string[] | null {
  const bodies: string[] = [];
  let at = 0;
  for (const mark of marks) {
    const end = lines.indexOf(mark, at);
    if (end === -1) return null;
    bodies.push(
      lines
        .slice(at, end)
        .map((line) => `${line}\n`)
        .join(''),
    );
    at = end + 1;
  }
  return bodies;
}

interface Property {
  readonly name: string;
  readonly schema: Record<string, unknown>;
}

/** @returns the properties of a tool's input, required ones first */
export function propertiesOf(tool: ToolSchema): readonly (Property & { required: boolean })[] {
  const { properties = {}, required = [] } = tool.inputSchema as {
    properties?: Record<string, Record<string, unknown>>;
    required?: readonly string[];
  };
  const all = Object.entries(properties).map(([name, schema]) => ({
    name,
    schema,
    required: required.includes(name),
  }));
  return [...all.filter((p) => p.required), ...all.filter((p) => !p.required)];
}

/** Words go to the properties in order; `name=value` names one; a `command` takes the whole rest of the line. */
function assign(tool: ToolSchema, line: string, bodies: readonly string[]): HumanInput {
  const properties = propertiesOf(tool);
  const input: Record<string, unknown> = {};
  const [only] = properties;
  if (only?.name === 'command' && line !== '') {
    input[only.name] = line;
  } else {
    const left = [...properties];
    for (const word of wordsOf(line)) {
      const named = /^(\w+)=(.*)$/s.exec(word);
      const index = named ? left.findIndex(({ name }) => name === named[1]) : 0;
      const property = index === -1 ? left[0] : left[index];
      if (property === undefined) {
        return { kind: 'error', text: `${tool.name} takes at most ${properties.length} values` };
      }
      input[property.name] = typedValue(
        named && index !== -1 ? (named[2] ?? '') : word,
        property.schema,
      );
      left.splice(left.indexOf(property), 1);
    }
  }
  const free = properties.filter(({ name }) => !(name in input));
  for (const [i, body] of bodies.entries()) {
    const property = free[i];
    if (property === undefined) {
      return { kind: 'error', text: `${tool.name} has no value left for the text behind <<` };
    }
    input[property.name] = body;
  }
  return { kind: 'action', tool: tool.name, input };
}

function wordsOf(line: string): string[] {
  const words = line.matchAll(/(?:[^\s"']+|"(?:[^"\\]|\\.)*"|'[^']*')+/g);
  return [...words].map(([word]) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
      double === undefined ? (single ?? '') : double.replace(/\\(.)/g, '$1'),
    ),
  );
}

/** A word becomes what the schema asks for where it can; the tool's own check tells of the rest. */
function typedValue(word: string, schema: Record<string, unknown>): unknown {
  const wants = (type: string): boolean =>
    schema.type === type ||
    (Array.isArray(schema.anyOf) &&
      schema.anyOf.some((one) => (one as Property['schema']).type === type));
  if ((wants('integer') || wants('number')) && /^-?\d+(\.\d+)?$/.test(word)) return Number(word);
  if (wants('boolean') && /^(true|false)$/.test(word)) return word === 'true';
  if (/^[[{]/.test(word) && !wants('string')) {
    try {
      return JSON.parse(word);
    } catch {
      return word;
    }
  }
  return wants('array') ? word.split(',') : word;
}
