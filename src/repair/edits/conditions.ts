import { childOf, type SyntaxNode } from '../tree.ts';
import { type EditContext, few, replace, text } from './context.ts';
import type { Edit } from './edit.ts';
import { unique } from './ingredients.ts';
import { fitted, Level, operand } from './precedence.ts';

/** A condition that an edit may put in, and how unusual it is. */
export interface Condition {
  readonly text: string;
  readonly extra: number;
}

/** Conditions made of the variables of the scope; likelier ones first. */
export function simpleConditions(context: EditContext): Condition[] {
  const { numbers, strings } = context.ingredients;
  const variables = context.ingredients.variables.slice(0, 20);
  const { family, words } = context.grammar;
  const python = family === 'python';
  const made: Condition[] = [];
  const add = (extra: number, ...texts: readonly string[]) => {
    for (const each of texts) made.push({ text: each, extra });
  };
  for (const { name, isContainer, isNumber } of variables) {
    const isNull = context.crash?.names.has(name) ? -2.5 : 0;
    add(isNull, words.not(name));
    // In Go what holds for nil holds for all that is empty.
    const none = isNull + (family === 'go' && isContainer ? 1.8 : 0.3);
    add(none, python ? `${name} is None` : `${name} == ${words.none}`);
    add(none, python ? `${name} is not None` : `${name} != ${words.none}`);
    add(isNull + 0.8, name);
    if (isContainer) {
      const sizes = words.sizes(name);
      // What is empty ends a program in typed languages.
      const isEmpty = family === 'go' || family === 'java' ? isNull : 0;
      add(isEmpty + 0.4, ...sizes.map((size) => `${size} ${words.equals} 0`));
      add(1, ...sizes.map((size) => `${size} ${words.equals} 1`));
    }
    for (const number of unique(['0', '1', ...numbers.slice(0, 4)])) {
      const extra = isNumber && !isContainer ? 0.7 : 1.7;
      add(extra, `${name} == ${number}`, `${name} < ${number}`, `${name} > ${number}`);
    }
    for (const string of strings.slice(0, 3)) add(isNumber ? 2.2 : 1.2, `${name} == ${string}`);
  }
  for (const [index, a] of variables.entries()) {
    for (const b of variables.slice(index + 1)) {
      const alike = a.isContainer === b.isContainer;
      add(alike ? 1.2 : 2.2, `${a.name} == ${b.name}`, `${a.name} != ${b.name}`);
      // Only numbers are commonly told apart by their order.
      const order = a.isNumber && b.isNumber && alike ? 1.3 : 3.2;
      add(order, `${a.name} < ${b.name}`, `${a.name} > ${b.name}`);
      add(order, `${a.name} <= ${b.name}`, `${a.name} >= ${b.name}`);
      if (!python) continue;
      if (b.isContainer) add(1.2, `${a.name} in ${b.name}`, `${a.name} not in ${b.name}`);
      if (a.isContainer) add(1.2, `${b.name} in ${a.name}`, `${b.name} not in ${a.name}`);
    }
  }
  return made.sort((first, second) => first.extra - second.extra);
}

/** The places of a region that hold a condition, with the loosest level that fits there. */
function* conditionPlaces(context: EditContext): Generator<SyntaxNode> {
  const { grammar, source } = context;
  for (const { node } of context.expressions) {
    const parent = node.parent;
    const isWhole = node.field === 'condition' || parent?.type === 'if_clause';
    const inParens = parent?.type === 'parenthesized_expression' && parent.field === 'condition';
    const isTernary =
      parent &&
      grammar.role(parent, source.text) === 'ternary' &&
      isTernaryCondition(context, node, parent);
    const isLogical = parent && grammar.role(parent, source.text) === 'logical';
    const isPredicate = parent?.type === 'lambda' && node.field === 'body';
    const isReturned =
      parent?.type === 'return_statement' && /compar|binary|boolean/.test(node.type);
    if (isWhole || inParens || isTernary || isLogical || isPredicate || isReturned) yield node;
  }
}

function isTernaryCondition(context: EditContext, node: SyntaxNode, parent: SyntaxNode): boolean {
  const named = parent.children.filter((child) => child.named);
  return named[context.grammar.family === 'python' ? 1 : 0] === node;
}

