import type { Command } from './command.ts';
import type { ToolCall } from './schema.ts';

type Args = Readonly<Record<string, unknown>>;

/** Reads a call in OpenAI's shape, with the argument names of SWE-agent's tool bundles. */
export function commandOfCall(call: ToolCall): Command | null {
  return commandOf(call.function.name, parseArguments(call.function.arguments));
}

/** @returns the arguments; empty when they are no JSON object */
export function parseArguments(value: string | Args | null | undefined): Args {
  if (typeof value === 'object' && value !== null) return value;
  try {
    const parsed: unknown = JSON.parse(value ?? '{}');
    return typeof parsed === 'object' && parsed !== null ? (parsed as Args) : {};
  } catch {
    return {};
  }
}

/** @returns null for a tool that SWE-agent does not have */
export function commandOf(name: string, args: Args): Command | null {
  const text = (key: string) => (args[key] === undefined ? undefined : String(args[key] ?? ''));
  const number = (key: string) => {
    const value = Number(args[key] ?? Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  switch (name) {
    case 'bash':
    case 'execute_bash':
      return { kind: 'bash', command: text('command') ?? '' };
    case 'open':
      return { kind: 'open', path: text('path'), line: number('line_number') };
    case 'goto':
      return { kind: 'goto', line: number('line_number') ?? 1 };
    case 'scroll_up':
    case 'scroll_down':
      return { kind: 'scroll' };
    case 'create':
      return { kind: 'create', path: text('filename') ?? '' };
    case 'set_cursors':
      return {
        kind: 'setCursors',
        start: number('start_line') ?? 1,
        end: number('end_line') ?? 1,
      };
    case 'edit':
      return editOf(args, text, number);
    case 'insert':
      return { kind: 'insert', text: text('text') ?? '', line: number('line') };
    case 'find_file':
      return { kind: 'findFile', name: text('file_name') ?? '', dir: text('dir') };
    case 'search_dir':
      return { kind: 'searchDir', term: text('search_term') ?? '', dir: text('dir') };
    case 'search_file':
      return { kind: 'searchFile', term: text('search_term') ?? '', file: text('file') };
    case 'filemap':
      return { kind: 'filemap', path: text('file_path') ?? '' };
    case 'str_replace_editor':
    case 'str_replace_based_edit_tool':
      return {
        kind: 'editor',
        input: {
          command: text('command') ?? 'view',
          path: text('path') ?? '',
          file_text: text('file_text'),
          old_str: text('old_str'),
          new_str: text('new_str'),
          insert_line: number('insert_line'),
          view_range: rangeOf(args.view_range),
        },
      };
    case 'submit':
    case 'finish':
      return { kind: 'submit' };
    default:
      return null;
  }
}

function editOf(
  args: Args,
  text: (key: string) => string | undefined,
  number: (key: string) => number | undefined,
): Command {
  const search = text('search');
  if (search !== undefined) {
    const all = args['replace-all'] ?? args.replace_all;
    return {
      kind: 'editReplace',
      search,
      replace: text('replace') ?? '',
      all: all !== undefined && all !== null && String(all) !== '',
    };
  }
  const replacement = (text('replacement_text') ?? '').replace(/\n$/, '');
  const lines = replacement === '' ? [] : replacement.split('\n');
  const start = number('start_line');
  const end = number('end_line');
  if (start !== undefined && end !== undefined) {
    return { kind: 'editRange', start, end, lines };
  }
  const whole = text('text');
  return whole === undefined ? { kind: 'editCursors', lines } : { kind: 'editWindow', text: whole };
}

function rangeOf(value: unknown): number[] | undefined {
  const parsed = typeof value === 'string' ? parseList(value) : value;
  if (!Array.isArray(parsed)) return undefined;
  const numbers = parsed.map(Number);
  return numbers.every(Number.isInteger) ? numbers : undefined;
}

function parseList(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
