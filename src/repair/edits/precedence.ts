import { binaryViews, type Grammar } from '../grammar/roles.ts';
import { childOf, type SyntaxNode, textOf } from '../tree.ts';
import type { EditContext } from './context.ts';

/** How tightly a piece of text holds together; a smaller one needs parentheses inside a larger one. */
export const Level = {
  ternary: 0,
  or: 1,
  and: 2,
  not: 3,
  compare: 4,
  sum: 6,
  product: 7,
  unary: 8,
  postfix: 10,
  atom: 11,
} as const;

/** Level of a binary operator; the bitwise ones and powers are always put in parentheses. */
export function operatorLevel(operator: string): number {
  if (operator === 'or' || operator === '||' || operator === '??') return Level.or;
  if (operator === 'and' || operator === '&&') return Level.and;
  if (operator === '+' || operator === '-') return Level.sum;
  if (operator === '*' || operator === '/' || operator === '%' || operator === '//') {
    return Level.product;
  }
  return /^(?:[<>]=?|[=!]==?|in|not in|is|is not|instanceof)$/.test(operator) ? Level.compare : -1;
}

/** @returns the level of a node's own text */
export function levelOf(context: EditContext, node: SyntaxNode): number {
  const { grammar, source } = context;
  switch (grammar.role(node, source.text)) {
    case 'binary':
    case 'compare':
    case 'logical': {
      const view = binaryViews(node)[0];
      return view ? operatorLevel(textOf(source, view.operator)) : Level.ternary;
    }
    case 'not':
      return grammar.family === 'python' ? Level.not : Level.unary;
    case 'unary':
    case 'await':
      return Level.unary;
    case 'ternary':
    case 'lambda':
    case 'otherExpression':
    case null:
      return Level.ternary;
    case 'call':
    case 'member':
    case 'subscript':
      return Level.postfix;
    default:
      return Level.atom;
  }
}

/** @returns the least level that may stand in the place of `node` without parentheses */
export function requiredLevel(context: EditContext, node: SyntaxNode): number {
  const { source } = context;
  const parent = node.parent;
  if (!parent) return Level.ternary;
  const role = parentRole(context.grammar, parent, source.text);
  switch (role) {
    case 'binary':
    case 'compare':
    case 'logical': {
      const view = binaryViews(parent).find(({ left, right }) => left === node || right === node);
      if (!view) return Level.postfix;
      const level = operatorLevel(textOf(source, view.operator));
      if (level < 0) return Level.postfix;
      return view.right === node || level === Level.compare ? level + 1 : level;
    }
    case 'not':
      return context.grammar.family === 'python' ? Level.not : Level.postfix;
    case 'unary':
    case 'await':
    case 'member':
      return Level.postfix;
    case 'subscript':
      return node.field === 'index' || node.field === 'subscript' ? Level.ternary : Level.postfix;
    case 'call':
      return Level.postfix;
    case 'ternary':
      return Level.or;
    case 'lambda':
      return Level.postfix;
    case 'comprehension':
    case 'otherExpression':
      return Level.or;
    default:
      break;
  }
  if (/spread|splat|for_in_clause|if_clause|update|assert|throw|raise|delete/.test(parent.type)) {
    return Level.or;
  }
  return Level.ternary;
}

function parentRole(grammar: Grammar, parent: SyntaxNode, text: string) {
  return grammar.role(parent, text);
}

/** Text for the place of `node`, in parentheses where the place asks for them. */
export function fitted(
  context: EditContext,
  node: SyntaxNode,
  replacement: string,
  level: number,
): string {
  return level >= requiredLevel(context, node) ? replacement : `(${replacement})`;
}

/** A node's text as an operand of something of the given level. */
export function operand(context: EditContext, node: SyntaxNode, level: number): string {
  const own = textOf(context.source, node);
  return levelOf(context, node) >= level ? own : `(${own})`;
}

/** True when the node is itself called, as `f` in `f(x)`. */
export function isCallee(node: SyntaxNode): boolean {
  const { parent } = node;
  if (!parent) return false;
  return childOf(parent, 'function') === node || childOf(parent, 'constructor') === node;
}

/** True when the node is assigned to, so that not every expression may take its place. */
export function isTarget(node: SyntaxNode): boolean {
  for (let at: SyntaxNode = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (at.field === 'left' && /assignment|for_statement|for_in|short_var/.test(parent.type))
      return true;
    if (/^update_expression$|^inc_statement$|^dec_statement$|^delete_statement$/.test(parent.type))
      return true;
    if (at.field === 'alias' || parent.type === 'as_pattern_target') return true;
    if (!/pattern|tuple|list|array|expression_list/.test(parent.type)) return false;
  }
  return false;
}
