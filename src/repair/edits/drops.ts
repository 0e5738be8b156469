import { binaryViews, callView, memberView, subscriptView } from '../grammar/roles.ts';
import { childOf, namedChildren, type SyntaxNode } from '../tree.ts';
import { type EditContext, ofRole, replace, text } from './context.ts';
import type { Edit, EditKind } from './edit.ts';
import { fitted, isTarget, levelOf } from './precedence.ts';

/** `a + b` to `a` or `b`; a clause of a condition left out. */
export function* operands(context: EditContext): Generator<Edit> {
  for (const { node, role } of ofRole(context, 'binary', 'logical')) {
    const [view] = binaryViews(node);
    if (!view) continue;
    const kind: EditKind = role === 'logical' ? 'drop-clause' : 'drop-operand';
    for (const kept of [view.left, view.right]) {
      yield replace(
        node,
        fitted(context, node, text(context, kept), levelOf(context, kept)),
        kind,
        kept === view.left ? 0 : 0.3,
      );
    }
  }
  for (const { node } of ofRole(context, 'unary')) {
    const argument = childOf(node, 'argument') ?? childOf(node, 'operand');
    if (argument) yield replace(node, text(context, argument), 'drop-operand', 0.5);
  }
  yield* conditionOfTernary(context);
}

function* conditionOfTernary(context: EditContext): Generator<Edit> {
  for (const { node } of ofRole(context, 'ternary')) {
    const [first, second, third] = namedChildren(node);
    if (!first || !second || !third) continue;
    const python = context.grammar.family === 'python';
    for (const kept of python ? [first, third] : [second, third]) {
      yield replace(
        node,
        fitted(context, node, text(context, kept), levelOf(context, kept)),
        'drop-clause',
        0.5,
      );
    }
  }
}

/** An argument, an element, an entry or a condition of a comprehension left out. */
export function* elements(context: EditContext): Generator<Edit> {
  for (const { node, role } of ofRole(context, 'call', 'list', 'tuple', 'dict', 'comprehension')) {
    const list = role === 'call' ? callView(node)?.list : node;
    if (!list) continue;
    if (role === 'comprehension') {
      for (const clause of list.children) {
        if (clause.type !== 'if_clause') continue;
        const before = context.source.text.slice(0, clause.start);
        const start = before.length - (/\s*$/.exec(before)?.[0].length ?? 0);
        yield { start, end: clause.end, text: '', kind: 'drop-clause', extra: 0 };
      }
      continue;
    }
    const items = namedChildren(list);
    if (role === 'tuple' && items.length < 3) continue;
    for (const [index, item] of items.entries()) {
      yield withoutItem(items, index, item, role === 'call' ? 'drop-argument' : 'drop-element');
    }
  }
}

/** Removes one item of a list together with one of the commas beside it. */
function withoutItem(
  items: readonly SyntaxNode[],
  index: number,
  item: SyntaxNode,
  kind: EditKind,
): Edit {
  const next = items[index + 1];
  const previous = items[index - 1];
  if (next) return { start: item.start, end: next.start, text: '', kind, extra: 0 };
  if (previous) return { start: previous.end, end: item.end, text: '', kind, extra: 0 };
  return { start: item.start, end: item.end, text: '', kind, extra: 0.5 };
}

/** `f(x)` to `x`, `x.f()` to `x`, `x[i]` to `x`, and the like. */
export function* wrappers(context: EditContext): Generator<Edit> {
  for (const { node, role } of context.expressions) {
    if (role === 'call') {
      const call = callView(node);
      if (!call) continue;
      const member = memberView(call.callee);
      const plain = call.arguments.filter((each) => !/keyword|splat|spread/.test(each.type));
      for (const [index, argument] of plain.entries()) {
        yield unwrap(context, node, argument, index + (member ? 0.7 : 0));
      }
      if (member) yield unwrap(context, node, member.object, call.arguments.length > 0 ? 0.5 : 0);
    } else if (role === 'subscript') {
      const view = subscriptView(node);
      if (view && !isTarget(node)) yield unwrap(context, node, view.object, 0.3);
    } else if (role === 'member') {
      const view = memberView(node);
      const isCalled = node.parent !== null && callView(node.parent)?.callee === node;
      if (view && !isCalled && !isTarget(node)) yield unwrap(context, node, view.object, 0.7);
    } else if (role === 'await') {
      const [inner] = namedChildren(node);
      if (inner) yield unwrap(context, node, inner, 1);
    }
  }
}

function unwrap(context: EditContext, node: SyntaxNode, kept: SyntaxNode, extra: number): Edit {
  return replace(
    node,
    fitted(context, node, text(context, kept), levelOf(context, kept)),
    'unwrap',
    extra,
  );
}

/** A bound of a slice left out, moved or put in. */
export function* slices(context: EditContext): Generator<Edit> {
  for (const { node, text: own } of ofRole(context, 'slice')) {
    const colon = own.indexOf(':');
    const [low, high] = [own.slice(0, colon).trim(), own.slice(colon + 1).trim()];
    const variants = [`${low}:`, `:${high}`, `${low || '1'}:${high}`, `${low}:${high || '-1'}`];
    if (low) variants.push(`${low} + 1:${high}`, `${low} - 1:${high}`);
    if (high && !high.includes(':')) variants.push(`${low}:${high} + 1`, `${low}:${high} - 1`);
    for (const { name } of context.ingredients.variables) variants.push(`:${name}`, `${name}:`);
    for (const variant of new Set(variants)) {
      if (variant !== own && variant !== ':') yield replace(node, variant, 'index', 0.5);
    }
  }
}