/** `c` to `c and d` or `c or d`, where `d` is a condition of the region, one like it, or a simple one. */
export function* clauses(context: EditContext): Generator<Edit> {
  const { words } = context.grammar;
  const { conditions } = context.ingredients;
  const places = [...conditionPlaces(context)];
  const near = few(
    unique(conditions.flatMap((condition) => [condition, ...variants(context, condition)])),
    2 * places.length,
  );
  const arrangements = conditions.map(partsOf);
  // Two of the ways to put the same parts together stand there: the third is what was forgotten.
  const completes = (clause: string) =>
    arrangements.filter((parts) => parts === partsOf(clause)).length > 1;
  const simple = few(simpleConditions(context), 2 * places.length);
  for (const node of places) {
    const own = text(context, node);
    for (const [word, level] of [
      [words.and, Level.and],
      [words.or, Level.or],
    ] as const) {
      const left = operand(context, node, level);
      const give = (clause: string, extra: number) =>
        replace(
          node,
          fitted(context, node, `${left} ${word} ${clause}`, level),
          'add-clause',
          extra,
        );
      for (const clause of near) {
        if (clause === own) continue;
        if (conditions.includes(clause)) yield give(clause, 0.3);
        else yield give(clause, completes(clause) ? -1.7 : 0.8);
        if (!conditions.includes(clause)) continue;
        // A branch that another condition of the function is to keep out of.
        if (/^[\w$.]+$/.test(clause)) yield give(words.not(clause), 0.4);
        else yield give(words.not(`(${clause})`), 1.2);
      }
      for (const { text: clause, extra } of simple) {
        if (!near.includes(clause)) yield give(clause, 1.2 + extra);
      }
    }
  }
}

/** Names, numbers and operators of a condition, whatever their order. */
function partsOf(condition: string): string {
  return (condition.match(/\w+|[^\s\w]+/g) ?? []).sort().join(' ');
}

/** A condition with one of its names replaced by another of the scope. */
function variants(context: EditContext, condition: string): string[] {
  const names = context.ingredients.variables.map(({ name }) => name);
  const found: string[] = [];
  for (const match of condition.matchAll(/(?<![\w.'"])[A-Za-z_]\w*/g)) {
    if (!names.includes(match[0])) continue;
    for (const other of names) {
      if (other === match[0]) continue;
      found.push(
        condition.slice(0, match.index) + other + condition.slice(match.index + match[0].length),
      );
    }
  }
  for (const match of condition.matchAll(/(?<![\w.'"-])\d+(?![\w.'"])/g)) {
    for (const other of context.ingredients.numbers.slice(0, 6)) {
      if (other !== match[0])
        found.push(
          condition.slice(0, match.index) + other + condition.slice(match.index + match[0].length),
        );
    }
  }
  if (/^[\w.[\]]+ [=!]==? [\w.[\]]+ [+-] [\w.[\]]+$/.test(condition)) return found;
  const sum = /^(\w+) ?\+ ?(\w+) ?(===?) ?(\w+)$/.exec(condition);
  if (sum) {
    const [, a, b, equals, c] = sum;
    found.push(`${a} + ${c} ${equals} ${b}`, `${b} + ${c} ${equals} ${a}`);
  }
  return found.slice(0, 60);
}

/** A whole condition replaced by another of the region or by a simple one. */
export function* replacedConditions(context: EditContext): Generator<Edit> {
  const { conditions } = context.ingredients;
  const { words } = context.grammar;
  const places = [...conditionPlaces(context)];
  const simple = few(simpleConditions(context), places.length);
  for (const node of places) {
    const own = text(context, node);
    const give = (other: string, extra: number) =>
      replace(node, fitted(context, node, other, Level.and), 'replace-expression', extra);
    for (const other of conditions)
      if (other !== own) yield give(`(${other})`.replace(/^\((.*)\)$/s, '$1'), 1);
    for (const { text: other, extra } of simple) {
      if (other !== own && !conditions.includes(other)) yield give(other, 1.7 + extra);
    }
    if (own !== words.true) yield give(words.true, 2.5);
    if (own !== words.false) yield give(words.false, 2.5);
  }
}

/** An `else if` that is told apart from what came before: `elif` to `if`, `if` to `elif`. */
export function* elseIfs(context: EditContext): Generator<Edit> {
  if (context.grammar.family !== 'python') return;
  for (const statement of context.statements) {
    if (context.grammar.statementRole(statement) !== 'if') continue;
    for (const child of statement.children) {
      if (child.type !== 'elif_clause') continue;
      const condition = childOf(child, 'condition');
      const keyword = child.children[0];
      if (condition && keyword) yield replace(keyword, 'if', 'replace-expression', 1);
    }
  }
}
