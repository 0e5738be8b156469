import { grammarOf } from '../grammar/grammar.ts';
import { type Hints, NO_HINTS } from '../hints.ts';
import { descendants, type SourceFile, type SyntaxNode, textOf } from '../tree.ts';
import * as conditions from './conditions.ts';
import type { Crash, EditContext, Expression, Operator } from './context.ts';
import * as drops from './drops.ts';
import type { Candidate, Edit, EditKind } from './edit.ts';
import { guards } from './guards.ts';
import { ingredientsOf } from './ingredients.ts';
import * as literals from './literals.ts';
import { moved } from './moves.ts';
import * as names from './names.ts';
import { normalise } from './normalise.ts';
import * as operators from './operators.ts';
import { PRIOR } from './prior.ts';
import * as replacements from './replacements.ts';
import { sameLiterals } from './same-literal.ts';
import * as statements from './statements.ts';
import * as swaps from './swaps.ts';
import * as symmetric from './symmetric.ts';
import * as wraps from './wraps.ts';

/** What an edit costs more where types are checked and its own may be another than that of what stood there. */
const OTHER_TYPE = 1;

/** Every operator, and whether what it makes has the type of what stood there; `never`: not in typed languages. */
const OPERATORS: readonly (readonly [Operator, 'keeps' | 'may change' | 'never'])[] = [
  [operators.comparisons, 'keeps'],
  [operators.arithmetic, 'keeps'],
  [operators.logicalOperators, 'keeps'],
  [operators.negations, 'keeps'],
  [literals.numbers, 'keeps'],
  [literals.strings, 'keeps'],
  [literals.constants, 'keeps'],
  [names.variables, 'keeps'],
  [names.variableForLiteral, 'may change'],
  [names.functions, 'keeps'],
  [names.members, 'keeps'],
  [drops.operands, 'keeps'],
  [drops.elements, 'keeps'],
  [drops.wrappers, 'may change'],
  [drops.slices, 'never'],
  [swaps.operands, 'keeps'],
  [swaps.pairs, 'keeps'],
  [swaps.branches, 'keeps'],
  [swaps.truths, 'keeps'],
  [wraps.calls, 'may change'],
  [wraps.signs, 'may change'],
  [wraps.suffixes, 'may change'],
  [wraps.offsets, 'keeps'],
  [wraps.addedOperands, 'may change'],
  [wraps.doubled, 'may change'],
  [conditions.clauses, 'may change'],
  [conditions.replacedConditions, 'may change'],
  [conditions.elseIfs, 'never'],
  [statements.dropped, 'keeps'],
  [statements.inserted, 'may change'],
  [guards, 'may change'],
  [statements.returns, 'may change'],
  [statements.assignments, 'keeps'],
  [moved, 'keeps'],
  [replacements.expressions, 'may change'],
  [replacements.measures, 'never'],
  [replacements.addedArguments, 'never'],
  [replacements.defaults, 'never'],
  [symmetric.reductions, 'never'],
  [symmetric.conversions, 'never'],
];

/** In a region of more lines the functions nested in it are regions of their own. */
const LONG_REGION = 150;
/** In a region of more lines only the suspicious rows are edited. */
const FOCUSED_REGION = 60;

export interface RegionOptions {
  /** Literals of the docstring or the issue, as source text. */
  readonly hints?: Hints;
  /** Rows, from 0, that failing tests ran. */
  readonly rows?: ReadonlySet<number>;
  readonly crash?: Crash | undefined;
  /** A failing test does not end. */
  readonly endless?: boolean;
}

/** Prepares a region for the operators: its expressions, statements and ingredients. */
export function editContext(
  source: SourceFile,
  region: SyntaxNode,
  { hints = NO_HINTS, rows, crash, endless = false }: RegionOptions = {},
): EditContext {
  const grammar = grammarOf(source.language);
  const length = region.endRow - region.row;
  const isVisible = (child: SyntaxNode) => !grammar.isOpaque(child);
  const enter = (child: SyntaxNode) =>
    isVisible(child) && !(length > LONG_REGION && grammar.isFunction(child));
  const isInFocus = (node: SyntaxNode) =>
    length <= FOCUSED_REGION || !rows || rows.has(node.row) || rows.has(node.endRow);
  const expressionsOf = (from: SyntaxNode, visit: typeof enter): Expression[] => {
    const found: Expression[] = [];
    for (const node of descendants(from, visit)) {
      const role = grammar.role(node, source.text);
      if (role) found.push({ node, role, text: textOf(source, node) });
    }
    return found;
  };
  const expressions = expressionsOf(region, enter);
  const statementList = [...descendants(region, enter)].filter(
    (node) =>
      node !== region &&
      grammar.statementRole(node) !== null &&
      node.parent !== null &&
      !isHeader(node),
  );
  const ingredients = ingredientsOf({
    source,
    grammar,
    region,
    expressions,
    fileExpressions: expressionsOf(source.root, isVisible),
    hints,
  });
  return {
    source,
    grammar,
    region,
    expressions: expressions.filter(({ node }) => isInFocus(node)),
    statements: statementList.filter(isInFocus),
    ingredients,
    crash,
    endless,
  };
}

