import type { SyntaxNode } from '../tree.ts';
import { COMPARE, operatorRole, wordsOf } from './c-family.ts';
import type { Grammar, Role, StatementRole } from './roles.ts';

const ROLES: Readonly<Record<string, Role>> = {
  unary_expression: 'otherExpression',
  identifier: 'identifier',
  decimal_integer_literal: 'number',
  decimal_floating_point_literal: 'number',
  string_literal: 'string',
  character_literal: 'otherExpression',
  true: 'true',
  false: 'false',
  null_literal: 'none',
  method_invocation: 'call',
  object_creation_expression: 'call',
  field_access: 'member',
  array_access: 'subscript',
  ternary_expression: 'ternary',
  lambda_expression: 'lambda',
  parenthesized_expression: 'parenthesized',
  cast_expression: 'otherExpression',
  update_expression: 'otherExpression',
  assignment_expression: 'otherExpression',
  instanceof_expression: 'otherExpression',
};

const STATEMENTS: Readonly<Record<string, StatementRole>> = {
  expression_statement: 'expression',
  local_variable_declaration: 'declaration',
  return_statement: 'return',
  if_statement: 'if',
  for_statement: 'for',
  enhanced_for_statement: 'for',
  while_statement: 'while',
  do_statement: 'while',
  break_statement: 'jump',
  continue_statement: 'jump',
  throw_statement: 'throw',
  try_statement: 'other',
  switch_expression: 'other',
};

const NOT_VALUES: Readonly<Record<string, readonly string[]>> = {
  method_declaration: ['name'],
  constructor_declaration: ['name'],
  class_declaration: ['name'],
  method_invocation: ['name'],
  field_access: ['field'],
  formal_parameter: ['name'],
  variable_declarator: ['name'],
  enhanced_for_statement: ['name'],
  catch_formal_parameter: ['name'],
  lambda_expression: ['parameters'],
  labeled_statement: ['label'],
};

const OPAQUE =
  /^(?:.*comment|import_declaration|package_declaration|modifiers|annotation|.*_type|type_identifier|type_arguments|type_parameters|superclass|super_interfaces|throws|dimensions|ERROR)$/;

function role(node: SyntaxNode, text: string): Role | null {
  if (!node.named) return null;
  const { parent } = node;
  if (parent) {
    if (NOT_VALUES[parent.type]?.includes(node.field)) return null;
    if (parent.type === 'inferred_parameters') return null;
    // The parentheses of `if (…)` are the statement's own.
    if (node.type === 'parenthesized_expression' && /statement$/.test(parent.type)) return null;
  }
  return operatorRole(node, text, COMPARE) ?? ROLES[node.type] ?? null;
}

/** Java as the operators see it. */
export const javaGrammar: Grammar = {
  family: 'java',
  role,
  statementRole(node) {
    const found = STATEMENTS[node.type] ?? null;
    if (found !== 'expression') return found;
    const inner = node.children[0]?.type ?? '';
    return /^(?:assignment|update)_expression$/.test(inner) ? 'assignment' : 'expression';
  },
  isFunction: (node) =>
    /^(?:method_declaration|constructor_declaration|lambda_expression)$/.test(node.type),
  isClass: (node) => /^(?:class|enum|record|interface)_declaration$/.test(node.type),
  isBlock: (node) => node.type === 'block' || node.type === 'constructor_body',
  isOpaque: (node) => OPAQUE.test(node.type),
  words: wordsOf({
    none: 'null',
    self: 'this',
    sizes: (name) => [`${name}.length()`, `${name}.size()`, `${name}.length`],
    emptyText: '""',
    equals: '==',
  }),
  compareOperators: COMPARE,
  arithmeticOperators: ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '>>>'],
};
