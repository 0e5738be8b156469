import { applyEdits, type Candidate } from './edits/edit.ts';
import { grammarOf } from './grammar/grammar.ts';
import { qualifiedName } from './localise/regions.ts';
import type { RankedPatch } from './result.ts';
import { rowFinder } from './search.ts';
import { descendants, type SourceFile } from './tree.ts';

/** A candidate as whole lines, as the `edit` tool takes them. */
export function rankedPatch(
  source: SourceFile,
  candidate: Candidate,
  plausible: readonly Candidate[],
): RankedPatch {
  const { text } = source;
  const first = candidate.edits[0]?.start ?? 0;
  const last = candidate.edits.at(-1)?.end ?? first;
  const rowOf = rowFinder(text);
  const start = text.lastIndexOf('\n', first - 1) + 1;
  const found = text.indexOf('\n', Math.max(first, last === start ? last : last - 1));
  const end = found < 0 ? text.length : found;
  const shifted = candidate.edits.map((edit) => ({
    ...edit,
    start: edit.start - start,
    end: Math.min(edit.end, end) - start,
  }));
  const old = text.slice(start, end);
  const swallowsBreak = last > end;
  const changed = applyEdits(old, shifted);
  return {
    path: candidate.path,
    startLine: rowOf(start) + 1,
    endLine: rowOf(end) + 1,
    oldText: lf(old),
    newText: swallowsBreak && changed.trim() === '' ? '' : lf(changed),
    kind: [...new Set(candidate.edits.map((edit) => edit.kind))].join(' + '),
    function: functionAt(source, first),
    cost: Math.round(candidate.cost * 100) / 100,
    confidence: confidence(candidate, plausible),
  };
}

function lf(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/\n$/, '');
}

function functionAt(source: SourceFile, offset: number): string {
  const grammar = grammarOf(source.language);
  let name = '';
  for (const node of descendants(
    source.root,
    (child) => child.start <= offset && offset < child.end,
  )) {
    if (grammar.isFunction(node)) name = qualifiedName(source, node);
  }
  return name;
}

/** The share of the likelihood of all that fit, less when many do. */
function confidence(candidate: Candidate, plausible: readonly Candidate[]): number {
  const weights = plausible.map((each) => Math.exp(-each.cost));
  const total = weights.reduce((sum, each) => sum + each, 0);
  const share = Math.exp(-candidate.cost) / Math.max(Number.MIN_VALUE, total);
  const few = plausible.length <= 5 ? 0.9 : plausible.length <= 20 ? 0.8 : 0.65;
  return Math.round(Math.min(0.95, share ** 0.5 * few) * 100) / 100;
}
