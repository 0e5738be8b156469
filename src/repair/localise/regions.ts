import { grammarOf } from '../grammar/grammar.ts';
import { childOf, descendants, type SourceFile, type SyntaxNode, textOf } from '../tree.ts';
import type { SuspiciousLine } from './suspicion.ts';

/** A function whose edits are tried, with how suspicious it and its lines are. */
export interface Region {
  readonly source: SourceFile;
  readonly node: SyntaxNode;
  /** Qualified name, for a person. */
  readonly name: string;
  readonly score: number;
  /** Score by line, from 1. */
  readonly lines: ReadonlyMap<number, number>;
}

/** A nested function of fewer lines belongs to the one around it. */
const LEAST_LINES = 4;
/** A function of more lines is split into those nested in it. */
const MOST_LINES = 120;
const NAMED_BONUS = 0.15;

/**
 * Groups suspicious lines by function.
 *
 * @param issueWords words of the issue; a function or file named in it counts more
 */
export function regionsOf(
  sources: readonly SourceFile[],
  lines: readonly SuspiciousLine[],
  issueWords: ReadonlySet<string>,
): Region[] {
  const regions: Region[] = [];
  for (const source of sources) {
    const grammar = grammarOf(source.language);
    const functions = [...descendants(source.root)].filter((node) => grammar.isFunction(node));
    const found = new Map<SyntaxNode, Map<number, number>>();
    for (const line of lines) {
      if (line.path !== source.path) continue;
      const node = regionAt(functions, line.line - 1);
      if (!node) continue;
      const scores = found.get(node) ?? new Map<number, number>();
      scores.set(line.line, line.score);
      found.set(node, scores);
    }
    for (const [node, scores] of found) {
      const name = qualifiedName(source, node);
      const best = [...scores.values()].sort((a, b) => b - a).slice(0, 3);
      const mean = best.reduce((sum, each) => sum + each, 0) / Math.max(1, best.length);
      const file =
        source.path
          .split('/')
          .at(-1)
          ?.replace(/\.\w+$/, '') ?? '';
      const isNamed = namesOf(source, node).some((each) => issueWords.has(each));
      const named = (isNamed ? NAMED_BONUS : 0) + (issueWords.has(file) ? NAMED_BONUS / 3 : 0);
      regions.push({ source, node, name, score: mean + named, lines: scores });
    }
  }
  return regions.sort(
    (a, b) =>
      b.score - a.score ||
      a.source.path.localeCompare(b.source.path) ||
      a.node.start - b.node.start,
  );
}

/** The function to edit for a row: not a tiny one inside another, nor one that is a whole module. */
function regionAt(functions: readonly SyntaxNode[], row: number): SyntaxNode | null {
  const around = functions
    .filter((node) => node.row <= row && row <= node.endRow)
    .sort((a, b) => b.start - a.start);
  let chosen: SyntaxNode | null = null;
  for (const node of around) {
    const lines = node.endRow - node.row + 1;
    if (chosen && lines > MOST_LINES) break;
    if (chosen && chosen.endRow - chosen.row + 1 >= LEAST_LINES && !isInline(chosen)) break;
    chosen = node;
  }
  return chosen;
}

/** A callback or a lambda inside an expression belongs to the function around it. */
function isInline(node: SyntaxNode): boolean {
  return (
    /arrow_function|function_expression|generator_function$/.test(node.type) &&
    /arguments|pair|binary|parenthesized/.test(node.parent?.type ?? '') &&
    node.endRow - node.row < 12
  );
}

/** `Class.method`, or the name that a function is assigned to. */
export function qualifiedName(source: SourceFile, node: SyntaxNode): string {
  const grammar = grammarOf(source.language);
  const names: string[] = [];
  for (let at: SyntaxNode | null = node; at; at = at.parent) {
    if (!grammar.isFunction(at) && !grammar.isClass(at)) continue;
    const own = childOf(at, 'name') ?? assignedName(at);
    if (own) names.unshift(textOf(source, own).split(/[.\s]/).at(-1) ?? '');
    else if (at === node) names.unshift('(anonymous)');
  }
  return names.join('.');
}

/** The function's own name without what stands around it; empty for one without a name. */
export function nameOf(source: SourceFile, node: SyntaxNode): string {
  const own = childOf(node, 'name') ?? assignedName(node);
  return own ? (textOf(source, own).split(/[.\s]/).at(-1) ?? '') : '';
}

/** Every name that a function goes by: its own and those it is assigned to, as in `a.uniq = a.unique = function`. */
function namesOf(source: SourceFile, node: SyntaxNode): string[] {
  const names = [qualifiedName(source, node).split('.').at(-1) ?? ''];
  for (let at = node.parent; at; at = at.parent) {
    if (at.type !== 'assignment_expression') break;
    const left = childOf(at, 'left');
    if (left) names.push(textOf(source, left).split(/[.\s]/).at(-1) ?? '');
  }
  return names;
}

function assignedName(node: SyntaxNode): SyntaxNode | null {
  const { parent } = node;
  if (!parent) return null;
  if (parent.type === 'variable_declarator') return childOf(parent, 'name');
  if (parent.type === 'pair') return childOf(parent, 'key');
  if (/assignment_expression|field_definition/.test(parent.type))
    return childOf(parent, 'left') ?? childOf(parent, 'property') ?? childOf(parent, 'name');
  return null;
}
