/** `error`: an edit that adds it is undone. `remark`: told, but the edit stands. */
export type Severity = 'error' | 'remark';

/** One finding of a checker. */
export interface Diagnostic {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** One sentence without position. */
  readonly message: string;
  readonly severity: Severity;
  /** Who found it, for instance `syntax`, `pyright`, `eslint/no-undef`. */
  readonly source: string;
}

/** Lines of the text before an edit that became other lines of the text after it; both count from 1. */
export interface LineChange {
  /** Lines `[start, start + removed)` before … */
  readonly start: number;
  readonly removed: number;
  /** … became this many lines. */
  readonly added: number;
}

/**
 * The findings that an edit adds. A finding from before is recognised when its line, moved by the edit, holds the
 * same message of the same source; inside the changed lines the same message anywhere among them is the same finding.
 *
 * @param changes ordered and not overlapping
 */
export function diagnosticsAdded(
  before: readonly Diagnostic[],
  after: readonly Diagnostic[],
  changes: readonly LineChange[] = [],
): Diagnostic[] {
  const known = new Map<string, { from: number; to: number }[]>();
  for (const diagnostic of before) {
    const key = keyOf(diagnostic);
    const places = known.get(key);
    const place = movedLines(diagnostic.line, changes);
    if (places) places.push(place);
    else known.set(key, [place]);
  }
  return after.filter((diagnostic) => {
    const places = known.get(keyOf(diagnostic)) ?? [];
    const at = places.findIndex(({ from, to }) => from <= diagnostic.line && diagnostic.line <= to);
    if (at >= 0) places.splice(at, 1);
    return at < 0;
  });
}

/** @returns the lines after the edit where line `line` of the text before can be */
export function movedLines(
  line: number,
  changes: readonly LineChange[],
): { from: number; to: number } {
  let shift = 0;
  for (const { start, removed, added } of changes) {
    if (line < start) break;
    if (line < start + removed) {
      return { from: start + shift, to: start + shift + Math.max(0, added - 1) };
    }
    shift += added - removed;
  }
  return { from: line + shift, to: line + shift };
}

function keyOf(diagnostic: Diagnostic): string {
  return `${diagnostic.source}\0${diagnostic.message.replace(/\d+/g, '#')}`;
}
