import type { LanguageId } from '../../syntax/languages.ts';
import type { Edit } from '../edits/edit.ts';
import { grammarOf } from '../grammar/grammar.ts';
import {
  childOf,
  descendants,
  namedChildren,
  parseSource,
  type SourceFile,
  type SyntaxNode,
  textOf,
} from '../tree.ts';

/** Counts a turn of a loop or a call; ends the candidate when there were too many. */
const GUARD = 'if(--__patchwright.fuel<0)__patchwright.out();';

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** Insertions of one pair are dropped together. */
  readonly pair: number;
  /** At one place: a smaller rank comes first, edits have rank 1. */
  readonly rank: number;
}

/** A function whose body can be replaced while the program runs. */
export interface Hook {
  readonly key: number;
  readonly node: SyntaxNode;
}

/**
 * The guards of a file, put in once and merged with the edits of each candidate; and hooks: at its start a hooked
 * function asks whether another body is to run in its place, which is evaluated in its own scope.
 */
export class Instrumentation {
  readonly hooks: readonly Hook[];
  private readonly source: SourceFile;
  private readonly guards: readonly Insertion[];
  private readonly hooking: readonly Insertion[];

  /** @param hooked functions that candidates will change */
  constructor(source: SourceFile, hooked: readonly SyntaxNode[] = []) {
    this.source = source;
    this.guards = guardsOf(source);
    const hooks: Hook[] = [];
    const hooking: Insertion[] = [];
    for (const node of hooked) {
      const key = hooks.length + 1;
      const insertions = hookOf(source, node, key);
      if (!insertions) continue;
      hooks.push({ key, node });
      hooking.push(...insertions);
    }
    this.hooks = hooks;
    this.hooking = hooking;
  }

  /** The file's text with edits and guards. */
  async apply(edits: readonly Edit[], withHooks = false): Promise<string> {
    const { source } = this;
    const [guards, guardLater] = this.guardsFor(edits);
    const insertions = withHooks ? [...this.hooking, ...guards] : guards;
    return guardLater(merged(source.text, insertions, edits, 0, source.text.length));
  }

  /** A function expression with the edits put in, for a hook's place. */
  async body(hook: Hook, edits: readonly Edit[]): Promise<string> {
    const { node } = hook;
    const { text } = this.source;
    const [guards, guardLater] = this.guardsFor(edits);
    if (node.type !== 'method_definition') {
      return guardLater(`(${merged(text, guards, edits, node.start, node.end)})`);
    }
    const parameters = childOf(node, 'parameters') ?? node;
    const rest = merged(text, guards, edits, parameters.start, node.end);
    const head = `${isAsync(node) ? 'async ' : ''}function${isGenerator(node) ? '*' : ''}`;
    return guardLater(`(${head}${rest})`);
  }

  /** The file's own guards when the edits leave their places alone; else none, and what puts in those of the result. */
  private guardsFor(
    edits: readonly Edit[],
  ): [readonly Insertion[], (code: string) => Promise<string>] {
    const isLost = this.guards.some(({ at }) =>
      edits.some(({ start, end }) => at > start && at < end),
    );
    if (!isLost) return [this.guards, async (code) => code];
    const { path, language } = this.source;
    return [[], (code) => guardedText(path, language, code)];
  }

  /** The innermost hooked function that holds all edits. */
  hookFor(edits: readonly Edit[]): Hook | null {
    const start = edits[0]?.start ?? 0;
    const end = edits.at(-1)?.end ?? start;
    let found: Hook | null = null;
    for (const hook of this.hooks) {
      const { node } = hook;
      const from =
        node.type === 'method_definition'
          ? (childOf(node, 'parameters') ?? node).start
          : node.start;
      if (from > start || end > node.end) continue;
      if (!found || node.start >= found.node.start) found = hook;
    }
    return found;
  }
}

