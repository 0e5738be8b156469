import type { LineChange } from '../../src/lint/diagnostic.ts';
import { linesOf } from '../../src/text/lines.ts';
import { linesAround, windowOf } from '../../src/text/window.ts';

/** Unchanged lines shown before and after a change. */
const CONTEXT = 4;
/** Lines shown of one change; the model has just written the rest itself. */
const MAX_CHANGE = 60;
const MAX_WINDOWS = 6;

/** Lines of a text, from 1, both included. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

/** @returns where the changed lines are after the edit; a deletion is the place where lines were */
export function changedRanges(changes: readonly LineChange[]): LineRange[] {
  let shift = 0;
  return changes.map(({ start, removed, added }) => {
    const from = start + shift;
    shift += added - removed;
    return { from, to: from + Math.max(added, 1) - 1 };
  });
}

/** The answer of an edit that was made: what changed, with a few lines around. */
export function changedWindow(path: string, after: string, changes: readonly LineChange[]): string {
  const lined = linesOf(after);
  const total = lined.starts.length;
  const size = changes.reduce((sum, { added, removed }) => sum + added - removed, 0);
  const grown = size === 0 ? '' : ` (${size > 0 ? '+' : '−'}${Math.abs(size)})`;
  const title = `[${path} was changed; it has ${total} line${total === 1 ? '' : 's'} now${grown}]`;
  const ranges = joined(changedRanges(changes));
  const shown = ranges.slice(0, MAX_WINDOWS).map(({ from, to }) => showRange(lined, from, to));
  const left = ranges.length - shown.length;
  if (left > 0) shown.push(`[${left} more changed places; see them with \`view\`]`);
  return [title, ...shown].join('\n');
}

function showRange(lined: ReturnType<typeof linesOf>, from: number, to: number): string {
  const total = lined.starts.length;
  const start = Math.max(1, from - CONTEXT);
  const end = Math.min(total, to + CONTEXT);
  if (to - from < MAX_CHANGE) {
    const window = windowOf(lined, { start, end, maxChars: 6_000, maxLine: 300 });
    const { above, below } = linesAround(window, total);
    return `${above}${window.text}${below}`;
  }
  const half = MAX_CHANGE / 2;
  const head = windowOf(lined, { start, end: from + half, maxChars: 3_000, maxLine: 300 });
  const tail = windowOf(lined, { start: to - half, end, maxChars: 3_000, maxLine: 300 });
  const { above } = linesAround(head, total);
  const { below } = linesAround(tail, total);
  const left = tail.start - head.end - 1;
  return `${above}${head.text}\n(${left} lines not shown again)\n${tail.text}${below}`;
}

/** Changes whose windows touch are shown as one. */
function joined(ranges: readonly LineRange[]): LineRange[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of ranges) {
    const last = result.at(-1);
    if (last && from - CONTEXT <= last.to + CONTEXT + 1) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
}
