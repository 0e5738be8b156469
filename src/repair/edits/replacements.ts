import { binaryViews, callView, memberView, subscriptView } from '../grammar/roles.ts';
import type { SyntaxNode } from '../tree.ts';
import { type EditContext, type Expression, few, ofRole, replace, text } from './context.ts';
import type { Edit } from './edit.ts';
import { unique } from './ingredients.ts';
import { fitted, isCallee, isTarget, Level, levelOf } from './precedence.ts';

const MOST_LENGTH = 60;

/** An expression of the region in place of another. */
export function* expressions(context: EditContext): Generator<Edit> {
  const sources = new Map<string, Expression>();
  for (const expression of context.expressions) {
    const { role, text: own, node } = expression;
    if (own.length > MOST_LENGTH || role === 'identifier' || role === 'number' || role === 'string')
      continue;
    if (role === 'slice' || role === 'lambda' || role === 'true' || role === 'false') continue;
    if (isCallee(node) || sources.has(own)) continue;
    sources.set(own, expression);
  }
  for (const { node, role, text: own } of context.expressions) {
    if (own.length > 120 || role === 'slice' || isTarget(node) || isCallee(node)) continue;
    if (own === context.grammar.words.self) continue;
    if (node.parent?.type === 'expression_statement') continue;
    for (const [other, expression] of few([...sources], context.expressions.length, 10)) {
      if (other === own) continue;
      const level = levelOf(context, expression.node);
      const extra =
        (expression.role === role ? 0 : 0.8) +
        (own.includes(other) || other.includes(own) ? 0.2 : 0.4);
      yield replace(node, fitted(context, node, other, level), 'replace-expression', extra);
    }
  }
}

/** Measures and parts of containers in place of a name or a number. */
export function* measures(context: EditContext): Generator<Edit> {
  const python = context.grammar.family === 'python';
  const made = context.ingredients.variables
    .filter(({ isContainer, isParameter }) => isContainer || isParameter)
    .flatMap(({ name }) =>
      python
        ? [`len(${name})`, `${name}[0]`, `${name}[-1]`]
        : [`${name}.length`, `${name}[0]`, `${name}[${name}.length - 1]`],
    );
  for (const { node, role, text: own } of ofRole(
    context,
    'identifier',
    'number',
    'subscript',
    'member',
    'call',
  )) {
    if (isTarget(node) || isCallee(node) || own === context.grammar.words.self) continue;
    if (node.parent && memberView(node.parent)?.object === node) continue;
    if (node.parent && subscriptView(node.parent)?.object === node) continue;
    if (node.parent?.type === 'expression_statement') continue;
    for (const other of few(made, context.expressions.length)) {
      if (other === own) continue;
      const isCount = /^len\(|\.length$/.test(other) && isDivisor(context, node);
      const extra = isCount ? -0.8 : role === 'identifier' || role === 'number' ? 1 : 2;
      yield replace(node, other, 'replace-expression', extra);
    }
  }
}

/** What a sum is divided by is likely a count. */
function isDivisor(context: EditContext, node: SyntaxNode): boolean {
  const [view] = node.parent ? binaryViews(node.parent) : [];
  return view?.right === node && /^\/\/?$/.test(text(context, view.operator));
}

/** One more argument: a variable, a common number, a keyword that the language knows. */
export function* addedArguments(context: EditContext): Generator<Edit> {
  const { variables, numbers, strings } = context.ingredients;
  const python = context.grammar.family === 'python';
  for (const { node } of ofRole(context, 'call')) {
    const call = callView(node);
    if (!call || call.list.type === 'generator_expression') continue;
    const callee = text(context, call.callee);
    const last = call.arguments.at(-1);
    const first = call.arguments[0];
    const add = function* (argument: string, extra: number): Generator<Edit> {
      if (last) {
        yield {
          start: last.end,
          end: last.end,
          text: `, ${argument}`,
          kind: 'add-argument',
          extra,
        };
        if (first && !/=/.test(argument)) {
          yield {
            start: first.start,
            end: first.start,
            text: `${argument}, `,
            kind: 'add-argument',
            extra: extra + 0.3,
          };
        }
      } else {
        yield replace(call.list, `(${argument})`, 'add-argument', extra);
      }
    };
    if (/^(?:sorted|min|max)$|\.sort$/.test(callee) && python) {
      for (const keyword of sortKeys(context)) {
        if (last)
          yield {
            start: last.end,
            end: last.end,
            text: `, ${keyword}`,
            kind: 'add-argument',
            extra: 0.5,
          };
        else yield replace(call.list, `(${keyword})`, 'add-argument', 0.5);
      }
    }
    if (/\.sort$/.test(callee) && !python && !last) {
      for (const order of ['(a, b) => a - b', '(a, b) => b - a']) yield* add(order, 0.3);
    }
    if (call.arguments.length > 3) continue;
    for (const { name } of few(variables, 6 * context.expressions.length, 12))
      if (text(context, call.list) !== `(${name})`) yield* add(name, 0.7);
    for (const number of unique(['1', '0', '-1', '2', ...numbers.slice(0, 3)]))
      yield* add(number, 1);
    for (const string of strings.slice(0, 3)) yield* add(string, 1.7);
  }
}

function sortKeys(context: EditContext): string[] {
  const called = context.ingredients.functions.slice(0, 4);
  const keys = [
    'len',
    'abs',
    'str',
    'int',
    'lambda x: -x',
    'lambda x: (-len(x), x)',
    'lambda x: (len(x), x)',
    'lambda x: x[0]',
    'lambda x: x[1]',
    'lambda x: -x[1]',
    'lambda x: (-len(set(x)), x)',
    'str.lower',
  ];
  return ['reverse=True', ...unique([...keys, ...called]).map((key) => `key=${key}`)];
}

/** `a` to `a || other` and to `a ?? other`, `a.b` to `a?.b`: what is missing in JavaScript. */
export function* defaults(context: EditContext): Generator<Edit> {
  if (context.grammar.family !== 'javascript') return;
  for (const { node, role, text: own } of ofRole(
    context,
    'identifier',
    'member',
    'call',
    'subscript',
  )) {
    if (isTarget(node) || isCallee(node) || own === 'this') continue;
    const isValue = /assignment|declarator|argument|return|spread/.test(node.parent?.type ?? '');
    if (isValue) {
      for (const value of ['[]', "''", '{}', '0']) {
        yield replace(
          node,
          fitted(context, node, `${own} || ${value}`, Level.or),
          'add-operand',
          1.5,
        );
      }
    }
    const view = role === 'member' ? memberView(node) : null;
    if (view && !own.includes('?.') && /identifier|member/.test(view.object.type)) {
      yield {
        start: view.object.end,
        end: view.name.start,
        text: '?.',
        kind: 'attribute',
        extra: 1.5,
      };
    }
  }
}
