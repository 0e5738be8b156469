import { binaryViews, callView } from '../grammar/roles.ts';
import { namedChildren, type SyntaxNode } from '../tree.ts';
import { type EditContext, type Expression, few, ofRole, replace, text } from './context.ts';
import type { Edit } from './edit.ts';
import { fitted, isCallee, isTarget, Level, levelOf, operand } from './precedence.ts';

const WRAPPABLE = new Set([
  'identifier',
  'call',
  'member',
  'subscript',
  'binary',
  'comprehension',
  'list',
  'ternary',
  'parenthesized',
]);

/** Expressions that a call, a suffix or an offset may be put around. */
function* wrappable(context: EditContext): Generator<Expression> {
  for (const expression of context.expressions) {
    const { node, role, text: own } = expression;
    if (!WRAPPABLE.has(role) || isTarget(node) || isCallee(node)) continue;
    if (own === context.grammar.words.self || own.length > 200) continue;
    if (node.parent?.type === 'expression_statement') continue;
    if (
      role === 'identifier' &&
      context.ingredients.library.wrappers.some((each) => each.startsWith(`${own}(`))
    )
      continue;
    yield expression;
  }
}

/** `x` to `f(x)`: functions of the language, then those of the file. */
export function* calls(context: EditContext): Generator<Edit> {
  const { library, functions } = context.ingredients;
  const own = functions.filter(
    (name) => !library.wrappers.some((each) => each.startsWith(`${name}(`)),
  );
  for (const { node, text: inner } of wrappable(context)) {
    for (const [rank, wrapper] of library.wrappers.entries()) {
      const spread = /[*.]\$/.test(wrapper) && levelOf(context, node) < Level.or;
      const whole = wrapper.replace('$', () => (spread ? `(${inner})` : inner));
      // A distance is a difference without its sign.
      const isDistance = /\babs\(/.test(wrapper) && isDifference(context, node);
      const extra = isDistance ? -0.7 : Math.min(2, rank * 0.15);
      yield replace(node, fitted(context, node, whole, Level.postfix), 'wrap', extra);
    }
    for (const [rank, name] of own.slice(0, 12).entries()) {
      yield replace(node, `${name}(${inner})`, 'wrap', 0.7 + rank * 0.2);
    }
  }
}

/** `x` to `-x`; likelier beside others that have their sign turned. */
export function* signs(context: EditContext): Generator<Edit> {
  for (const { node, role, text: inner } of wrappable(context)) {
    if (!/^(?:identifier|call|member|subscript)$/.test(role)) continue;
    if (node.parent?.type.startsWith('unary') || /^["'`[{]/.test(inner)) continue;
    const siblings = node.parent ? namedChildren(node.parent) : [];
    const isBesideOne = siblings.some((each) => /^-\w/.test(text(context, each)));
    const whole = fitted(context, node, `-${inner}`, Level.unary);
    yield replace(node, whole, 'wrap', isBesideOne ? -0.7 : 1.5);
  }
}

function isDifference(context: EditContext, node: SyntaxNode): boolean {
  const [view] = binaryViews(node);
  return view !== undefined && text(context, view.operator) === '-';
}

/** Names of several things are lists: parts of them are taken, and they have no case. */
function suffixExtra(inner: string, suffix: string): number {
  const isPlural = /[a-z]s$/.test(inner) && !/ss$/.test(inner);
  if (/^(?:\[|\.slice)/.test(suffix)) return isPlural ? -0.8 : 0;
  return isPlural && /^\.(?:lower|upper|strip|is[a-z]+|to[A-Z]\w+Case|trim)\(/.test(suffix)
    ? 0.8
    : 0;
}

/** `x` to `x.method()` or to a part of it. */
export function* suffixes(context: EditContext): Generator<Edit> {
  const { library, variables, methods } = context.ingredients;
  const noArgument = methods.filter((name) => !library.suffixes.includes(`.${name}()`));
  for (const { node } of wrappable(context)) {
    const inner = operand(context, node, Level.postfix);
    for (const [rank, suffix] of library.suffixes.entries()) {
      const extra = Math.min(2, rank * 0.1) + suffixExtra(inner, suffix);
      yield replace(node, inner + suffix, 'wrap-method', extra);
    }
    for (const name of noArgument.slice(0, 8))
      yield replace(node, `${inner}.${name}()`, 'wrap-method', 1.5);
    for (const { name, isContainer } of few(variables, 4 * context.expressions.length)) {
      if (name === inner) continue;
      const extra = isContainer ? 2 : 1;
      if (context.grammar.family === 'python') {
        yield replace(node, `${inner}[:${name}]`, 'index', extra);
        yield replace(node, `${inner}[${name}:]`, 'index', extra);
      } else if (context.grammar.family === 'javascript') {
        yield replace(node, `${inner}.slice(0, ${name})`, 'index', extra);
        yield replace(node, `${inner}.slice(${name})`, 'index', extra);
      }
      yield replace(node, `${inner}[${name}]`, 'index', extra + 0.3);
    }
  }
}

/** One more or one less, where numbers are likely: bounds, indices, operands, arguments. */
export function* offsets(context: EditContext): Generator<Edit> {
  for (const { node, role } of wrappable(context)) {
    if (role === 'list' || role === 'comprehension') continue;
    const inner = operand(context, node, Level.sum);
    const extra = isNumberPlace(context, node) ? 0 : 1.2;
    for (const offset of [`${inner} + 1`, `${inner} - 1`]) {
      yield replace(node, fitted(context, node, offset, Level.sum), 'offset', extra);
    }
  }
}

function isNumberPlace(context: EditContext, node: SyntaxNode): boolean {
  const { parent } = node;
  if (!parent) return false;
  if (
    /slice|subscript|index/.test(parent.type) &&
    node.field !== 'value' &&
    node.field !== 'object'
  )
    return true;
  const role = context.grammar.role(parent, context.source.text);
  if (role === 'compare' || role === 'binary') return true;
  const call = parent.parent ? callView(parent.parent) : null;
  return call !== null && /^range$|slice|at$/.test(text(context, call.callee));
}

/** `a` to `a + b` for the variables of the scope; what the region multiplies, it may have forgotten elsewhere. */
export function* addedOperands(context: EditContext): Generator<Edit> {
  const { variables } = context.ingredients;
  for (const { node, role } of wrappable(context)) {
    if (role === 'list' || role === 'comprehension' || role === 'ternary') continue;
    if (node.parent && context.grammar.role(node.parent, context.source.text) === 'member')
      continue;
    for (const { name, isNumber, isContainer } of few(variables, 3 * context.expressions.length)) {
      for (const [sign, level] of [
        ['+', Level.sum],
        ['-', Level.sum],
        ['*', Level.product],
      ] as const) {
        const inner = operand(context, node, level);
        const extra = (isNumber && !isContainer ? 0 : 1) + (sign === '*' ? 0.7 : 0);
        yield replace(
          node,
          fitted(context, node, `${inner} ${sign} ${name}`, level),
          'add-operand',
          extra,
        );
      }
    }
  }
}

/** A doubled call: `f(x)` to `f(f(x))`, and `x.f()` to `x.f().f()`. */
export function* doubled(context: EditContext): Generator<Edit> {
  for (const { node, text: own } of ofRole(context, 'call')) {
    const call = callView(node);
    if (!call || own.length > 80) continue;
    const [only] = call.arguments;
    if (call.callee.type === 'identifier' && call.arguments.length === 1 && only) {
      yield replace(only, own, 'wrap', 0.7);
    }
  }
}
