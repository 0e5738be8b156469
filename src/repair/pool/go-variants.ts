import { applyEdits, type Candidate } from '../edits/edit.ts';
import { grammarOf } from '../grammar/grammar.ts';
import {
  ancestors,
  childOf,
  type SourceFile,
  type SyntaxNode,
  smallestAround,
  textOf,
} from '../tree.ts';

/** The variable of a Go program that says which variant of its functions runs; 0 or unset: what stands in the file. */
export const VARIANT_VARIABLE = 'PATCHWRIGHT_VARIANT';

/** A file that holds many candidates at once. */
export interface Variants {
  readonly text: string;
  /** First and last line, from 1, of each variant in the text. */
  readonly lines: ReadonlyMap<number, readonly [first: number, last: number]>;
}

/** A candidate with the number that selects it. */
export type Numbered = readonly [number, Candidate];

/**
 * Puts candidates of one file into one program (mutant schemata; Untch, Offutt and Harrold 1993): each function begins
 * with a switch whose cases are closures with the changed body. Candidates that change more than the body of one
 * function are left out.
 */
export function goVariants(source: SourceFile, candidates: readonly Numbered[]): Variants {
  const byBody = new Map<SyntaxNode, { readonly node: SyntaxNode; readonly list: Numbered[] }>();
  for (const numbered of candidates) {
    const found = bodyAround(source, numbered[1]);
    if (!found) continue;
    const known = byBody.get(found.body) ?? { node: found.node, list: [] };
    known.list.push(numbered);
    byBody.set(found.body, known);
  }
  const lines = new Map<number, readonly [number, number]>();
  let text = '';
  let line = 1;
  let at = 0;
  const add = (part: string) => {
    text += part;
    line += part.split('\n').length - 1;
  };
  for (const [body, { node, list }] of [...byBody].sort(([a], [b]) => a.start - b.start)) {
    add(source.text.slice(at, body.start + 1));
    at = body.start + 1;
    const parameters = childOf(node, 'parameters');
    const result = source.text.slice(parameters?.end ?? body.start, body.start).trim();
    add(`\nswitch ${NUMBER} {\n`);
    for (const [number, candidate] of list) {
      const shifted = candidate.edits.map((edit) => ({
        ...edit,
        start: edit.start - body.start,
        end: edit.end - body.start,
      }));
      const changed = applyEdits(textOf(source, body), shifted);
      const first = line;
      const call = `func() ${result} ${changed}()`;
      add(`case ${number}:\n${result === '' ? `${call}\nreturn` : `return ${call}`}\n`);
      lines.set(number, [first, line - 1]);
    }
    add('}\n');
  }
  return { text: text + source.text.slice(at), lines };
}

const NUMBER = 'patchwrightVariant';

/** A file of the same package that reads the number of the variant. */
export function variantFile(source: SourceFile): string {
  const clause = source.root.children.find((node) => node.type === 'package_clause');
  const name = clause ? textOf(source, clause) : 'package main';
  return `${name}

import (
	patchwrightOs "os"
	patchwrightStrconv "strconv"
)

var ${NUMBER}, _ = patchwrightStrconv.Atoi(patchwrightOs.Getenv("${VARIANT_VARIABLE}"))
`;
}

/** The top-level function whose body holds all edits. */
export function bodyAround(source: SourceFile, { edits }: Candidate) {
  const start = edits[0]?.start ?? 0;
  const end = edits.at(-1)?.end ?? 0;
  const grammar = grammarOf('go');
  const at = smallestAround(source.root, start, end);
  let node: SyntaxNode | null = null;
  for (const outer of [at, ...ancestors(at)]) if (grammar.isFunction(outer)) node = outer;
  const body = node && childOf(node, 'body');
  return node && body && body.start < start && end < body.end ? { node, body } : null;
}

/**
 * The variants that a compiler complains of.
 *
 * @param output lines with `FILE:LINE:`
 * @param names by which the compiler may call the file with the variants
 */
export function refused(
  output: string,
  names: readonly string[],
  { lines }: Variants,
): Set<number> {
  const found = new Set<number>();
  for (const match of output.matchAll(/^(\S+\.go):(\d+)(?::\d+)?: /gm)) {
    if (!names.includes((match[1] ?? '').split('/').at(-1) ?? '')) continue;
    const line = Number(match[2]);
    for (const [number, [first, last]] of lines) {
      if (first <= line && line <= last) found.add(number);
    }
  }
  return found;
}
