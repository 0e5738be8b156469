import { basename, extname } from 'node:path';
import type { LinedText } from '../text/lines.ts';
import { lineAt } from '../text/lines.ts';
import { type Definition, definitionsOf } from './definitions.ts';
import { languageOf } from './languages.ts';
import { parse } from './parser.ts';

/** One line of an outline. */
export interface OutlineEntry {
  /** From 1. */
  readonly line: number;
  /** Last line of what it heads; the line itself when not known. */
  readonly endLine: number;
  readonly depth: number;
  readonly text: string;
}

/** An outline of more entries leaves out its deepest ones. */
export const MAX_ENTRIES = 250;
const MAX_TEXT = 160;

/**
 * The skeleton of a file: signatures with line numbers, by its grammar, or the lines of least indentation
 * (headings in Markdown) for a file without one.
 *
 * @returns no entry for a text without structure
 */
export async function outlineOf(path: string, lined: LinedText): Promise<OutlineEntry[]> {
  const language = languageOf(path);
  const tree = language && (await parse(language, lined.text));
  const entries = tree
    ? definitionsOf(tree, language).filter(isOutlined).map(entryOf)
    : byShape(path, lined);
  return shallowest(entries.length > 0 ? entries : byIndentation(lined));
}

/** Functions inside functions and one-line variables inside others are detail. */
function isOutlined(definition: Definition): boolean {
  return definition.depth === 0 || definition.kind !== 'variable';
}

function entryOf(definition: Definition): OutlineEntry {
  const { line, endLine, depth, signature } = definition;
  return { line, endLine, depth, text: signature };
}

function byShape(path: string, lined: LinedText): OutlineEntry[] {
  return /^\.(md|markdown|mdx)$/i.test(extname(basename(path)))
    ? headings(lined)
    : byIndentation(lined);
}

function headings(lined: LinedText): OutlineEntry[] {
  const found: OutlineEntry[] = [];
  let fenced = false;
  for (let line = 1; line <= lined.starts.length; line++) {
    const text = lineAt(lined, line);
    if (/^\s*(```|~~~)/.test(text)) fenced = !fenced;
    const marks = fenced ? null : /^(#{1,6})\s/.exec(text);
    if (marks?.[1])
      found.push({ line, endLine: line, depth: marks[1].length - 1, text: cut(text) });
  }
  return found;
}

function byIndentation(lined: LinedText): OutlineEntry[] {
  const widths = new Map<number, number>();
  const rows: { line: number; width: number; text: string }[] = [];
  for (let line = 1; line <= lined.starts.length; line++) {
    const text = lineAt(lined, line);
    if (!/[\p{L}\p{N}]/u.test(text)) continue;
    const width = /^\s*/.exec(text)?.[0].replaceAll('\t', '    ').length ?? 0;
    rows.push({ line, width, text: cut(text.trim()) });
    widths.set(width, (widths.get(width) ?? 0) + 1);
  }
  const levels = [...widths.keys()].sort((a, b) => a - b);
  return rows.map(({ line, width, text }) => ({
    line,
    endLine: line,
    depth: levels.indexOf(width),
    text,
  }));
}

/** Drops the deepest levels until the outline is short enough; of a long flat text nothing is left. */
function shallowest(entries: readonly OutlineEntry[]): OutlineEntry[] {
  let kept = [...entries];
  while (kept.length > MAX_ENTRIES) {
    const deepest = kept.reduce((most, { depth }) => Math.max(most, depth), 0);
    kept = kept.filter((entry) => entry.depth < deepest);
  }
  return kept;
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
