/** Line ending of one line or of most lines of a file. */
export type LineEnding = '\n' | '\r\n' | '\r';

/** A text with its lines found. Lines are counted from 1; offsets count UTF-16 units. */
export interface LinedText {
  readonly text: string;
  /** Offset of the first character of each line. An empty text has no line; a final line ending starts none. */
  readonly starts: readonly number[];
}

/** Finds the lines of a text that end in `\n`, `\r\n`, or, when it has no `\n` at all, `\r`. */
export function linesOf(text: string): LinedText {
  const separator = text.includes('\n') || !text.includes('\r') ? '\n' : '\r';
  const starts: number[] = [];
  for (let start = 0; start < text.length; ) {
    starts.push(start);
    const end = text.indexOf(separator, start);
    if (end < 0) break;
    start = end + 1;
  }
  return { text, starts };
}

/** @returns line `number` (from 1) without its line ending; empty past the end */
export function lineAt(lined: LinedText, number: number): string {
  const start = lined.starts[number - 1];
  if (start === undefined) return '';
  return lined.text.slice(start, lineEnd(lined, number)).replace(/\r?\n$|\r$/, '');
}

/** @returns the offset just after line `number`, its line ending included */
export function lineEnd(lined: LinedText, number: number): number {
  return lined.starts[number] ?? lined.text.length;
}

/** @returns the number (from 1) of the line that holds the character at `offset`; at least 1 */
export function lineOfOffset(lined: LinedText, offset: number): number {
  let low = 0;
  let high = lined.starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lined.starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return Math.max(1, low);
}

/** @returns the line ending that most lines have; `\n` for a text without any */
export function dominantEnding(text: string): LineEnding {
  const crlf = count(text, '\r\n');
  const lf = count(text, '\n') - crlf;
  if (crlf === 0 && lf === 0) return text.includes('\r') ? '\r' : '\n';
  return crlf > lf ? '\r\n' : '\n';
}

/** @returns the text with every line ending as `\n` */
export function toLf(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** @returns a text with `\n` endings in the given ending */
export function withEnding(lfText: string, ending: LineEnding): string {
  return ending === '\n' ? lfText : lfText.replaceAll('\n', ending);
}

function count(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) found++;
  return found;
}
