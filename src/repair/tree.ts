import type { Tree } from 'web-tree-sitter';
import type { LanguageId } from '../syntax/languages.ts';
import { parse } from '../syntax/parser.ts';

/**
 * A syntax node as a plain object. Operators visit every node many times, which is slow through the
 * parser's own nodes. Offsets are UTF-16 code units of the file's text; `row` counts from 0.
 */
export interface SyntaxNode {
  readonly type: string;
  readonly named: boolean;
  /** Name of the parent's field that holds this node, empty when none. */
  readonly field: string;
  readonly start: number;
  readonly end: number;
  readonly row: number;
  readonly endRow: number;
  readonly parent: SyntaxNode | null;
  readonly children: readonly SyntaxNode[];
}

/** A parsed file: its text and its tree. */
export interface SourceFile {
  readonly path: string;
  readonly language: LanguageId;
  readonly text: string;
  readonly root: SyntaxNode;
  /** True when the parser had to guess somewhere. */
  readonly hasError: boolean;
}

/**
 * Parses a file into plain nodes.
 *
 * @returns null for a text too long to parse
 */
export async function parseSource(
  path: string,
  language: LanguageId,
  text: string,
): Promise<SourceFile | null> {
  const tree = await parse(language, text);
  return tree && { path, language, text, root: plainTree(tree), hasError: tree.rootNode.hasError };
}

/** @returns whether a text parses without an error or a missing token */
export async function parsesCleanly(language: LanguageId, text: string): Promise<boolean> {
  const tree = await parse(language, text);
  return tree !== null && !tree.rootNode.hasError;
}

interface MutableNode {
  type: string;
  named: boolean;
  field: string;
  start: number;
  end: number;
  row: number;
  endRow: number;
  parent: MutableNode | null;
  children: MutableNode[];
}

function plainTree(tree: Tree): SyntaxNode {
  const cursor = tree.walk();
  const convert = (parent: MutableNode | null): MutableNode => {
    const node: MutableNode = {
      type: cursor.nodeType,
      named: cursor.nodeIsNamed,
      field: cursor.currentFieldName ?? '',
      start: cursor.startIndex,
      end: cursor.endIndex,
      row: cursor.startPosition.row,
      endRow: cursor.endPosition.row,
      parent,
      children: [],
    };
    if (cursor.gotoFirstChild()) {
      do node.children.push(convert(node));
      while (cursor.gotoNextSibling());
      cursor.gotoParent();
    }
    return node;
  };
  const root = convert(null);
  cursor.delete();
  return root;
}

/** All nodes below and including `node`, parents before children, in source order. */
export function* descendants(
  node: SyntaxNode,
  enter: (node: SyntaxNode) => boolean = () => true,
): Generator<SyntaxNode> {
  yield node;
  for (const child of node.children) if (enter(child)) yield* descendants(child, enter);
}

/** The ancestors of `node`, nearest first, without itself. */
export function* ancestors(node: SyntaxNode): Generator<SyntaxNode> {
  for (let at = node.parent; at; at = at.parent) yield at;
}

/** @returns the first child in the given field, or null */
export function childOf(node: SyntaxNode, field: string): SyntaxNode | null {
  return node.children.find((child) => child.field === field) ?? null;
}

/** @returns the named children without comments */
export function namedChildren(node: SyntaxNode): SyntaxNode[] {
  return node.children.filter((child) => child.named && child.type !== 'comment');
}

/** @returns the text of a node */
export function textOf(source: { readonly text: string }, node: SyntaxNode): string {
  return source.text.slice(node.start, node.end);
}

/** The smallest node that spans the offsets. */
export function smallestAround(root: SyntaxNode, start: number, end: number): SyntaxNode {
  let at = root;
  for (;;) {
    const inner = at.children.find((child) => child.start <= start && end <= child.end);
    if (!inner) return at;
    at = inner;
  }
}
