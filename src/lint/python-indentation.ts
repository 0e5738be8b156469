import type { Node, Tree } from 'web-tree-sitter';
import type { Diagnostic } from './diagnostic.ts';

const BLOCK_OWNERS = [
  'module',
  'block',
  'function_definition',
  'class_definition',
  'if_statement',
  'elif_clause',
  'else_clause',
  'for_statement',
  'while_statement',
  'try_statement',
  'except_clause',
  'finally_clause',
  'with_statement',
];

/**
 * Wrong indentation, which the Python grammar of tree-sitter accepts: a block without statements, a statement deeper
 * than its neighbours, tabs and spaces mixed so that Python refuses them.
 */
export function pythonIndentation(tree: Tree, text: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const node of tree.rootNode.descendantsOfType(BLOCK_OWNERS)) {
    if (node.type === 'module' || node.type === 'block') unevenStatements(node, text, found);
    if (node.type !== 'module') missingBlock(node, found);
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

function missingBlock(node: Node, found: Diagnostic[]): void {
  const body = node.type === 'block' ? node : null;
  if (!body || body.namedChildren.some((child) => child && child.type !== 'comment')) return;
  found.push(at(body.parent ?? body, 'an indented block is expected after this line'));
}

function at(node: Node, message: string): Diagnostic {
  const { row, column } = node.startPosition;
  return { line: row + 1, column: column + 1, message, severity: 'error', source: 'syntax' };
}
