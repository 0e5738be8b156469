import type { Node, Tree } from 'web-tree-sitter';
import type { Diagnostic } from './diagnostic.ts';

/** Lines of a text, from 1, both included. */
interface Lines {
  readonly from: number;
  readonly to: number;
}

/**
 * Wrong indentation, which the Python grammar of tree-sitter accepts: a block without statements, a statement deeper
 * than its neighbours, tabs and spaces mixed so that Python refuses them.
 *
 * @param lines only blocks that touch these lines are looked at; default all
 */
export function pythonIndentation(tree: Tree, text: string, lines?: Lines): Diagnostic[] {
  const found: Diagnostic[] = [];
  const near = lines && [
    { row: Math.max(0, lines.from - 2), column: 0 },
    { row: lines.to + 1, column: 0 },
  ];
  unevenStatements(tree.rootNode, text, found);
  for (const block of tree.rootNode.descendantsOfType('block', near?.[0], near?.[1])) {
    unevenStatements(block, text, found);
    missingBlock(block, found);
  }
  return found;
}

function unevenStatements(block: Node, text: string, found: Diagnostic[]): void {
  let expected: string | null = block.type === 'module' ? '' : null;
  let previousRow = -1;
  for (const statement of block.namedChildren) {
    if (!statement || statement.type === 'comment' || statement.isError) continue;
    const { row, column } = statement.startPosition;
    const white = text.slice(statement.startIndex - column, statement.startIndex);
    if (row === previousRow || white.trim() !== '') continue;
    previousRow = statement.endPosition.row;
    expected ??= white;
    if (white !== expected) found.push(at(statement, 'unexpected indentation'));
  }
}

function missingBlock(body: Node, found: Diagnostic[]): void {
  if (body.namedChildren.some((child) => child && child.type !== 'comment')) return;
  found.push(at(body.parent ?? body, 'an indented block is expected after this line'));
}

function at(node: Node, message: string): Diagnostic {
  const { row, column } = node.startPosition;
  return { line: row + 1, column: column + 1, message, severity: 'error', source: 'syntax' };
}
