import { binaryViews, subscriptView } from '../grammar/roles.ts';
import { type EditContext, few, ofRole, replace, text } from './context.ts';
import type { Edit } from './edit.ts';
import { fitted, isCallee, isTarget, Level, operand } from './precedence.ts';

/** Both sides of a comparison or an operation wrapped alike: one omission made twice. */
export function* bothSides(context: EditContext): Generator<Edit> {
  const { library, functions } = context.ingredients;
  const own = functions.slice(0, 4).map((name) => `${name}($)`);
  for (const { node } of ofRole(context, 'compare', 'binary')) {
    const views = binaryViews(node);
    const [view] = views;
    if (!view || views.length > 1 || node.end - node.start > 120) continue;
    const { left, right } = view;
    const isLiteral = /^(?:number|integer|float|string|true|false|none|null)$/;
    if (isLiteral.test(right.type) || isLiteral.test(left.type)) continue;
    if (left.type === 'unary_operator' || left.type === 'unary_expression') continue;
    const between = context.source.text.slice(left.end, right.start);
    const span = { start: left.start, end: right.end };
    for (const [rank, wrapper] of [...library.wrappers, ...own].entries()) {
      const wrap = (inner: string) => wrapper.replace('$', () => inner);
      const made = wrap(text(context, left)) + between + wrap(text(context, right));
      yield { ...span, text: made, kind: 'wrap', extra: 1.2 + Math.min(2, rank * 0.15) };
    }
    for (const [rank, suffix] of library.suffixes.entries()) {
      const put = (side: typeof left) => operand(context, side, Level.postfix) + suffix;
      const made = put(left) + between + put(right);
      yield { ...span, text: made, kind: 'wrap-method', extra: 1.2 + Math.min(2, rank * 0.1) };
    }
  }
}

/** One element of a container taken where all of it was to be counted or summed up. */
export function* reductions(context: EditContext): Generator<Edit> {
  const python = context.grammar.family === 'python';
  const made = python
    ? ['sum($)', 'max($)', 'min($)', 'len($)', 'sorted($)', "''.join($)"]
    : [
        '$.length',
        'Math.max(...$)',
        'Math.min(...$)',
        '$.reduce((a, b) => a + b, 0)',
        "$.join('')",
      ];
  for (const { node } of ofRole(context, 'subscript')) {
    const view = subscriptView(node);
    if (!view || isTarget(node)) continue;
    const container = operand(context, view.object, Level.postfix);
    for (const wrapper of made) {
      const whole = wrapper.replace('$', () => container);
      yield replace(node, fitted(context, node, whole, Level.postfix), 'replace-expression', 1);
    }
  }
}

/** Another variable, converted, in the place of one. */
export function* conversions(context: EditContext): Generator<Edit> {
  const python = context.grammar.family === 'python';
  const made = python
    ? ['str($)', 'int($)', 'bin($)', 'len($)', 'abs($)', 'ord($)', 'list($)', 'set($)', 'sum($)']
    : ['String($)', 'Number($)', '$.length', 'Math.abs($)', '$.toString()', '$.toString(2)'];
  const names = context.ingredients.variables.map(({ name }) => name);
  const places = [...ofRole(context, 'identifier')].filter(
    ({ node, text: own }) => !isTarget(node) && !isCallee(node) && names.includes(own),
  );
  for (const { node, text: own } of places) {
    for (const name of few(names, places.length * made.length, 5)) {
      if (name === own) continue;
      for (const wrapper of made) {
        const whole = wrapper.replace('$', () => name);
        yield replace(node, fitted(context, node, whole, Level.postfix), 'variable', 2.5);
      }
    }
  }
}
