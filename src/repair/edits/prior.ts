import type { EditKind } from './edit.ts';

/**
 * Shares of the kinds of edits among small real and seeded bugs, per mille, as counted on published collections of
 * single-statement bugs and of hand-made ones. The order of the search follows from them.
 */
const SHARES: Readonly<Record<EditKind, number>> = {
  number: 130,
  string: 50,
  boolean: 40,
  compare: 75,
  arithmetic: 45,
  logical: 25,
  negate: 12,
  variable: 90,
  function: 25,
  method: 25,
  attribute: 15,
  offset: 55,
  'drop-operand': 55,
  'drop-clause': 30,
  'drop-argument': 20,
  'drop-element': 15,
  unwrap: 35,
  'swap-operands': 30,
  'swap-arguments': 15,
  'swap-elements': 15,
  'swap-statements': 8,
  'swap-branches': 8,
  wrap: 45,
  'wrap-method': 30,
  index: 15,
  'add-operand': 15,
  'add-clause': 32,
  'add-argument': 20,
  'replace-expression': 35,
  'drop-statement': 35,
  'move-statement': 10,
  'insert-statement': 25,
  guard: 15,
  'base-case': 8,
  return: 20,
  assignment: 8,
  'same-literal': 15,
};

/** Cost of a kind: the negative logarithm of its share. */
export const PRIOR = Object.fromEntries(
  Object.entries(SHARES).map(([kind, share]) => [kind, -Math.log(share / 1000)]),
) as Record<EditKind, number>;
