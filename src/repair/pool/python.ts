import { applyEdits, type Edit } from '../edits/edit.ts';
import { grammarOf } from '../grammar/grammar.ts';
import {
  ancestors,
  childOf,
  type SourceFile,
  type SyntaxNode,
  smallestAround,
  textOf,
} from '../tree.ts';

/** A function that the Python worker can swap on its own. */
export interface PythonUnit {
  readonly start: number;
  readonly end: number;
  /** Row of its `def`, from 0. */
  readonly line: number;
  readonly name: string;
  /** Lines of the classes around it, outermost first. */
  readonly headers: readonly string[];
}

/**
 * The outermost function around an edit that stands in classes only, with the first line of each class.
 *
 * @returns null for an edit outside of any function, in a decorator, a default value or the parameters
 */
export function pythonUnit(source: SourceFile, start: number, end: number): PythonUnit | null {
  const grammar = grammarOf('python');
  let unit: SyntaxNode | null = null;
  let at: SyntaxNode | null = smallestAround(source.root, start, end);
  for (; at; at = at.parent) if (grammar.isFunction(at)) unit = at;
  if (!unit) return null;
  const body = childOf(unit, 'body');
  if (!body || start < body.start) return null;
  const headers: string[] = [];
  for (const outer of ancestors(unit)) {
    if (!grammar.isClass(outer)) continue;
    const name = childOf(outer, 'name');
    const lineStart = source.text.lastIndexOf('\n', outer.start - 1) + 1;
    const indent = source.text.slice(lineStart, outer.start);
    headers.unshift(`${indent}class ${name ? textOf(source, name) : '_'}:`);
  }
  const lineStart = source.text.lastIndexOf('\n', unit.start - 1) + 1;
  const nameNode = childOf(unit, 'name');
  return {
    start: lineStart,
    end: unit.end,
    line: unit.row,
    name: nameNode ? textOf(source, nameNode) : '',
    headers,
  };
}

/** The text of a unit with edits put in. */
export function unitText(source: SourceFile, unit: PythonUnit, edits: readonly Edit[]): string {
  const shifted = edits.map((edit) => ({
    ...edit,
    start: edit.start - unit.start,
    end: edit.end - unit.start,
  }));
  return `${applyEdits(source.text.slice(unit.start, unit.end), shifted)}\n`;
}
