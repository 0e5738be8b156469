import type { Parser, Point, Tree } from 'web-tree-sitter';
import { grammarBytes, type LanguageId } from './languages.ts';

/** Trees kept for the next edit of the same text. */
const MAX_TREES = 24;
/** Characters of the longest text that is parsed; beyond, tools work without a tree. */
export const MAX_PARSED_CHARS = 2_000_000;

/** A change of a text, as offsets into the text before it. */
export interface TextChange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const parsers = new Map<LanguageId, Promise<Parser>>();
/** The library is loaded with the first parse, not with every start. */
let runtime: Promise<typeof import('web-tree-sitter')> | undefined;

/** Least recently used first. */
const trees = new Map<string, Tree>();

/**
 * Parses a text. The tree belongs to this module: use it before the next call and do not keep it.
 *
 * @param from an earlier text and the one change that leads from it to `text`; when its tree is still there, only
 *   what changed is parsed
 * @returns null for a text too long to parse
 */
export async function parse(
  language: LanguageId,
  text: string,
  from?: { readonly text: string; readonly change: TextChange },
): Promise<Tree | null> {
  if (text.length > MAX_PARSED_CHARS) return null;
  const key = keyOf(language, text);
  const known = trees.get(key);
  if (known) {
    trees.delete(key);
    trees.set(key, known);
    return known;
  }
  const parser = await parserFor(language);
  const earlier = from && trees.get(keyOf(language, from.text));
  const old = earlier && from ? edited(earlier, from.text, from.change) : null;
  const tree = parser.parse(text, old);
  old?.delete();
  if (!tree) return null;
  trees.set(key, tree);
  forgetOldest();
  return tree;
}

function keyOf(language: LanguageId, text: string): string {
  return `${language}\0${text}`;
}

function parserFor(language: LanguageId): Promise<Parser> {
  const known = parsers.get(language);
  if (known) return known;
  const made = (async () => {
    runtime ??= loadRuntime();
    const { Language, Parser } = await runtime;
    const parser = new Parser();
    parser.setLanguage(await Language.load(grammarBytes(language)));
    return parser;
  })();
  parsers.set(language, made);
  return made;
}

async function loadRuntime(): Promise<typeof import('web-tree-sitter')> {
  const library = await import('web-tree-sitter');
  await library.Parser.init();
  return library;
}

function edited(tree: Tree, before: string, change: TextChange): Tree {
  const copy = tree.copy();
  const start = pointAt(before, change.start);
  const end = pointAt(before, change.end);
  copy.edit({
    startIndex: change.start,
    oldEndIndex: change.end,
    newEndIndex: change.start + change.text.length,
    startPosition: start,
    oldEndPosition: end,
    newEndPosition: moved(start, change.text),
    // The binding's types ask for its class; only the fields are read.
  } as Parameters<Tree['edit']>[0]);
  return copy;
}

function pointAt(text: string, offset: number): Point {
  let row = 0;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    row++;
    lineStart = at + 1;
  }
  return { row, column: offset - lineStart };
}

function moved(start: Point, text: string): Point {
  const last = text.lastIndexOf('\n');
  if (last < 0) return { row: start.row, column: start.column + text.length };
  return { row: start.row + text.split('\n').length - 1, column: text.length - last - 1 };
}

function forgetOldest(): void {
  for (const [key, tree] of trees) {
    if (trees.size <= MAX_TREES) return;
    trees.delete(key);
    tree.delete();
  }
}
