import { childOf, namedChildren, type SyntaxNode } from '../tree.ts';
import { type EditContext, text } from './context.ts';
import type { Edit } from './edit.ts';
import { indentOf, lineStart, reindent } from './layout.ts';

/** Two neighbouring statements in each other's place, and a last statement moved out of or into a block. */
export function* moved(context: EditContext): Generator<Edit> {
  for (const statement of context.statements) {
    const siblings = statement.parent ? namedChildren(statement.parent) : [];
    const next = siblings[siblings.indexOf(statement) + 1];
    const isNear = next && next.endRow - statement.row <= 12;
    if (isNear && isBlockOf(context, statement) && isApart(context, statement, next)) {
      const between = context.source.text.slice(statement.end, next.start);
      const swapped = text(context, next) + between + text(context, statement);
      yield {
        start: statement.start,
        end: next.end,
        text: swapped,
        kind: 'swap-statements',
        extra: 0,
      };
    }
    if (context.grammar.family === 'python') yield* movedPython(context, statement, next);
    else if (context.grammar.family === 'javascript') yield* movedBraces(context, statement);
  }
}

/** Statements of one line that no semicolon ends cannot change places. */
function isApart(context: EditContext, statement: SyntaxNode, next: SyntaxNode): boolean {
  if (statement.endRow !== next.row || context.grammar.family === 'python') return true;
  return /[;}]$/.test(text(context, statement)) && /[;}]$/.test(text(context, next));
}

function isBlockOf(context: EditContext, statement: SyntaxNode): boolean {
  return statement.parent !== null && context.grammar.isBlock(statement.parent);
}

/** In Python a line changes its block by its indentation alone. */
function* movedPython(
  context: EditContext,
  statement: SyntaxNode,
  next: SyntaxNode | undefined,
): Generator<Edit> {
  const { text: all } = context.source;
  const outer = statement.parent?.parent;
  const start = lineStart(all, statement.start);
  if (!/^[ \t]*$/.test(all.slice(start, statement.start))) return;
  const indent = indentOf(all, statement.start);
  const siblings = statement.parent ? namedChildren(statement.parent) : [];
  const isLast = siblings.at(-1) === statement && siblings.length > 1;
  if (isLast && outer && outer !== context.region && context.grammar.statementRole(outer)) {
    const outerIndent = indentOf(all, outer.start);
    const moved = outerIndent + reindent(text(context, statement), indent, outerIndent);
    yield { start, end: statement.end, text: moved, kind: 'move-statement', extra: 0 };
  }
  if (!next) return;
  const body = childOf(statement, 'body') ?? childOf(statement, 'consequence');
  if (!body || childOf(statement, 'alternative') || body.type !== 'block') return;
  const innerIndent = indentOf(all, body.start);
  const nextStart = lineStart(all, next.start);
  if (indentOf(all, next.start) !== indent || next.endRow - next.row > 6) return;
  const moved = innerIndent + reindent(text(context, next), indent, innerIndent);
  yield { start: nextStart, end: next.end, text: moved, kind: 'move-statement', extra: 0.5 };
}

/** With braces the closing one changes places with the statement. */
function* movedBraces(context: EditContext, statement: SyntaxNode): Generator<Edit> {
  const block = statement.parent;
  const outer = block?.parent;
  if (!block || !outer || block.type !== 'statement_block') return;
  const siblings = namedChildren(block);
  if (siblings.at(-1) !== statement || siblings.length < 2) return;
  if (!/^(?:if|for|while|for_in)_statement$/.test(outer.type) || outer.end !== block.end) return;
  const previous = siblings.at(-2);
  if (!previous) return;
  const { text: all } = context.source;
  const separator = all.slice(previous.end, statement.start);
  const closing = all.slice(statement.end, block.end);
  const moved = closing + separator + text(context, statement);
  yield { start: previous.end, end: block.end, text: moved, kind: 'move-statement', extra: 0 };
}
