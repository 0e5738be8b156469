import type { Node, Tree } from 'web-tree-sitter';
import { type LanguageId, languageOf } from '../syntax/languages.ts';
import { parse, type TextChange } from '../syntax/parser.ts';
import { dataFormatOf } from './data-format.ts';
import { type Diagnostic, diagnosticsAdded, type LineChange } from './diagnostic.ts';
import { pythonIndentation } from './python-indentation.ts';

const MAX_FINDINGS = 50;
const SHOWN_CHARS = 60;

/** A text before and after an edit. */
export interface EditedText {
  readonly path: string;
  /** Null for a file that is made. */
  readonly before: string | null;
  readonly after: string;
  readonly lines: readonly LineChange[];
  /** The smallest single change that covers all of the edit. */
  readonly change: TextChange;
}

/** @returns the syntax errors that an edit adds; none for a language without a grammar */
export async function syntaxErrorsAdded(edit: EditedText): Promise<Diagnostic[]> {
  const format = dataFormatOf(edit.path);
  if (format) {
    // Loaded when first needed: four parsers would slow every start.
    const { dataSyntax } = await import('./data-syntax.ts');
    const after = dataSyntax(format, edit.after);
    if (after.length === 0) return [];
    return diagnosticsAdded(dataSyntax(format, edit.before ?? ''), after, edit.lines);
  }
  const language = languageOf(edit.path);
  if (!language) return [];
  const added = await addedIn(language, edit);
  // A header may be either; what one of the two grammars accepts is no error.
  if (added.length > 0 && /\.h$/i.test(edit.path)) return addedIn('cpp', edit);
  return added;
}

async function addedIn(language: LanguageId, edit: EditedText): Promise<Diagnostic[]> {
  const from = edit.before === null ? undefined : { text: edit.before, change: edit.change };
  const after = await treeErrors(language, edit.after, { from, lines: touched(edit.lines) });
  if (after.length === 0 || edit.before === null) return after;
  const before = await treeErrors(language, edit.before, { lines: replaced(edit.lines) });
  const added = diagnosticsAdded(before, after, edit.lines);
  // The parser recovers differently after every change: an old error that moved is not a new one.
  return after.length > before.length || before.length === 0 ? added : [];
}

/** Lines after an edit from its first change to its last. */
function touched(changes: readonly LineChange[]): { from: number; to: number } {
  const first = changes[0];
  const last = changes.at(-1);
  if (!first || !last) return { from: 1, to: 1 };
  const shift = changes.reduce((sum, { removed, added }) => sum + added - removed, 0);
  return { from: first.start, to: last.start + last.removed + shift };
}

/** The same lines before the edit. */
function replaced(changes: readonly LineChange[]): { from: number; to: number } {
  const last = changes.at(-1);
  return { from: changes[0]?.start ?? 1, to: last ? last.start + last.removed : 1 };
}

interface Scope {
  readonly from?: { readonly text: string; readonly change: TextChange } | undefined;
  readonly lines?: { readonly from: number; readonly to: number };
}

async function treeErrors(
  language: LanguageId,
  text: string,
  { from, lines }: Scope = {},
): Promise<Diagnostic[]> {
  const tree = await parse(language, text, from);
  if (!tree) return [];
  const errors = tree.rootNode.hasError ? errorsOf(tree) : [];
  return language === 'python' ? [...errors, ...pythonIndentation(tree, text, lines)] : errors;
}

/** @returns the syntax errors of a tree in the order of the text, at most 50 */
export function errorsOf(tree: Tree): Diagnostic[] {
  const found: Diagnostic[] = [];
  const visit = (node: Node) => {
    if (found.length >= MAX_FINDINGS || !(node.hasError || node.isMissing)) return;
    if (node.isMissing) {
      found.push(finding(node, `${missingName(node)} is missing here`));
    } else if (node.isError) {
      found.push(finding(node, `this cannot be parsed: ${shownText(node)}`));
    } else {
      for (const child of node.children) if (child) visit(child);
    }
  };
  visit(tree.rootNode);
  return found;
}

function finding(node: Node, message: string): Diagnostic {
  const { row, column } = firstUnexpected(node).startPosition;
  return { line: row + 1, column: column + 1, message, severity: 'error', source: 'syntax' };
}

/** An error that swallows a large part of a file is reported where its own first error is. */
function firstUnexpected(node: Node): Node {
  if (!node.isError) return node;
  const inner = node.children.find((child) => child?.isError || child?.isMissing);
  return inner && inner.endPosition.row > node.startPosition.row ? firstUnexpected(inner) : node;
}

function missingName(node: Node): string {
  return /^\W+$/.test(node.type) ? `«${node.type}»` : `${node.type.replaceAll('_', ' ')}`;
}

function shownText(node: Node): string {
  const line = firstUnexpected(node).text.split('\n', 1)[0]?.trim() ?? '';
  return `«${line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS)}…` : line}»`;
}
