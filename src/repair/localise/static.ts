import { grammarOf } from '../grammar/grammar.ts';
import { callView, memberView } from '../grammar/roles.ts';
import { descendants, type SourceFile, type SyntaxNode, textOf } from '../tree.ts';
import { nameOf } from './regions.ts';

/** How far calls are followed from a test. */
const DEPTH = 3;

/**
 * Lines that tests may run, from names alone: the functions that a test calls, and those that they call. For runners
 * whose coverage cannot be had.
 *
 * @param tests sources of the test files
 * @param products sources that may be edited
 * @returns lines from 1 by path
 */
export function reachableLines(
  tests: readonly SourceFile[],
  products: readonly SourceFile[],
): Record<string, number[]> {
  const functions = new Map<string, { source: SourceFile; node: SyntaxNode }[]>();
  for (const source of products) {
    const grammar = grammarOf(source.language);
    for (const node of descendants(source.root)) {
      if (!grammar.isFunction(node)) continue;
      const name = nameOf(source, node);
      if (name === '') continue;
      functions.set(name, [...(functions.get(name) ?? []), { source, node }]);
    }
  }
  const found = new Map<string, Set<number>>();
  const seen = new Set<SyntaxNode>();
  let names = new Set(tests.flatMap((source) => calledIn(source, source.root)));
  for (let depth = 0; depth < DEPTH && names.size > 0; depth++) {
    const next = new Set<string>();
    for (const name of names) {
      for (const { source, node } of functions.get(name) ?? []) {
        if (seen.has(node)) continue;
        seen.add(node);
        const lines = found.get(source.path) ?? new Set<number>();
        for (let row = node.row; row <= node.endRow; row++) lines.add(row + 1);
        found.set(source.path, lines);
        for (const called of calledIn(source, node)) next.add(called);
      }
    }
    names = next;
  }
  return Object.fromEntries([...found].map(([path, lines]) => [path, [...lines]]));
}

function calledIn(source: SourceFile, root: SyntaxNode): string[] {
  const grammar = grammarOf(source.language);
  const names: string[] = [];
  for (const node of descendants(root)) {
    if (grammar.role(node, source.text) !== 'call') continue;
    const call = callView(node);
    if (!call) continue;
    const member = memberView(call.callee);
    names.push(textOf(source, member ? member.name : call.callee));
  }
  return names;
}
