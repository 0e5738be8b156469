import type { Node, Tree } from 'web-tree-sitter';
import { DEFINITION_TYPES, type DefinitionKind } from './definition-types.ts';
import type { LanguageId } from './languages.ts';

/** A place where a name is defined. */
export interface Definition {
  readonly name: string;
  readonly kind: DefinitionKind;
  /** First and last line, from 1. */
  readonly line: number;
  readonly endLine: number;
  /** How many definitions stand around it. */
  readonly depth: number;
  /** Names of the definitions around it, outermost first, joined by `.`; empty at the top. */
  readonly container: string;
  /** The text up to its body, on one line, cut. */
  readonly signature: string;
}

const MAX_SIGNATURE = 200;
const FUNCTION_VALUES = new Set([
  'arrow_function',
  'function_expression',
  'function',
  'generator_function',
  'class',
]);
/** Nodes that may stand between a top-level variable and the root. */
const TOP_LEVEL = new Set([
  'program',
  'module',
  'source_file',
  'translation_unit',
  'expression_statement',
  'export_statement',
  'lexical_declaration',
  'variable_declaration',
  'const_declaration',
  'var_declaration',
  'var_spec_list',
  'preproc_ifdef',
  'preproc_if',
  'linkage_specification',
  'declaration_list',
  'field_declaration_list',
  'namespace_definition',
  'template_declaration',
]);

/** Finds the definitions of a file in the order of the text. */
export function definitionsOf(tree: Tree, language: LanguageId): Definition[] {
  const types = DEFINITION_TYPES[language];
  const open: { name: string; endIndex: number }[] = [];
  const found: Definition[] = [];
  for (const node of tree.rootNode.descendantsOfType(Object.keys(types))) {
    const kind = types[node.type];
    if (!kind || !isDefinition(node, kind)) continue;
    const name = nameOf(node);
    if (!name) continue;
    for (let last = open.at(-1); last && last.endIndex <= node.startIndex; last = open.at(-1)) {
      open.pop();
    }
    found.push({
      name,
      kind: kindOf(node, kind, open.length),
      line: node.startPosition.row + 1,
      endLine: endRow(node) + 1,
      depth: open.length,
      container: open.map((outer) => outer.name).join('.'),
      signature: signatureOf(node),
    });
    open.push({ name, endIndex: node.endIndex });
  }
  return found;
}

/** @returns name and lines of the innermost definition that is longer than the given line; null outside of all */
export function enclosing(
  tree: Tree,
  language: LanguageId,
  { text, line }: { readonly text: string; readonly line: number },
): Pick<Definition, 'name' | 'line' | 'endLine'> | null {
  const types = DEFINITION_TYPES[language];
  const indentation = text.split('\n', line)[line - 1]?.search(/\S/) ?? 0;
  const at = { row: line - 1, column: Math.max(0, indentation) };
  let node: Node | null = tree.rootNode.descendantForPosition(at);
  for (; node; node = node.parent) {
    const kind = types[node.type];
    if (!kind || !isDefinition(node, kind)) continue;
    const name = nameOf(node);
    const first = node.startPosition.row + 1;
    const last = endRow(node) + 1;
    if (name && last > first && last >= line) return { name, line: first, endLine: last };
  }
  return null;
}

/** A node may end at column 0 of the next line. */
function endRow(node: Node): number {
  const { row, column } = node.endPosition;
  return column === 0 && row > node.startPosition.row ? row - 1 : row;
}

function kindOf(node: Node, kind: DefinitionKind, depth: number): DefinitionKind {
  if (kind === 'function' && depth > 0 && insideClass(node)) return 'method';
  if (kind === 'variable' && hasFunctionValue(node)) return 'function';
  return kind;
}

function insideClass(node: Node): boolean {
  const outer = node.parent?.type === 'decorated_definition' ? node.parent.parent : node.parent;
  return /class|impl|trait/.test(outer?.parent?.type ?? '');
}

/** Leaves out what has the node type of a definition but is a use, a local, or has no body of its own. */
function isDefinition(node: Node, kind: DefinitionKind): boolean {
  switch (node.type) {
    case 'assignment':
      return isTopLevel(node, 1) || insideClassBody(node);
    case 'const_spec':
    case 'var_spec':
    case 'variable_declarator':
    case 'assignment_expression':
    case 'pair':
    case 'field_definition':
    case 'public_field_definition':
      return hasFunctionValue(node) || (node.type !== 'pair' && isTopLevel(node, 4));
    case 'declaration':
    case 'field_declaration':
      return declaratorOf(node)?.type === 'function_declarator' && isTopLevel(node, 12);
    case 'struct_specifier':
    case 'union_specifier':
    case 'enum_specifier':
    case 'class_specifier':
      return node.childForFieldName('body') !== null && node.childForFieldName('name') !== null;
    case 'class':
      // The keyword of the same name is an anonymous node; an expression without a name defines none.
      return node.isNamed && node.childForFieldName('name') !== null;
    case 'module':
      return node.isNamed && kind === 'module';
    default:
      return node.isNamed;
  }
}

