import { binaryViews } from '../grammar/roles.ts';
import { childOf, descendants } from '../tree.ts';
import { type EditContext, ofRole, replace, text } from './context.ts';
import type { Edit } from './edit.ts';
import { fitted, Level, operand, operatorLevel, requiredLevel } from './precedence.ts';
import { assignmentOf } from './statements.ts';

const ORDER = ['<', '<=', '>', '>='];
const BOUNDARY: Readonly<Record<string, string>> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const NEGATED: Readonly<Record<string, string>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '==': '!=',
  '!=': '==',
  '===': '!==',
  '!==': '===',
  in: 'not in',
  'not in': 'in',
  is: 'is not',
  'is not': 'is',
};
const REVERSED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' };

/** Another comparison: the boundary moved, turned round, negated, or any other. */
export function* comparisons(context: EditContext): Generator<Edit> {
  const python = context.grammar.family === 'python';
  for (const { node } of ofRole(context, 'compare')) {
    for (const { operator } of binaryViews(node)) {
      const own = text(context, operator).replace(/\s+/g, ' ');
      const strict = own.length === 3 && own.endsWith('==');
      const equal = python ? ['==', '!='] : strict ? ['===', '!=='] : ['==', '!=', '===', '!=='];
      const isOrder = ORDER.includes(own);
      const others = isOrder || equal.includes(own) ? [...ORDER, ...equal] : [...equal];
      if (NEGATED[own]) others.push(NEGATED[own]);
      for (const other of new Set(others)) {
        if (other === own || !context.grammar.compareOperators.includes(other)) continue;
        const likely = other === BOUNDARY[own] || other === NEGATED[own] || other === REVERSED[own];
        yield replace(operator, other, 'compare', likely ? 0 : 1.2);
      }
    }
  }
}

const ARITHMETIC: Readonly<Record<string, readonly string[]>> = {
  '+': ['-', '*', '/', '//', '%'],
  '-': ['+', '%', '/', '//', '*'],
  '*': ['/', '+', '**', '-', '//', '%'],
  '/': ['*', '//', '%', '-', '+'],
  '//': ['/', '%', '*', '-'],
  '%': ['//', '/', '*', '-'],
  '**': ['*', '//'],
  '&': ['|', '^'],
  '|': ['&', '^', '+'],
  '^': ['|', '&', '**'],
  '<<': ['>>'],
  '>>': ['<<', '>>>'],
  '>>>': ['>>'],
};

/** Another arithmetic operator, also in an augmented assignment; the grouping stays. */
export function* arithmetic(context: EditContext): Generator<Edit> {
  const { arithmeticOperators } = context.grammar;
  for (const { node } of ofRole(context, 'binary')) {
    const [view] = binaryViews(node);
    if (!view) continue;
    const own = text(context, view.operator);
    for (const [rank, other] of (ARITHMETIC[own] ?? []).entries()) {
      if (!arithmeticOperators.includes(other)) continue;
      const extra = rank === 0 ? 0 : 0.7;
      if (operatorLevel(other) === operatorLevel(own) && operatorLevel(own) > 0) {
        yield replace(view.operator, other, 'arithmetic', extra);
        continue;
      }
      // A change of precedence regroups; keep the grouping that the tree had, and offer the other as it reads.
      const level = operatorLevel(other) < 0 ? Level.postfix : operatorLevel(other);
      const left = operand(context, view.left, level);
      const right = operand(context, view.right, level + 1);
      yield replace(
        node,
        fitted(context, node, `${left} ${other} ${right}`, operatorLevel(other)),
        'arithmetic',
        extra,
      );
      yield replace(view.operator, other, 'arithmetic', extra + 0.7);
    }
  }
  for (const node of augmentedAssignments(context)) {
    const operator = childOf(node, 'operator') ?? node.children.find((child) => !child.named);
    if (!operator) continue;
    const own = text(context, operator).replace(/=$/, '');
    for (const [rank, other] of (ARITHMETIC[own] ?? []).entries()) {
      if (!arithmeticOperators.includes(other)) continue;
      yield replace(operator, `${other}=`, 'arithmetic', rank === 0 ? 0 : 0.7);
    }
  }
}