/** `let i = 0` inside the head of a `for` is no statement of its own. */
function isHeader(node: SyntaxNode): boolean {
  return (
    node.field === 'initializer' ||
    node.field === 'condition' ||
    node.field === 'increment' ||
    node.field === 'init' ||
    node.field === 'update'
  );
}

/**
 * All single edits of a region, without those that read the same, cheapest first. The cost is the negative logarithm
 * of a probability: the share of its kind among real bugs, spread over the edits of that kind in this region.
 */
export function enumerateEdits(context: EditContext): Candidate[] {
  const singles: Edit[] = [];
  const { family } = context.grammar;
  const isTyped = family === 'go' || family === 'java';
  for (const [operator, typed] of OPERATORS) {
    if (isTyped && typed === 'never') continue;
    // Much of what has another type than what stood there a compiler refuses.
    const unusual = isTyped && typed === 'may change' ? OTHER_TYPE : 0;
    for (const edit of operator(context)) singles.push({ ...edit, extra: edit.extra + unusual });
  }
  if (isTyped) singles.push(...operators.steps(context));
  const doubled = [...sameLiterals(context, singles), ...symmetric.mirrored(context, singles)];
  for (const edit of doubled) singles.push(edit);
  const { start, end } = context.region;
  const inside = singles
    .filter((edit) => edit.start >= start && edit.end <= end)
    .map((edit) => keepApart(context.source.text, edit));
  const weights = new Map<EditKind, number>();
  for (const { kind, extra } of inside) {
    weights.set(kind, (weights.get(kind) ?? 0) + Math.exp(-extra));
  }
  const best = new Map<string, { edit: Edit; cost: number }>();
  const { text } = context.source;
  for (const edit of inside) {
    const cost = PRIOR[edit.kind] + edit.extra + Math.log(weights.get(edit.kind) ?? 1);
    // Two edits are alike when the lines they touch read alike afterwards.
    const from = text.lastIndexOf('\n', edit.start - 1) + 1;
    const found = text.indexOf('\n', edit.end);
    const to = found < 0 ? text.length : found;
    const after = normalise(text.slice(from, edit.start) + edit.text + text.slice(edit.end, to));
    if (after === normalise(text.slice(from, to))) continue;
    const key = `${from}:${to}:${after}`;
    const known = best.get(key);
    if (!known || cost < known.cost) best.set(key, { edit, cost });
  }
  return [...best.values()]
    .map(({ edit, cost }): Candidate => ({ path: context.source.path, edits: [edit], cost }))
    .sort(byCost);
}

/** Puts a space where the edit would join two words, as when `if(a)` loses its parentheses. */
function keepApart(text: string, edit: Edit): Edit {
  const joins = (left: string, right: string) =>
    (/\w$/.test(left) && /^[\w'"]/.test(right)) || (/[-+]$/.test(left) && /^[-+]/.test(right));
  const before = text.slice(Math.max(0, edit.start - 1), edit.start);
  const after = text.slice(edit.end, edit.end + 1);
  const start = joins(before, edit.text) ? ' ' : '';
  const end = joins(edit.text, after) ? ' ' : '';
  return start || end ? { ...edit, text: start + edit.text + end } : edit;
}

/** The cheaper first; ties by place and text, so that the order is always the same. */
export function byCost(a: Candidate, b: Candidate): number {
  if (a.cost !== b.cost) return a.cost - b.cost;
  const [first, second] = [a.edits[0], b.edits[0]];
  if (!first || !second) return 0;
  if (first.start !== second.start) return first.start - second.start;
  return first.text < second.text ? -1 : first.text > second.text ? 1 : 0;
}
