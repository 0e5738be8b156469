import { type ParseEntry, parse } from 'shell-quote';

/** What SWE-agent's model asked for, with its shell quoting taken off. */
export type Command =
  | {
      readonly kind: 'open';
      readonly path?: string | undefined;
      readonly line?: number | undefined;
    }
  | { readonly kind: 'goto'; readonly line: number }
  | { readonly kind: 'scroll' }
  | { readonly kind: 'create'; readonly path: string }
  | {
      readonly kind: 'editRange';
      readonly start: number;
      readonly end: number;
      readonly lines: readonly string[];
    }
  | { readonly kind: 'setCursors'; readonly start: number; readonly end: number }
  | { readonly kind: 'editCursors'; readonly lines: readonly string[] }
  | {
      readonly kind: 'editReplace';
      readonly search: string;
      readonly replace: string;
      readonly all: boolean;
    }
  | { readonly kind: 'editWindow'; readonly text: string }
  | { readonly kind: 'insert'; readonly text: string; readonly line?: number | undefined }
  | { readonly kind: 'findFile'; readonly name: string; readonly dir?: string | undefined }
  | { readonly kind: 'searchDir'; readonly term: string; readonly dir?: string | undefined }
  | { readonly kind: 'searchFile'; readonly term: string; readonly file?: string | undefined }
  | { readonly kind: 'filemap'; readonly path: string }
  | { readonly kind: 'editor'; readonly input: EditorInput }
  | { readonly kind: 'submit' }
  | { readonly kind: 'bash'; readonly command: string };

/** The input of Anthropic's `str_replace_editor`. */
export interface EditorInput {
  readonly command: string;
  readonly path: string;
  readonly file_text?: string | undefined;
  readonly old_str?: string | undefined;
  readonly new_str?: string | undefined;
  readonly insert_line?: number | undefined;
  readonly view_range?: readonly number[] | undefined;
}

/**
 * Reads one action of a `.traj` file. Whatever is none of SWE-agent's own commands is a command line of bash.
 *
 * @param action as recorded; a multi-line edit ends with `end_of_edit`
 */
export function parseCommand(action: string): Command {
  const bash: Command = { kind: 'bash', command: action.replace(/\n$/, '') };
  const block = parseEditBlock(action);
  if (block) return block;
  if (!OWN_COMMANDS.test(action)) return bash;
  const words = shellWords(action.trim());
  if (!words) return bash;
  const [name = '', ...rest] = words;
  return fromWords(name, rest) ?? bash;
}

const OWN_COMMANDS =
  /^\s*(open|goto|scroll_up|scroll_down|create|edit|insert|set_cursors|find_file|search_dir|search_file|filemap|str_replace_editor|submit)(\s|$)/;

/** `edit 3:5` or a bare `edit`, the new lines, `end_of_edit`; also with a here-document's marker. */
function parseEditBlock(action: string): Command | null {
  const match = /^edit(?:[ \t]+(\d+):(\d+)[^\n]*|[ \t]*(?:<<[^\n]*)?)\n([\s\S]*)$/.exec(
    action.trimStart(),
  );
  if (!match) return null;
  const [, start, end, body = ''] = match;
  const stop = /(^|\n)end_of_edit[ \t]*\n?\s*$/.exec(body);
  const text = stop ? body.slice(0, stop.index) : body.replace(/\n$/, '');
  const lines = stop?.index === 0 && stop[1] === '' ? [] : text.split('\n');
  if (start === undefined || end === undefined) return { kind: 'editCursors', lines };
  return { kind: 'editRange', start: Number(start), end: Number(end), lines };
}

/** @returns the words of one simple command; null when the shell would do more with it (pipes, lists, redirections) */
function shellWords(line: string): string[] | null {
  const entries: ParseEntry[] = parse(line, (name) => `$${name}`);
  const words: string[] = [];
  for (const entry of entries) {
    if (typeof entry === 'string') words.push(entry);
    else if ('pattern' in entry) words.push(entry.pattern);
    else return null;
  }
  return words;
}

function fromWords(name: string, words: readonly string[]): Command | null {
  const [first, second, third] = words;
  switch (name) {
    case 'open':
      return { kind: 'open', path: first, line: toNumber(second) };
    case 'goto':
      return first === undefined ? null : { kind: 'goto', line: Number(first) };
    case 'scroll_up':
    case 'scroll_down':
      return { kind: 'scroll' };
    case 'create':
      return first === undefined ? null : { kind: 'create', path: first };
    case 'set_cursors':
      return { kind: 'setCursors', start: Number(first), end: Number(second) };
    case 'edit':
      if (first === undefined) return null;
      if (second === undefined) return { kind: 'editWindow', text: first };
      // Their command line reads any third word as true, also `False`.
      return { kind: 'editReplace', search: first, replace: second, all: (third ?? '') !== '' };
    case 'insert':
      return first === undefined ? null : { kind: 'insert', text: first, line: toNumber(second) };
    case 'find_file':
      return first === undefined ? null : { kind: 'findFile', name: first, dir: second };
    case 'search_dir':
      return first === undefined ? null : { kind: 'searchDir', term: first, dir: second };
    case 'search_file':
      return first === undefined ? null : { kind: 'searchFile', term: first, file: second };
    case 'filemap':
      return first === undefined ? null : { kind: 'filemap', path: first };
    case 'str_replace_editor':
      return editorFromWords(words);
    case 'submit':
      // With an argument it hands in an answer (a captured flag), not a patch.
      return first === undefined || first === '-f' ? { kind: 'submit' } : null;
    default:
      return null;
  }
}

function editorFromWords(words: readonly string[]): Command | null {
  const [command, path, ...options] = words;
  if (command === undefined || path === undefined) return null;
  const values = new Map<string, string[]>();
  let key = '';
  for (const word of options) {
    const option = /^--(file_text|old_str|new_str|insert_line|view_range)$/.exec(word)?.[1];
    if (option !== undefined && !(key && values.get(key)?.length === 0)) {
      key = option;
      values.set(key, []);
    } else values.get(key)?.push(word);
  }
  const text = (name: string) => values.get(name)?.join(' ');
  const range = values.get('view_range')?.map(Number);
  return {
    kind: 'editor',
    input: {
      command,
      path,
      file_text: text('file_text'),
      old_str: text('old_str'),
      new_str: text('new_str'),
      insert_line: toNumber(text('insert_line')),
      view_range: range,
    },
  };
}

function toNumber(word: string | undefined): number | undefined {
  return word !== undefined && /^-?\d+$/.test(word) ? Number(word) : undefined;
}
