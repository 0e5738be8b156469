import { namedChildren, type SyntaxNode } from '../tree.ts';

/** Offset of the first character of the line that holds `offset`. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** White space at the start of the line that holds `offset`. */
export function indentOf(text: string, offset: number): string {
  const start = lineStart(text, offset);
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

/** Lines after the first moved from one indentation to another; lines of less indentation stay. */
export function reindent(block: string, from: string, to: string): string {
  return block.replace(/\n([ \t]*)/g, (whole, own: string) =>
    own.startsWith(from) ? `\n${to}${own.slice(from.length)}` : whole,
  );
}

/** True when a block would be empty without the statement. */
export function soleStatement(statement: SyntaxNode): boolean {
  const { parent } = statement;
  if (!parent) return true;
  if (/block|program|module|switch_case|switch_default|statement_list/.test(parent.type)) {
    return parent.type === 'block' && namedChildren(parent).length === 1;
  }
  return true;
}