function* augmentedAssignments(context: EditContext) {
  const { family } = context.grammar;
  for (const statement of context.statements) {
    const node = assignmentOf(statement);
    if (node && /^augmented_assignment/.test(node.type)) yield node;
    // In Go and Java `=` and `+=` are nodes of one type.
    if (family !== 'go' && family !== 'java') continue;
    const operator = node && childOf(node, 'operator');
    if (node && operator && /^[^=<>!]+=$/.test(text(context, operator))) yield node;
  }
}

/** `i++` to `i--` and the other way round. */
export function* steps(context: EditContext): Generator<Edit> {
  for (const node of descendants(context.region)) {
    if (!/^(?:inc_statement|dec_statement|update_expression)$/.test(node.type)) continue;
    const sign = node.children.find((child) => /^(?:\+\+|--)$/.test(child.type));
    if (sign) yield replace(sign, sign.type === '++' ? '--' : '++', 'arithmetic', 0.7);
  }
}

/** `and` for `or` and the other way round. */
export function* logicalOperators(context: EditContext): Generator<Edit> {
  const { words } = context.grammar;
  for (const { node } of ofRole(context, 'logical')) {
    const [view] = binaryViews(node);
    if (!view) continue;
    const own = text(context, view.operator);
    const other = own === words.and ? words.or : own === words.or ? words.and : null;
    if (other) {
      const whole =
        operand(context, view.left, operatorLevel(other)) +
        ` ${other} ` +
        operand(context, view.right, operatorLevel(other) + 1);
      const plain = requiredLevel(context, node) <= operatorLevel(other);
      if (plain) yield replace(view.operator, other, 'logical');
      else yield replace(node, `(${whole})`, 'logical');
      if (!plain) yield replace(view.operator, other, 'logical', 1);
    }
    if (own === '||' && context.grammar.family === 'javascript')
      yield replace(view.operator, '??', 'logical', 1.5);
    if (own === '??') yield replace(view.operator, '||', 'logical', 0.5);
  }
  yield* allOfChain(context);
}

/** Every operator of a chain of three or more clauses at once. */
function* allOfChain(context: EditContext): Generator<Edit> {
  const { words } = context.grammar;
  for (const { node } of ofRole(context, 'logical')) {
    if (node.parent && context.grammar.role(node.parent, context.source.text) === 'logical')
      continue;
    const [view] = binaryViews(node);
    if (!view) continue;
    const own = text(context, view.operator);
    const other = own === words.and ? words.or : own === words.or ? words.and : null;
    if (!other) continue;
    const clauses: string[] = [];
    let at = node;
    for (;;) {
      const [inner] = binaryViews(at);
      const isSame =
        context.grammar.role(at, context.source.text) === 'logical' &&
        inner !== undefined &&
        text(context, inner.operator) === own;
      if (!isSame || !inner) break;
      clauses.unshift(operand(context, inner.right, operatorLevel(other) + 1));
      at = inner.left;
    }
    if (clauses.length < 2) continue;
    clauses.unshift(operand(context, at, operatorLevel(other)));
    const whole = clauses.join(` ${other} `);
    yield replace(node, fitted(context, node, whole, operatorLevel(other)), 'logical', 0.3);
  }
}

/** A condition turned into its opposite, and a negation removed. */
export function* negations(context: EditContext): Generator<Edit> {
  const { words, family } = context.grammar;
  const notLevel = family === 'python' ? Level.not : Level.unary;
  for (const { node, role, text: own } of context.expressions) {
    if (role === 'not') {
      const argument = childOf(node, 'argument') ?? childOf(node, 'operand');
      if (argument) yield replace(node, text(context, argument), 'negate');
      continue;
    }
    const isCondition = node.field === 'condition' || node.parent?.type === 'if_clause';
    const inCondition =
      node.parent && context.grammar.role(node.parent, context.source.text) === 'logical';
    const inParens =
      node.parent?.type === 'parenthesized_expression' && node.parent.field === 'condition';
    const isReturned = node.parent?.type === 'return_statement';
    if (!isCondition && !inCondition && !inParens && !(isReturned && role === 'compare')) continue;
    if (role === 'compare' && binaryViews(node).length === 1) continue;
    const negated = words.not(operand(context, node, Level.unary));
    if (own !== '')
      yield replace(
        node,
        fitted(context, node, negated, notLevel),
        'negate',
        role === 'logical' ? 0.5 : 0,
      );
  }
}
