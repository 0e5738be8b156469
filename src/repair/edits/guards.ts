import type { SyntaxNode } from '../tree.ts';
import { type Condition, simpleConditions } from './conditions.ts';
import { type EditContext, few, replace, text } from './context.ts';
import type { Edit } from './edit.ts';
import { indentOf, reindent } from './layout.ts';
import { before, inBlock, inLoop, isLast, returnValues, startsLine } from './statements.ts';

/** Values that are returned in an early return, at most. */
const MOST_VALUES = 16;

/** An early return, a skipped turn or a condition put before or around a statement. */
export function* guards(context: EditContext): Generator<Edit> {
  const own = context.ingredients.conditions.map((each): Condition => ({ text: each, extra: 0 }));
  const known = new Set(context.ingredients.conditions);
  const simple = simpleConditions(context).filter((each) => !known.has(each.text));
  const all = [...own, ...simple.map((each) => ({ ...each, extra: each.extra + 0.8 }))];
  const conditions = few(
    all.sort((a, b) => a.extra - b.extra),
    context.statements.length,
  );
  for (const statement of context.statements) {
    if (!startsLine(context.source.text, statement.start)) continue;
    for (const condition of conditions) {
      yield* around(context, statement, condition);
      yield* skipped(context, statement, condition);
    }
  }
  yield* baseCases(context, all);
}

/** A statement that is only run when a condition holds. */
function* around(
  context: EditContext,
  statement: SyntaxNode,
  { text: condition, extra }: Condition,
): Generator<Edit> {
  const lines = statement.endRow - statement.row;
  if (lines > 4 || context.grammar.statementRole(statement) === 'declaration') return;
  const body = text(context, statement);
  const { words, family } = context.grammar;
  const indent = indentOf(context.source.text, statement.start);
  const unit = family === 'go' || indent.startsWith('\t') ? '\t' : '    ';
  const isDeeper = family === 'python' || family === 'go';
  const inner = isDeeper ? reindent(body, indent, indent + unit) : body;
  yield replace(statement, words.when(condition, inner, indent), 'guard', extra);
}

/** A turn of a loop that ends before the statement. */
function* skipped(
  context: EditContext,
  statement: SyntaxNode,
  { text: condition, extra }: Condition,
): Generator<Edit> {
  if (!inLoop(context, statement) || !inBlock(context, statement)) return;
  for (const jump of ['continue', 'break']) {
    const code = guarded(context, statement, condition, jump);
    yield before(context, statement, code, 'guard', extra + 1);
  }
}

/** Early returns: at the start, before a return or a last statement, and where the program failed for want of a value. */
function* baseCases(context: EditContext, conditions: readonly Condition[]): Generator<Edit> {
  const values = returnValues(context).slice(0, MOST_VALUES);
  const first = context.statements.find((each) => {
    const { parent } = each;
    const block = parent?.type === 'statement_list' ? parent.parent : parent;
    return block?.parent === context.region;
  });
  const places = context.statements.filter((each) => {
    if (!inBlock(context, each) || !startsLine(context.source.text, each.start)) return false;
    const isCrash = context.crash?.rows.has(each.row) ?? false;
    const role = context.grammar.statementRole(each);
    return isCrash || each === first || role === 'return' || isLast(each);
  });
  const chosen = few(conditions, values.length * places.length, 8);
  for (const statement of places) {
    const isCrash = context.crash?.rows.has(statement.row) ?? false;
    const place = isCrash ? -1 : statement === first ? 0 : 0.7;
    for (const { text: condition, extra } of chosen) {
      for (const [rank, value] of values.entries()) {
        const code = guarded(context, statement, condition, `return ${value}`);
        yield before(
          context,
          statement,
          code,
          'base-case',
          extra + place + Math.min(1.5, rank * 0.1),
        );
      }
    }
  }
}

function guarded(
  context: EditContext,
  statement: SyntaxNode,
  condition: string,
  code: string,
): string {
  const { words } = context.grammar;
  const indent = indentOf(context.source.text, statement.start);
  return words.when(condition, code + words.end, indent);
}
