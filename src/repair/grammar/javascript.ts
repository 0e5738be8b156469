import type { SyntaxNode } from '../tree.ts';
import { operatorRole, wordsOf } from './c-family.ts';
import type { Grammar, Role, StatementRole } from './roles.ts';

const ROLES: Readonly<Record<string, Role>> = {
  identifier: 'identifier',
  this: 'identifier',
  undefined: 'none',
  null: 'none',
  number: 'number',
  string: 'string',
  template_string: 'otherExpression',
  regex: 'otherExpression',
  true: 'true',
  false: 'false',
  unary_expression: 'unary',
  call_expression: 'call',
  new_expression: 'call',
  member_expression: 'member',
  subscript_expression: 'subscript',
  array: 'list',
  object: 'dict',
  ternary_expression: 'ternary',
  arrow_function: 'lambda',
  function_expression: 'lambda',
  parenthesized_expression: 'parenthesized',
  await_expression: 'await',
  non_null_expression: 'otherExpression',
  as_expression: 'otherExpression',
  update_expression: 'otherExpression',
  assignment_expression: 'otherExpression',
  augmented_assignment_expression: 'otherExpression',
};

const COMPARE = ['<', '<=', '>', '>=', '==', '!=', '===', '!==', 'in', 'instanceof'];

const STATEMENTS: Readonly<Record<string, StatementRole>> = {
  expression_statement: 'expression',
  lexical_declaration: 'declaration',
  variable_declaration: 'declaration',
  return_statement: 'return',
  if_statement: 'if',
  for_statement: 'for',
  for_in_statement: 'for',
  while_statement: 'while',
  do_statement: 'while',
  break_statement: 'jump',
  continue_statement: 'jump',
  throw_statement: 'throw',
  switch_statement: 'other',
  try_statement: 'other',
  labeled_statement: 'other',
};

const FUNCTIONS = new Set([
  'function_declaration',
  'function_expression',
  'generator_function_declaration',
  'generator_function',
  'arrow_function',
  'method_definition',
]);

const OPAQUE = new Set([
  'comment',
  'import_statement',
  'type_annotation',
  'type_arguments',
  'type_parameters',
  'interface_declaration',
  'type_alias_declaration',
  'predefined_type',
  'decorator',
  'ERROR',
]);

const NOT_VALUES: Readonly<Record<string, readonly string[]>> = {
  function_declaration: ['name'],
  function_expression: ['name'],
  generator_function_declaration: ['name'],
  generator_function: ['name'],
  class_declaration: ['name'],
  class: ['name'],
  method_definition: ['name'],
  variable_declarator: ['name'],
  arrow_function: ['parameter', 'parameters'],
  labeled_statement: ['label'],
  break_statement: ['label'],
  continue_statement: ['label'],
  assignment_pattern: ['left'],
  required_parameter: ['pattern'],
  optional_parameter: ['pattern'],
  catch_clause: ['parameter'],
  as_expression: ['type'],
  pair: ['key'],
};

const BINDING_PARENTS = new Set([
  'formal_parameters',
  'rest_pattern',
  'object_pattern',
  'array_pattern',
  'pair_pattern',
  'import_specifier',
  'export_specifier',
]);

function role(node: SyntaxNode, text: string): Role | null {
  if (!node.named) return null;
  const parent = node.parent;
  if (parent) {
    if (BINDING_PARENTS.has(parent.type)) return null;
    if (NOT_VALUES[parent.type]?.includes(node.field)) return null;
    if (parent.type === 'for_in_statement' && node.field === 'left') return null;
    // The parentheses of `if (…)` are the statement's own.
    if (node.type === 'parenthesized_expression' && /statement$/.test(parent.type)) {
      if (node.field === 'condition' || node.field === 'value') return null;
    }
    // A `'use strict'` directive.
    if (node.type === 'string' && parent.type === 'expression_statement') return null;
  }
  return operatorRole(node, text, COMPARE) ?? ROLES[node.type] ?? null;
}

/** JavaScript and TypeScript as the operators see them. */
export const javascriptGrammar: Grammar = {
  family: 'javascript',
  role,
  statementRole(node) {
    const found = STATEMENTS[node.type] ?? null;
    if (found !== 'expression') return found;
    const inner = node.children[0]?.type ?? '';
    if (/assignment_expression$|^update_expression$/.test(inner)) return 'assignment';
    return inner === 'string' ? null : 'expression';
  },
  isFunction: (node) => FUNCTIONS.has(node.type),
  isClass: (node) => node.type === 'class_declaration' || node.type === 'class',
  isBlock: (node) => node.type === 'statement_block',
  isOpaque: (node) => OPAQUE.has(node.type),
  words: wordsOf({
    none: 'null',
    self: 'this',
    sizes: (name) => [`${name}.length`],
    emptyText: "''",
    equals: '===',
  }),
  compareOperators: COMPARE,
  arithmeticOperators: ['+', '-', '*', '/', '%', '**', '&', '|', '^', '<<', '>>', '>>>'],
};
