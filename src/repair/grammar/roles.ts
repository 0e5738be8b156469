import { childOf, namedChildren, type SyntaxNode } from '../tree.ts';

/** What a node is for the operators, whatever its language calls it. */
export type Role =
  | 'identifier'
  | 'number'
  | 'string'
  | 'true'
  | 'false'
  | 'none'
  | 'binary'
  | 'compare'
  | 'logical'
  | 'not'
  | 'unary'
  | 'call'
  | 'member'
  | 'subscript'
  | 'slice'
  | 'list'
  | 'tuple'
  | 'dict'
  | 'ternary'
  | 'lambda'
  | 'comprehension'
  | 'parenthesized'
  | 'await'
  | 'otherExpression';

/** Statement kinds that templates care about. */
export type StatementRole =
  | 'expression'
  | 'assignment'
  | 'declaration'
  | 'return'
  | 'if'
  | 'for'
  | 'while'
  | 'jump'
  | 'throw'
  | 'other';

/** A language as the operators see it. */
export interface Grammar {
  readonly family: 'python' | 'javascript' | 'go' | 'java';
  /** Null for anything that is not an expression that could be replaced by another. */
  role(node: SyntaxNode, text: string): Role | null;
  /** Null for anything that is not a statement. */
  statementRole(node: SyntaxNode): StatementRole | null;
  isFunction(node: SyntaxNode): boolean;
  isClass(node: SyntaxNode): boolean;
  /** A node whose named children are the statements of a block. */
  isBlock(node: SyntaxNode): boolean;
  /** True for parts that are never edited: types, decorators, imports, comments. */
  isOpaque(node: SyntaxNode): boolean;
  /** Spelling of the two-valued operators and constants. */
  readonly words: {
    readonly and: string;
    readonly or: string;
    readonly true: string;
    readonly false: string;
    readonly none: string;
    readonly self: string;
    not(operand: string): string;
    /** An `if` without `else`; its lines are indented by what is given. */
    when(condition: string, body: string, indent: string): string;
    /** Expressions for how much a container holds; which of them fits depends on its type. */
    sizes(name: string): readonly string[];
    /** The text without a character. */
    readonly emptyText: string;
    readonly equals: string;
    /** Ends a simple statement. */
    readonly end: string;
  };
  readonly compareOperators: readonly string[];
  readonly arithmeticOperators: readonly string[];
}

/** An operator between two operands; `operator` is the node to replace. */
export interface BinaryView {
  readonly left: SyntaxNode;
  readonly operator: SyntaxNode;
  readonly right: SyntaxNode;
}

/** @returns the operand pairs of a binary, logical or comparison node; a chained comparison has several */
export function binaryViews(node: SyntaxNode): BinaryView[] {
  const left = childOf(node, 'left');
  const right = childOf(node, 'right');
  const operator = childOf(node, 'operator') ?? node.children.find((child) => !child.named);
  if (left && right && operator) return [{ left, operator, right }];
  const views: BinaryView[] = [];
  const operands = node.children.filter((child) => child.field !== 'operators');
  const operators = node.children.filter((child) => child.field === 'operators');
  operators.forEach((each, index) => {
    const [first, second] = [operands[index], operands[index + 1]];
    if (first && second) views.push({ left: first, operator: each, right: second });
  });
  return views;
}

/** The parts of a call: what is called, its arguments, and the list with its parentheses. */
export interface CallView {
  readonly callee: SyntaxNode;
  readonly list: SyntaxNode;
  readonly arguments: readonly SyntaxNode[];
}

/** @returns null for a call without a plain argument list */
export function callView(node: SyntaxNode): CallView | null {
  const callee =
    childOf(node, 'function') ??
    childOf(node, 'constructor') ??
    childOf(node, 'name') ??
    childOf(node, 'type');
  const list = childOf(node, 'arguments');
  if (!callee || !list) return null;
  if (list.type === 'generator_expression') return { callee, list, arguments: [] };
  if (list.type === 'template_string') return null;
  return { callee, list, arguments: namedChildren(list) };
}

/** The parts of `object.name`. */
export interface MemberView {
  readonly object: SyntaxNode;
  readonly name: SyntaxNode;
}

/** @returns null when the node is no access to a named member */
export function memberView(node: SyntaxNode): MemberView | null {
  const object = childOf(node, 'object') ?? childOf(node, 'operand');
  const name = childOf(node, 'attribute') ?? childOf(node, 'property') ?? childOf(node, 'field');
  return object && name ? { object, name } : null;
}

/** @returns the container and the index of `container[index]`, null when there are several indices */
export function subscriptView(
  node: SyntaxNode,
): { readonly object: SyntaxNode; readonly index: SyntaxNode } | null {
  const object =
    childOf(node, 'value') ??
    childOf(node, 'object') ??
    childOf(node, 'array') ??
    childOf(node, 'operand');
  const indices = node.children.filter(
    (child) => child.field === 'subscript' || child.field === 'index',
  );
  const index = indices[0];
  return object && index && indices.length === 1 ? { object, index } : null;
}
