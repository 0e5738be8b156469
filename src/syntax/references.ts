import type { Node, Tree } from 'web-tree-sitter';
import { lineAt, lineOfOffset, linesOf } from '../text/lines.ts';

/** @returns the lines, in order and each once, where a name is used as a name: not in a string or comment */
export function referencesOf(
  tree: Tree,
  text: string,
  name: string,
): { readonly line: number; readonly text: string }[] {
  const lined = linesOf(text);
  const found = new Map<number, string>();
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    const node = tree.rootNode.descendantForIndex(at, at + name.length);
    if (!node || node.startIndex !== at || !isName(node, name)) continue;
    const line = lineOfOffset(lined, at);
    if (!found.has(line)) found.set(line, lineAt(lined, line).trim());
  }
  return [...found].map(([line, shown]) => ({ line, text: shown }));
}

/** Strings and comments hold the same letters; only a leaf that is a name counts. */
function isName(node: Node, name: string): boolean {
  return (
    node.endIndex - node.startIndex === name.length &&
    node.namedChildCount === 0 &&
    !/string|comment|text|char/.test(node.type)
  );
}