function hasFunctionValue(node: Node): boolean {
  const value = node.childForFieldName('value') ?? node.childForFieldName('right');
  return value !== null && FUNCTION_VALUES.has(value.type);
}

function isTopLevel(node: Node, levels: number): boolean {
  let at = node.parent;
  for (let level = 0; at && level <= levels; level++) {
    if (!at.parent) return true;
    if (!TOP_LEVEL.has(at.type) && !/class_specifier|struct_specifier/.test(at.type)) return false;
    at = at.parent;
  }
  return at !== null && at.parent === null;
}

/** Constants in the body of a Ruby class or module, attributes in the body of a Python class. */
function insideClassBody(node: Node): boolean {
  const statement = node.parent?.type === 'expression_statement' ? node.parent : node;
  const body = statement.parent;
  if (!body || !/^(block|body_statement)$/.test(body.type)) return false;
  if (!/^(class_definition|class|module)$/.test(body.parent?.type ?? '')) return false;
  return body.type === 'block' || node.childForFieldName('left')?.type === 'constant';
}

function declaratorOf(node: Node): Node | null {
  let at = node.childForFieldName('declarator');
  while (at && /^(pointer|reference|parenthesized)_declarator$/.test(at.type)) {
    at = at.childForFieldName('declarator') ?? at.namedChild(0);
  }
  return at;
}

function nameOf(node: Node): string | null {
  const direct = node.childForFieldName('name') ?? node.childForFieldName('property');
  if (direct) return cleanName(direct.text);
  switch (node.type) {
    case 'impl_item':
      return cleanName(node.childForFieldName('type')?.text);
    case 'singleton_class':
      return 'self';
    case 'assignment':
    case 'assignment_expression':
      return assignedName(node.childForFieldName('left'));
    case 'pair':
      return cleanName(node.childForFieldName('key')?.text);
    case 'const_element':
      return cleanName(node.namedChild(0)?.text);
    case 'rule_set':
    case 'media_statement':
      return node.text.slice(0, node.text.indexOf('{')).trim() || null;
    default:
      return declaredName(node);
  }
}

/** `exports.a = …` and `A.prototype.b = …` define `a` and `b`. */
function assignedName(left: Node | null): string | null {
  if (!left) return null;
  if (left.type === 'member_expression') {
    return cleanName(left.childForFieldName('property')?.text);
  }
  return /^(identifier|constant)$/.test(left.type) ? cleanName(left.text) : null;
}

function declaredName(node: Node): string | null {
  let at: Node | null = declaratorOf(node);
  while (at && !/identifier|operator_name|destructor_name/.test(at.type)) {
    at = at.childForFieldName('declarator') ?? at.namedChild(0);
  }
  while (at?.type === 'qualified_identifier') at = at.childForFieldName('name');
  return cleanName(at?.text);
}

function cleanName(text: string | undefined): string | null {
  return text ? text.replace(/\s+/g, ' ').slice(0, 100) : null;
}

function signatureOf(node: Node): string {
  const body = bodyOf(node);
  const start = node.parent?.type === 'export_statement' ? node.parent : node;
  const text = start.text;
  const length = body ? body.startIndex - start.startIndex : firstLineLength(text);
  const flat = text
    .slice(0, length)
    .replace(/\s+/g, ' ')
    .replace(/\s*[{:]?\s*$/, '')
    .replace(/\s*=>$/, '');
  return flat.length > MAX_SIGNATURE ? `${flat.slice(0, MAX_SIGNATURE)}…` : flat;
}

function bodyOf(node: Node): Node | null {
  const value = node.childForFieldName('value') ?? node.childForFieldName('right');
  if (value && FUNCTION_VALUES.has(value.type)) return value.childForFieldName('body');
  return (
    node.childForFieldName('body') ??
    node.childForFieldName('accessors') ??
    node.namedChildren.find((child) => child?.type === 'block') ??
    null
  );
}

function firstLineLength(text: string): number {
  const end = text.indexOf('\n');
  return end < 0 ? text.length : end;
}