/** A text with guards in it; as it is when it does not parse. */
export async function guardedText(
  path: string,
  language: LanguageId,
  text: string,
): Promise<string> {
  const source = await parseSource(path, language, text);
  if (!source || source.hasError) return text;
  return merged(text, guardsOf(source), [], 0, text.length);
}

function guardsOf(source: SourceFile): Insertion[] {
  const insertions: Insertion[] = [];
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
      insertions.push({ at: afterDirectives(body), text: GUARD, pair, rank: 0 });
    } else if (isLoop && body.type !== 'empty_statement') {
      insertions.push({ at: body.start, text: `{${GUARD}`, pair, rank: 0 });
      insertions.push({ at: body.end, text: '}', pair, rank: 2 });
    }
  }
  return insertions;
}

/** @returns null for a function that cannot be replaced by one evaluated inside of it */
function hookOf(source: SourceFile, node: SyntaxNode, key: number): Insertion[] | null {
  const body = childOf(node, 'body');
  const own = textOf(source, node);
  if (!body || /\bsuper\b|\bnew\.target\b/.test(own)) return null;
  const pair = -key;
  const on = `__patchwright.on===${key}`;
  if (node.type !== 'arrow_function') {
    if (body.type !== 'statement_block') return null;
    const run = 'eval(__patchwright.code).apply(this,arguments)';
    const text = `if(${on})return ${isGenerator(node) ? `yield* ${run}` : run};`;
    return [{ at: afterDirectives(body), text, pair, rank: -1 }];
  }
  const names = simpleParameters(source, node);
  if (!names) return null;
  const run = `eval(__patchwright.code)(${names.join(',')})`;
  if (body.type === 'statement_block') {
    return [{ at: afterDirectives(body), text: `if(${on})return ${run};`, pair, rank: -1 }];
  }
  return [
    { at: body.start, text: `(${on}?${run}:(`, pair, rank: -1 },
    { at: body.end, text: '))', pair, rank: 3 },
  ];
}

/** The parameters of an arrow function when they can be passed on as they are. */
function simpleParameters(source: SourceFile, node: SyntaxNode): string[] | null {
  const single = childOf(node, 'parameter');
  if (single) return single.type === 'identifier' ? [textOf(source, single)] : null;
  const list = childOf(node, 'parameters');
  if (!list) return null;
  const names: string[] = [];
  for (const each of namedChildren(list)) {
    const pattern = childOf(each, 'pattern') ?? each;
    if (childOf(each, 'value')) return null;
    if (pattern.type === 'identifier') names.push(textOf(source, pattern));
    else if (pattern.type === 'rest_pattern')
      names.push(textOf(source, pattern).replace(/:.*$/s, ''));
    else return null;
  }
  return names;
}

function isAsync(node: SyntaxNode): boolean {
  return node.children.some((child) => child.type === 'async');
}

function isGenerator(node: SyntaxNode): boolean {
  return node.children.some((child) => child.type === '*');
}

function merged(
  text: string,
  insertions: readonly Insertion[],
  edits: readonly Edit[],
  from: number,
  to: number,
): string {
  const dropped = new Set<number>();
  for (const { start, end } of edits) {
    for (const { at, pair } of insertions) if (at > start && at < end) dropped.add(pair);
  }
  const pieces: { at: number; end: number; text: string; rank: number }[] = [];
  for (const { at, text: piece, pair, rank } of insertions) {
    if (at >= from && at <= to && !dropped.has(pair))
      pieces.push({ at, end: at, text: piece, rank });
  }
  for (const edit of edits)
    pieces.push({ at: edit.start, end: edit.end, text: edit.text, rank: 1 });
  pieces.sort((a, b) => a.at - b.at || a.rank - b.rank);
  let result = '';
  let position = from;
  for (const piece of pieces) {
    if (piece.at > position) result += text.slice(position, piece.at);
    result += piece.text;
    position = Math.max(position, piece.end);
  }
  return result + text.slice(position, to);
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
