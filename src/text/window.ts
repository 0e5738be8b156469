import { type LinedText, lineAt } from './lines.ts';

/** Lines of a window when the model names none. */
export const WINDOW = 100;
/** Characters of one line that are shown before it is cut. */
export const MAX_LINE = 1_000;
/** Characters of a window's lines; the rest of an observation is room for what stands around it. */
export const MAX_WINDOW_CHARS = 20_000;

export interface Window {
  /** Numbered lines, each `number`, tab, text of the line, joined by `\n`. */
  readonly text: string;
  readonly start: number;
  /** Last line shown; smaller than asked when the characters did not suffice; `start - 1` when there is none. */
  readonly end: number;
  /** Numbers of the lines that were cut for their length. */
  readonly cutLines: readonly number[];
}

export interface WindowOptions {
  readonly start: number;
  readonly end: number;
  /** First column shown of each line, from 1; default 1. */
  readonly column?: number | undefined;
  readonly maxLine?: number;
  readonly maxChars?: number;
}

/** Shows lines `start` to `end` of a text as they are, as far as the limits allow; at least one line. */
export function windowOf(lined: LinedText, options: WindowOptions): Window {
  const { column = 1, maxLine = MAX_LINE, maxChars = MAX_WINDOW_CHARS } = options;
  const start = Math.max(1, options.start);
  const last = Math.min(options.end, lined.starts.length);
  const rows: string[] = [];
  const cutLines: number[] = [];
  let used = 0;
  let end = start - 1;
  for (let number = start; number <= last; number++) {
    const line = lineAt(lined, number);
    const from = column - 1;
    const shown = cutLine(line.slice(from), maxLine);
    if (shown.cut) cutLines.push(number);
    const row = `${number}\t${from > 0 && line !== '' ? '…' : ''}${shown.text}`;
    if (rows.length > 0 && used + row.length > maxChars) break;
    rows.push(row);
    used += row.length + 1;
    end = number;
  }
  return { text: rows.join('\n'), start, end, cutLines };
}

/** Cuts a long line and says how much is missing. */
export function cutLine(line: string, max: number): { text: string; cut: boolean } {
  if (line.length <= max) return { text: line, cut: false };
  return { text: `${line.slice(0, max)}… [+${line.length - max} characters]`, cut: true };
}

/** @returns the two lines that say how much of a file stands outside a window; empty where nothing does */
export function linesAround(window: Window, total: number): { above: string; below: string } {
  const above = window.start - 1;
  const below = total - window.end;
  return {
    above: above > 0 ? `(${above} more line${above === 1 ? '' : 's'} above)\n` : '',
    below: below > 0 ? `\n(${below} more line${below === 1 ? '' : 's'} below)` : '',
  };
}
