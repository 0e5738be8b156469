import type { SyntaxNode } from '../tree.ts';
import type { Grammar, Role, StatementRole } from './roles.ts';

const ROLES: Readonly<Record<string, Role>> = {
  identifier: 'identifier',
  integer: 'number',
  float: 'number',
  string: 'string',
  concatenated_string: 'otherExpression',
  true: 'true',
  false: 'false',
  none: 'none',
  binary_operator: 'binary',
  comparison_operator: 'compare',
  boolean_operator: 'logical',
  not_operator: 'not',
  unary_operator: 'unary',
  call: 'call',
  attribute: 'member',
  subscript: 'subscript',
  slice: 'slice',
  list: 'list',
  tuple: 'tuple',
  set: 'list',
  dictionary: 'dict',
  conditional_expression: 'ternary',
  lambda: 'lambda',
  list_comprehension: 'comprehension',
  set_comprehension: 'comprehension',
  dictionary_comprehension: 'comprehension',
  generator_expression: 'comprehension',
  parenthesized_expression: 'parenthesized',
  await: 'await',
};

const STATEMENTS: Readonly<Record<string, StatementRole>> = {
  expression_statement: 'expression',
  return_statement: 'return',
  if_statement: 'if',
  for_statement: 'for',
  while_statement: 'while',
  break_statement: 'jump',
  continue_statement: 'jump',
  pass_statement: 'other',
  raise_statement: 'throw',
  assert_statement: 'other',
  delete_statement: 'other',
  try_statement: 'other',
  with_statement: 'other',
  match_statement: 'other',
  global_statement: 'other',
  nonlocal_statement: 'other',
};

/** Fields of a parent in which an identifier is a name that is bound or a label, no value. */
const NOT_VALUES: Readonly<Record<string, readonly string[]>> = {
  function_definition: ['name', 'parameters'],
  class_definition: ['name'],
  attribute: ['attribute'],
  keyword_argument: ['name'],
  default_parameter: ['name'],
  typed_default_parameter: ['name'],
  lambda: ['parameters'],
  as_pattern: ['alias'],
};

const BINDING_PARENTS = new Set([
  'parameters',
  'lambda_parameters',
  'typed_parameter',
  'list_splat_pattern',
  'dictionary_splat_pattern',
  'global_statement',
  'nonlocal_statement',
  'as_pattern_target',
]);

const OPAQUE = new Set([
  'comment',
  'type',
  'decorator',
  'import_statement',
  'import_from_statement',
  'future_import_statement',
  'type_alias_statement',
  'global_statement',
  'nonlocal_statement',
  'ERROR',
]);

function role(node: SyntaxNode): Role | null {
  if (!node.named) return null;
  const found = ROLES[node.type];
  if (!found) return null;
  const parent = node.parent;
  if (parent) {
    if (BINDING_PARENTS.has(parent.type)) return null;
    if (NOT_VALUES[parent.type]?.includes(node.field)) return null;
    // `f(x for x in y)`: the generator's parentheses are the call's own.
    if (node.type === 'generator_expression' && parent.type === 'call') return null;
    if (node.type === 'string' && isDocstring(node, parent)) return null;
  }
  return found;
}

function isDocstring(node: SyntaxNode, parent: SyntaxNode): boolean {
  return parent.type === 'expression_statement' && parent.children.length === 1 && !!node;
}

/** Python as the operators see it. */
export const pythonGrammar: Grammar = {
  family: 'python',
  role,
  statementRole(node) {
    const found = STATEMENTS[node.type] ?? null;
    if (found !== 'expression') return found;
    const inner = node.children[0]?.type;
    if (inner === 'assignment' || inner === 'augmented_assignment') return 'assignment';
    return inner === 'string' ? null : 'expression';
  },
  isFunction: (node) => node.type === 'function_definition',
  isClass: (node) => node.type === 'class_definition',
  isBlock: (node) => node.type === 'block',
  isOpaque: (node) => OPAQUE.has(node.type),
  words: {
    and: 'and',
    or: 'or',
    true: 'True',
    false: 'False',
    none: 'None',
    self: 'self',
    not: (operand) => `not ${operand}`,
    when: (condition, body, indent) =>
      `if ${condition}:\n${indent}${indent.startsWith('\t') ? '\t' : '    '}${body}`,
    sizes: (name) => [`len(${name})`],
    emptyText: "''",
    equals: '==',
    end: '',
  },
  compareOperators: ['<', '<=', '>', '>=', '==', '!=', 'in', 'not in', 'is', 'is not'],
  arithmeticOperators: ['+', '-', '*', '/', '//', '%', '**', '&', '|', '^', '<<', '>>', '@'],
};
