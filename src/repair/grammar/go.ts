import type { SyntaxNode } from '../tree.ts';
import { COMPARE, operatorRole, wordsOf } from './c-family.ts';
import type { Grammar, Role, StatementRole } from './roles.ts';

const ROLES: Readonly<Record<string, Role>> = {
  identifier: 'identifier',
  int_literal: 'number',
  float_literal: 'number',
  interpreted_string_literal: 'string',
  raw_string_literal: 'otherExpression',
  rune_literal: 'otherExpression',
  true: 'true',
  false: 'false',
  nil: 'none',
  call_expression: 'call',
  selector_expression: 'member',
  index_expression: 'subscript',
  slice_expression: 'otherExpression',
  composite_literal: 'otherExpression',
  type_conversion_expression: 'otherExpression',
  func_literal: 'lambda',
  parenthesized_expression: 'parenthesized',
  unary_expression: 'otherExpression',
};

const STATEMENTS: Readonly<Record<string, StatementRole>> = {
  expression_statement: 'expression',
  assignment_statement: 'assignment',
  inc_statement: 'assignment',
  dec_statement: 'assignment',
  short_var_declaration: 'declaration',
  var_declaration: 'declaration',
  return_statement: 'return',
  if_statement: 'if',
  for_statement: 'for',
  break_statement: 'jump',
  continue_statement: 'jump',
  defer_statement: 'other',
  go_statement: 'other',
  expression_switch_statement: 'other',
  type_switch_statement: 'other',
  select_statement: 'other',
};

const NOT_VALUES: Readonly<Record<string, readonly string[]>> = {
  function_declaration: ['name'],
  parameter_declaration: ['name'],
  variadic_parameter_declaration: ['name'],
  var_spec: ['name'],
  const_spec: ['name'],
  keyed_element: ['key'],
};

const OPAQUE =
  /^(?:comment|import_declaration|package_clause|type_declaration|.*_type|type_identifier|type_arguments|ERROR)$/;

function role(node: SyntaxNode, text: string): Role | null {
  if (!node.named) return null;
  const { parent } = node;
  if (parent && NOT_VALUES[parent.type]?.includes(node.field)) return null;
  // The blank name is no value.
  if (text.slice(node.start, node.end) === '_') return null;
  return operatorRole(node, text, COMPARE) ?? ROLES[node.type] ?? null;
}

/** Go as the operators see it. */
export const goGrammar: Grammar = {
  family: 'go',
  role,
  statementRole: (node) => STATEMENTS[node.type] ?? null,
  isFunction: (node) =>
    /^(?:function_declaration|method_declaration|func_literal)$/.test(node.type),
  isClass: () => false,
  isBlock: (node) => node.type === 'statement_list',
  isOpaque: (node) => OPAQUE.test(node.type),
  words: wordsOf({
    none: 'nil',
    self: '',
    sizes: (name) => [`len(${name})`],
    emptyText: '""',
    equals: '==',
    end: '',
    when: (condition, body, indent) => `if ${condition} {\n${indent}\t${body}\n${indent}}`,
  }),
  compareOperators: COMPARE,
  arithmeticOperators: ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'],
};
