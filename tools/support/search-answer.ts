import type { SymbolMatches } from '../../src/search/symbol-search.ts';
import type { FileMatches, Row, TextMatches } from '../../src/search/text-search.ts';
import { cutLine } from '../../src/text/window.ts';
import { quoted } from './short-text.ts';

/** Matching lines that are shown in all and of one file. */
export const MATCH_LIMIT = 60;
const MAX_PER_FILE = 15;
const MAX_LINE = 240;
const MAX_CHARS = 12_000;
/** Files named among those left out. */
const MAX_LEFT_FILES = 8;
const MAX_DEFINITIONS = 30;
const MAX_REFERENCES = 60;

export interface AskedText {
  readonly pattern: string;
  readonly regex: boolean;
  readonly ignoreCase?: boolean | undefined;
  readonly path: string;
  readonly glob?: string | undefined;
}

/** The answer to a search of text: matches grouped by file, what was left out and how to narrow it. */
export function textAnswer(found: TextMatches, asked: AskedText): string {
  if (found.total === 0) return nothingFound(asked);
  const rows: string[] = [];
  const left: { path: string; count: number }[] = [];
  let shown = 0;
  let chars = 0;
  for (const file of found.files) {
    const part = fileRows(file, Math.min(MAX_PER_FILE, MATCH_LIMIT - shown), MAX_CHARS - chars);
    if (part.shown > 0) rows.push(file.path, ...part.rows);
    shown += part.shown;
    chars += part.chars + file.path.length;
    if (part.shown < file.total) left.push({ path: file.path, count: file.total - part.shown });
  }
  const title = `${found.total} matching line${found.total === 1 ? '' : 's'} in ${found.files.length} file${found.files.length === 1 ? '' : 's'}`;
  return [`[${title}]`, ...rows, ...leftOut(left, asked)].join('\n');
}

function fileRows(
  file: FileMatches,
  limit: number,
  room: number,
): { rows: string[]; shown: number; chars: number } {
  const rows: string[] = [];
  let shown = 0;
  let chars = 0;
  let previous = 0;
  for (const row of file.rows) {
    const text = rowText(row);
    if ((row.column !== null && shown >= limit) || chars + text.length > room) break;
    if (row.column !== null) shown++;
    const gap = previous > 0 && row.line > previous + 1 && file.rows.some((r) => r.column === null);
    if (gap) rows.push('--');
    rows.push(text);
    chars += text.length;
    previous = row.line;
  }
  return shown === 0 ? { rows: [], shown: 0, chars: 0 } : { rows, shown, chars };
}

function rowText({ line, column, text }: Row): string {
  const cut = cutLine(text, MAX_LINE).text;
  const far = column !== null && column > MAX_LINE ? ` [match at column ${column}]` : '';
  return `${line}${column === null ? '-' : ':'} ${cut}${far}`;
}

function leftOut(left: readonly { path: string; count: number }[], asked: AskedText): string[] {
  if (left.length === 0) return [];
  const count = left.reduce((sum, file) => sum + file.count, 0);
  const most = [...left].sort((a, b) => b.count - a.count).slice(0, MAX_LEFT_FILES);
  const names = most.map((file) => `${file.path} (${file.count})`).join(', ');
  const files = left.length > most.length ? ` and ${left.length - most.length} more files` : '';
  return [
    `[${count} matching line${count === 1 ? '' : 's'} left out: ${names}${files}. ${narrower(left, asked)}]`,
  ];
}

/** Proposes the query whose answer is a part of this one. */
function narrower(left: readonly { path: string }[], asked: AskedText): string {
  if (left.length === 1 && left[0])
    return `See them with path "${left[0].path}" or a longer pattern.`;
  const folders = new Map<string, number>();
  const depth = asked.path === '.' ? 1 : asked.path.split('/').length + 1;
  for (const { path } of left) {
    const parts = path.split('/');
    const folder = parts.slice(0, Math.min(depth, parts.length - 1)).join('/');
    if (folder !== '' && folder !== asked.path) folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  const [best] = [...folders].sort((a, b) => b[1] - a[1]);
  const path = best ? `path "${best[0]}", ` : '';
  return `Narrow it: ${path}${asked.glob ? '' : 'a glob such as "*.py", '}a longer pattern, or kind "symbol" for a name.`;
}

function nothingFound({ pattern, regex, ignoreCase, path, glob }: AskedText): string {
  const where = path === '.' ? '' : ` in ${path}`;
  const hints = [
    !regex && /\\[(){}.[\]|]|\.\*|\||\\[bdsw]|^\^|\$$/.test(pattern)
      ? 'The pattern looks like a regular expression; use kind "regex" for one.'
      : '',
    ignoreCase ? '' : 'Set ignore_case.',
    'Try a shorter part of it.',
    path === '.' ? '' : 'Search the whole repository (no path).',
    glob ? `Leave out the glob ${quoted(glob)}.` : '',
  ].filter(Boolean);
  return `No match for ${quoted(pattern)}${where}; files that git ignores are not searched. ${hints.join(' ')}`;
}

/** The answer to a search of a name: definitions first, then uses grouped by file. */
export function symbolAnswer(found: SymbolMatches, name: string, path: string): string {
  const { definitions, references, skipped } = found;
  const where = path === '.' ? '' : ` in ${path}`;
  if (definitions.length === 0 && references.length === 0) {
    return `No symbol ${quoted(name)}${where}: it is neither defined nor used in a language that is understood here. Search for it with kind "text", or for a part of the name.`;
  }
  const rows = [`[${plural(definitions.length, 'definition')} of ${name}${where}]`];
  for (const definition of definitions.slice(0, MAX_DEFINITIONS)) {
    const { line, endLine, signature, container } = definition;
    const place = endLine > line ? `${line}-${endLine}` : `${line}`;
    rows.push(`${definition.path}:${place}: ${signature}${container ? ` [in ${container}]` : ''}`);
  }
  if (definitions.length > MAX_DEFINITIONS) {
    rows.push(
      `(${definitions.length - MAX_DEFINITIONS} more definitions; name the class, as in Outer.${name}, or a path)`,
    );
  }
  const files = new Set(references.map((reference) => reference.path));
  rows.push(`[used on ${plural(references.length, 'line')} in ${plural(files.size, 'file')}]`);
  let current = '';
  for (const reference of references.slice(0, MAX_REFERENCES)) {
    if (reference.path !== current) rows.push(reference.path);
    current = reference.path;
    rows.push(`${reference.line}: ${cutLine(reference.text, MAX_LINE).text}`);
  }
  const left = references.length - MAX_REFERENCES;
  if (left > 0) rows.push(`[${left} more uses left out. Narrow it with \`path\` or \`glob\`.]`);
  if (skipped > 0) {
    rows.push(
      `[${skipped} more files hold the name and were not looked into. Narrow it with \`path\` or \`glob\`.]`,
    );
  }
  return rows.join('\n');
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
