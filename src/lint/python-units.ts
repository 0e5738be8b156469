import type { Node } from 'web-tree-sitter';
import { parse } from '../syntax/parser.ts';

interface Definition {
  /** Name with its number among the definitions of the same name, below the name of its class. */
  readonly key: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Everything before the body, decorators included. */
  readonly header: string;
  readonly text: string;
}

interface Class extends Definition {
  readonly members: readonly Member[];
}

export type Member = ({ readonly kind: 'function' } & Definition) | Statement;
export type Unit = Member | ({ readonly kind: 'class' } & Class);

interface Statement {
  readonly kind: 'statement';
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** @returns the statements of a Python module in their order; null when it cannot be taken apart */
export async function unitsOf(text: string): Promise<Unit[] | null> {
  const tree = await parse('python', text);
  if (!tree || tree.rootNode.hasError) return null;
  const names = new Map<string, number>();
  return childrenOf(tree.rootNode).map((node): Unit => {
    const inner = node.childForFieldName('definition') ?? node;
    if (inner.type !== 'class_definition') return memberOf(node, text, '', names);
    const definition = definitionOf(node, text, '', names);
    const below = new Map<string, number>();
    const body = inner.childForFieldName('body');
    const members = body
      ? childrenOf(body).map((child) => memberOf(child, text, `${definition.key}.`, below))
      : [];
    return { kind: 'class', ...definition, members };
  });
}

function childrenOf(node: Node): Node[] {
  return node.namedChildren.filter((child) => child !== null && child.type !== 'comment') as Node[];
}

function memberOf(node: Node, text: string, prefix: string, names: Map<string, number>): Member {
  const inner = node.childForFieldName('definition') ?? node;
  if (inner.type === 'function_definition') {
    return { kind: 'function', ...definitionOf(node, text, prefix, names) };
  }
  const { startIndex: start, endIndex: end } = node;
  return { kind: 'statement', start, end, text: text.slice(start, end) };
}

function definitionOf(
  node: Node,
  text: string,
  prefix: string,
  names: Map<string, number>,
): Definition {
  const inner = node.childForFieldName('definition') ?? node;
  const name = inner.childForFieldName('name')?.text ?? '';
  const count = names.get(name) ?? 0;
  names.set(name, count + 1);
  const { startIndex: start, endIndex: end } = node;
  const bodyStart = inner.childForFieldName('body')?.startIndex ?? end;
  return {
    key: `${prefix}${name}#${count}`,
    name,
    start,
    end,
    header: text.slice(start, bodyStart).trimEnd(),
    text: text.slice(start, end),
  };
}
