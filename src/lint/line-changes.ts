import { lineOfOffset, linesOf } from '../text/lines.ts';
import type { Replacement } from '../text/replace.ts';
import type { LineChange } from './diagnostic.ts';

/**
 * The lines that replacements touch. Replacements on the same line become one change.
 *
 * @param replacements ordered, not overlapping, offsets into `before`
 */
export function lineChanges(before: string, replacements: readonly Replacement[]): LineChange[] {
  const lined = linesOf(before);
  const changes: { start: number; removed: number; added: number }[] = [];
  for (const { start, end, text } of replacements) {
    const first = lineOfOffset(lined, start);
    const last = end > start ? lineOfOffset(lined, end) : first;
    const newLines = count(text, '\n') - count(before.slice(start, end), '\n');
    const removed = last - first + 1;
    const previous = changes.at(-1);
    if (previous && first < previous.start + previous.removed) {
      const grown = Math.max(0, first + removed - (previous.start + previous.removed));
      previous.removed += grown;
      previous.added += grown + newLines;
    } else {
      changes.push({ start: first, removed, added: removed + newLines });
    }
  }
  return changes;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
