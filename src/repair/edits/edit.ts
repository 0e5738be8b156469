/** Kinds of edits; the prior counts by them and the report groups by them. */
export type EditKind =
  | 'number'
  | 'string'
  | 'boolean'
  | 'compare'
  | 'arithmetic'
  | 'logical'
  | 'negate'
  | 'variable'
  | 'function'
  | 'method'
  | 'attribute'
  | 'offset'
  | 'drop-operand'
  | 'drop-clause'
  | 'drop-argument'
  | 'drop-element'
  | 'unwrap'
  | 'swap-operands'
  | 'swap-arguments'
  | 'swap-elements'
  | 'swap-statements'
  | 'swap-branches'
  | 'wrap'
  | 'wrap-method'
  | 'index'
  | 'add-operand'
  | 'add-clause'
  | 'add-argument'
  | 'replace-expression'
  | 'drop-statement'
  | 'move-statement'
  | 'insert-statement'
  | 'guard'
  | 'base-case'
  | 'return'
  | 'assignment'
  | 'same-literal';

/** A replacement of `text` for the characters from `start` to `end` (UTF-16 offsets into the file's text). */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly kind: EditKind;
  /** Added to the kind's own cost: how unusual this edit is among its kind. */
  readonly extra: number;
}

/** Edits of one file that belong together, in source order and without overlap. */
export interface Candidate {
  readonly path: string;
  readonly edits: readonly Edit[];
  /** Negative logarithm of how likely the edits are the right ones, before any test. */
  readonly cost: number;
  /** How many single edits its region has. */
  readonly among?: number;
  /** Place in the search, where it is another than by the cost: smaller is tried earlier. */
  readonly priority?: number;
}

/** @returns the text with the edits put in; edits must not overlap */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits) {
    if (edit.start < at) throw new Error('edits overlap');
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/** @returns the edits that take `applyEdits(text, edits)` back to `text` */
export function inverseEdits(text: string, edits: readonly Edit[]): Edit[] {
  let shift = 0;
  return edits.map((edit) => {
    const start = edit.start + shift;
    shift += edit.text.length - (edit.end - edit.start);
    return {
      ...edit,
      start,
      end: start + edit.text.length,
      text: text.slice(edit.start, edit.end),
    };
  });
}
