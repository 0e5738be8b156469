import { transform } from 'sucrase';
import type { Edit } from '../edits/edit.ts';
import { grammarOf } from '../grammar/grammar.ts';
import { childOf, descendants, namedChildren, type SourceFile, type SyntaxNode } from '../tree.ts';

/** Counts a turn of a loop or a call; ends the candidate when there were too many. */
const GUARD = 'if(--__patchwright.fuel<0)__patchwright.out();';

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** Insertions of one pair are dropped together. */
  readonly pair: number;
}

/** The guards of a file, put in once and merged with the edits of each candidate. */
export class Instrumentation {
  private readonly source: SourceFile;
  private readonly insertions: Insertion[] = [];

  constructor(source: SourceFile) {
    this.source = source;
    let pair = 0;
    const grammar = grammarOf(source.language);
    for (const node of descendants(source.root)) {
      const isFunction = grammar.isFunction(node);
      const isLoop = /^(?:for|for_in|while|do)_statement$/.test(node.type);
      if (!isFunction && !isLoop) continue;
      const body = childOf(node, 'body');
      if (!body) continue;
      pair += 1;
      if (body.type === 'statement_block') {
        this.insertions.push({ at: afterDirectives(body), text: GUARD, pair });
      } else if (isLoop && body.type !== 'empty_statement') {
        this.insertions.push({ at: body.start, text: `{${GUARD}`, pair });
        this.insertions.push({ at: body.end, text: '}', pair });
      }
    }
    this.insertions.sort((a, b) => a.at - b.at);
  }

  /** The file's text with edits and guards; guards inside of replaced text are left out. */
  apply(edits: readonly Edit[]): string {
    const dropped = new Set<number>();
    for (const { start, end } of edits) {
      for (const { at, pair } of this.insertions) if (at > start && at < end) dropped.add(pair);
    }
    const { text } = this.source;
    const pieces: { at: number; end: number; text: string; rank: number }[] = [];
    for (const { at, text: piece, pair } of this.insertions) {
      if (!dropped.has(pair))
        pieces.push({ at, end: at, text: piece, rank: piece === '}' ? 2 : 0 });
    }
    for (const edit of edits)
      pieces.push({ at: edit.start, end: edit.end, text: edit.text, rank: 1 });
    pieces.sort((a, b) => a.at - b.at || a.rank - b.rank);
    let result = '';
    let position = 0;
    for (const piece of pieces) {
      if (piece.at < position) {
        // The closing brace of a loop body whose end was replaced stands after the replacement.
        if (piece.rank === 2) result += piece.text;
        continue;
      }
      result += text.slice(position, piece.at) + piece.text;
      position = piece.end;
    }
    return result + text.slice(position);
  }
}

/** `'use strict'` must stay the first thing of its function. */
function afterDirectives(block: SyntaxNode): number {
  let at = block.start + 1;
  for (const statement of namedChildren(block)) {
    const [only] = statement.children;
    if (statement.type !== 'expression_statement' || only?.type !== 'string') break;
    at = statement.end;
  }
  return at;
}

/** @returns whether a file must be turned into a plain script before it can be loaded */
export function needsTransform(path: string, text: string): boolean {
  if (/\.(?:ts|tsx|mts|cts|jsx|mjs)$/.test(path)) return true;
  if (path.endsWith('.cjs')) return false;
  return /^\s*(?:import\b\s*[\w{*'"]|export\b\s*[\w{*])/m.test(text);
}

/**
 * Turns TypeScript, JSX and ECMAScript modules into a plain script; every line keeps its number.
 *
 * @throws {Error} for a text that does not parse
 */
export function toScript(path: string, text: string): string {
  const typed = /\.(?:ts|tsx|mts|cts)$/.test(path);
  const jsx = /\.(?:tsx|jsx|js|mjs)$/.test(path) && (!typed || path.endsWith('.tsx'));
  const { code } = transform(text, {
    transforms: [
      ...(typed ? (['typescript'] as const) : []),
      ...(jsx ? (['jsx'] as const) : []),
      'imports',
    ],
    filePath: path,
    disableESTransforms: true,
    production: true,
  });
  return code.replace(/\bimport\.meta\b/g, '__patchwright_meta');
}
