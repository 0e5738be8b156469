import { binaryViews, callView } from '../grammar/roles.ts';
import { childOf, namedChildren, type SyntaxNode } from '../tree.ts';
import { type EditContext, ofRole, text } from './context.ts';
import type { Edit, EditKind } from './edit.ts';
import { levelOf } from './precedence.ts';

/** Of more truth values only one is changed at a time. */
const MOST_TRUTHS = 6;

/** `a - b` to `b - a`. */
export function* operands(context: EditContext): Generator<Edit> {
  for (const { node } of ofRole(context, 'binary', 'compare', 'logical')) {
    for (const { left, operator, right } of binaryViews(node)) {
      const sign = text(context, operator);
      if (sign === '==' || sign === '===' || sign === '!=' || sign === '!==' || sign === '*')
        continue;
      const group = (side: SyntaxNode) =>
        levelOf(context, side) >= 10 ? text(context, side) : `(${text(context, side)})`;
      const between = context.source.text.slice(left.end, right.start);
      const swapped = group(right) + between + group(left);
      const span = { start: left.start, end: right.end, text: swapped };
      yield {
        ...span,
        kind: 'swap-operands',
        extra: /^[<>]/.test(sign) ? 0.3 : sign === '+' ? 0.7 : 0,
      };
    }
  }
}

/** Two arguments, elements, targets or branches in each other's place. */
export function* pairs(context: EditContext): Generator<Edit> {
  for (const { node, role } of ofRole(context, 'call', 'list', 'tuple', 'ternary')) {
    const list = role === 'call' ? callView(node)?.list : node;
    if (!list) continue;
    const items = namedChildren(list).filter((each) => !/keyword|splat|spread/.test(each.type));
    if (role === 'ternary') {
      const python = context.grammar.family === 'python';
      const [first, second] = python ? [items[0], items[2]] : [items[1], items[2]];
      if (first && second) yield exchange(context, first, second, 'swap-branches', 0);
      continue;
    }
    const kind: EditKind = role === 'call' ? 'swap-arguments' : 'swap-elements';
    yield* exchanges(context, items, kind);
  }
  for (const statement of context.statements) {
    for (const list of [
      statement,
      ...statement.children.flatMap((child) => [child, ...child.children]),
    ]) {
      if (list.type !== 'pattern_list' && list.type !== 'expression_list') continue;
      yield* exchanges(context, namedChildren(list), 'swap-elements');
    }
  }
}

function* exchanges(
  context: EditContext,
  items: readonly SyntaxNode[],
  kind: EditKind,
): Generator<Edit> {
  if (items.length > 8) return;
  for (const [index, first] of items.entries()) {
    for (const [distance, second] of items.slice(index + 1).entries()) {
      if (text(context, first) === text(context, second)) continue;
      yield exchange(context, first, second, kind, distance * 0.5);
    }
  }
}

function exchange(
  context: EditContext,
  first: SyntaxNode,
  second: SyntaxNode,
  kind: EditKind,
  extra: number,
): Edit {
  const between = context.source.text.slice(first.end, second.start);
  const swapped = text(context, second) + between + text(context, first);
  return { start: first.start, end: second.end, text: swapped, kind, extra };
}

/** True where false stands and the other way round, at all places of a region, or at two of them. */
export function* truths(context: EditContext): Generator<Edit> {
  const nodes = [...ofRole(context, 'true', 'false')].map(({ node }) => node);
  const { words } = context.grammar;
  const roles = new Set(nodes.map((node) => text(context, node)));
  if (roles.size < 2 || nodes.length > MOST_TRUTHS) return;
  const inverted = (chosen: readonly SyntaxNode[], extra: number): Edit => {
    const start = chosen[0]?.start ?? 0;
    const end = chosen.at(-1)?.end ?? start;
    let changed = '';
    let at = start;
    for (const node of chosen) {
      const other = text(context, node) === words.true ? words.false : words.true;
      changed += context.source.text.slice(at, node.start) + other;
      at = node.end;
    }
    return { start, end, text: changed, kind: 'boolean', extra };
  };
  yield inverted(nodes, 0.5);
  if (nodes.length === 2) return;
  for (const [index, first] of nodes.entries()) {
    for (const second of nodes.slice(index + 1)) {
      if (text(context, first) !== text(context, second)) yield inverted([first, second], 1);
    }
  }
}

/** The two branches of an `if` in each other's place. */
export function* branches(context: EditContext): Generator<Edit> {
  for (const statement of context.statements) {
    if (context.grammar.statementRole(statement) !== 'if') continue;
    const consequence = childOf(statement, 'consequence');
    const alternative = childOf(statement, 'alternative');
    const body = alternative
      ? (childOf(alternative, 'body') ?? namedChildren(alternative)[0])
      : null;
    if (!consequence || !body || alternative?.type === 'elif_clause') continue;
    if (body.type === 'if_statement' || alternative?.type === 'if_statement') continue;
    yield exchange(context, consequence, body, 'swap-branches', 0.3);
  }
}
