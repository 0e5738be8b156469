import { childOf, type SyntaxNode } from '../tree.ts';
import type { Grammar, Role } from './roles.ts';

/** What the languages that write `&&`, `||` and `!` share. */

type Words = Grammar['words'];

/** @returns the source text of a node's operator; empty where it has none */
export function operatorOf(node: SyntaxNode, text: string): string {
  const operator = childOf(node, 'operator');
  return operator ? text.slice(operator.start, operator.end) : '';
}

export const COMPARE = ['<', '<=', '>', '>=', '==', '!='];

/** Role of an expression with an operator; undefined where that does not tell it. */
export function operatorRole(
  node: SyntaxNode,
  text: string,
  compareOperators: readonly string[],
): Role | undefined {
  const sign = operatorOf(node, text);
  if (node.type === 'binary_expression') {
    if (sign === '&&' || sign === '||' || sign === '??') return 'logical';
    return compareOperators.includes(sign) ? 'compare' : 'binary';
  }
  if (node.type === 'unary_expression') {
    if (sign === '!') return 'not';
    if (sign === '-') return 'unary';
  }
  return undefined;
}

/** @param own the words that differ between the languages */
export function wordsOf(
  own: Pick<Words, 'none' | 'self' | 'sizes' | 'emptyText' | 'equals'> & Partial<Words>,
): Words {
  return {
    when: (condition, body) => `if (${condition}) ${body}`,
    end: ';',
    and: '&&',
    or: '||',
    true: 'true',
    false: 'false',
    not: (operand) => `!${operand}`,
    ...own,
  };
}
