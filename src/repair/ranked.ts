import type { Choice } from './choose.ts';
import { applyEdits } from './edits/edit.ts';
import { grammarOf } from './grammar/grammar.ts';
import { qualifiedName } from './localise/regions.ts';
import type { RankedPatch } from './result.ts';
import { rowFinder } from './search.ts';
import { descendants, type SourceFile } from './tree.ts';

/** A candidate as whole lines, as the `edit` tool takes them. */
export function rankedPatch(source: SourceFile, choice: Choice): RankedPatch {
  const { candidate } = choice;
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
  const isRemoved = swallowsBreak && changed.trim() === '';
  const newText = isRemoved ? '' : lf(changed);
  return {
    path: candidate.path,
    startLine: rowOf(start) + 1,
    endLine: rowOf(end) + 1,
    oldText: lf(old),
    newText,
    diff: unifiedDiff(
      candidate.path,
      text,
      rowOf(start),
      rowOf(end) + 1,
      newText === '' ? [] : changed.replace(/\n$/, '').split('\n'),
    ),
    kind: [...new Set(candidate.edits.map((edit) => edit.kind))].join(' + '),
    function: functionAt(source, first),
    cost: Math.round(candidate.cost * 100) / 100,
    confidence: choice.confidence,
    share: round(choice.weight),
    ...(choice.cluster < 0 ? {} : { cluster: choice.cluster }),
    ...(choice.agreement === null ? {} : { agreement: round(choice.agreement) }),
  };
}

/** Lines shown around a change. */
const CONTEXT = 3;

/** A change of whole lines as a unified diff; rows count from 0, `to` is behind the last. */
function unifiedDiff(
  path: string,
  text: string,
  from: number,
  to: number,
  added: string[],
): string {
  const endsWithBreak = text.endsWith('\n');
  const lines = (endsWithBreak ? text.slice(0, -1) : text).split('\n');
  const start = Math.max(0, from - CONTEXT);
  const end = Math.min(lines.length, to + CONTEXT);
  const mark = (sign: string, part: readonly string[]) => part.map((line) => sign + line);
  const note = (line: number) =>
    !endsWithBreak && line === lines.length ? ['\\ No newline at end of file'] : [];
  const body = [
    ...mark(' ', lines.slice(start, from)),
    ...mark('-', lines.slice(from, to)),
    ...note(to),
    ...mark('+', added),
    ...(to === lines.length ? note(to) : []),
    ...mark(' ', lines.slice(to, end)),
    ...(to < end ? note(end) : []),
  ];
  const size = end - start;
  const head = `@@ -${start + 1},${size} +${start + 1},${size - (to - from) + added.length} @@`;
  return [
    `diff --git a/${path} b/${path}`,
    `--- a/${path}`,
    `+++ b/${path}`,
    head,
    ...body,
    '',
  ].join('\n');
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

function round(share: number): number {
  return Math.round(share * 1000) / 1000;
}
