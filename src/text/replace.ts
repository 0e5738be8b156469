import { ToolError } from '../errors.ts';
import {
  dominantEnding,
  type LinedText,
  lineEnd,
  lineOfOffset,
  linesOf,
  withEnding,
} from './lines.ts';

/** One edit as the model asks for it; texts use `\n`. Lines count from 1, both ends included. */
export interface EditRequest {
  /** Exact text to replace. Without it, the line range is replaced. */
  readonly oldText?: string | undefined;
  readonly newText: string;
  readonly replaceAll?: boolean | undefined;
  /** With `oldText`: where to look for it. */
  readonly startLine?: number | undefined;
  /** `startLine - 1` makes an insertion before `startLine`. */
  readonly endLine?: number | undefined;
}

/** Characters `[start, end)` of a text and what takes their place. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The exact text of an edit was not found. Whoever catches it can look for the nearest text. */
export class TextNotFound extends Error {
  override readonly name = 'TextNotFound';
  readonly request: EditRequest;

  constructor(request: EditRequest) {
    super('text not found');
    this.request = request;
  }
}

/**
 * Turns edits, which all speak of the text as it is now, into replacements in the order of the text. New lines
 * take the ending of the lines they replace, else the one most lines have. Parts that an edit leaves as they
 * are, are no part of its replacement.
 *
 * @throws {TextNotFound} and, for an ambiguous, empty, overlapping or out-of-range edit, {ToolError}
 */
export function planReplacements(text: string, requests: readonly EditRequest[]): Replacement[] {
  const view = lfView(text);
  const lined = linesOf(view.lf);
  const ending = dominantEnding(text);
  const spans = requests.flatMap((request, index) =>
    locate(lined, request).map((span) => ({ ...span, index })),
  );
  spans.sort((a, b) => a.start - b.start || a.end - b.end || a.index - b.index);
  refuseOverlaps(spans, lined, requests.length);
  const replacements = spans.map((span) => trimmed(view.lf, span)).filter((span) => !isEmpty(span));
  if (replacements.length === 0) {
    throw new ToolError(
      'The new text equals the text that is there, so nothing would change. Look at the file again with `view` and send the text as it should become.',
    );
  }
  return replacements.map(({ start, end, text: lfText }) => {
    const from = view.toOriginal(start);
    const to = view.toOriginal(end);
    const replaced = text.slice(from, to);
    const own = /[\r\n]/.test(replaced) ? dominantEnding(replaced) : ending;
    return { start: from, end: to, text: withEnding(lfText, own) };
  });
}

/** @returns the text with the replacements made; they are ordered and do not overlap */
export function applyReplacements(text: string, replacements: readonly Replacement[]): string {
  let result = '';
  let at = 0;
  for (const replacement of replacements) {
    result += text.slice(at, replacement.start) + replacement.text;
    at = replacement.end;
  }
  return result + text.slice(at);
}

/** @returns line `number` of `lines` in every place where `part` starts in `text`, at most `limit` */
export function occurrences(
  text: string,
  part: string,
  limit = Number.POSITIVE_INFINITY,
): number[] {
  const found: number[] = [];
  if (part === '') return found;
  for (let at = text.indexOf(part); at >= 0 && found.length < limit; ) {
    found.push(at);
    at = text.indexOf(part, at + part.length);
  }
  return found;
}

/** A text with `\n` endings beside the original, and the way back. */
export function lfView(text: string): { lf: string; toOriginal(offset: number): number } {
  if (!text.includes('\r')) return { lf: text, toOriginal: (offset) => offset };
  if (!text.includes('\n')) {
    return { lf: text.replaceAll('\r', '\n'), toOriginal: (offset) => offset };
  }
  const removed: number[] = [];
  const lf = text.replace(/\r\n/g, (_, at: number) => {
    removed.push(at - removed.length);
    return '\n';
  });
  const toOriginal = (offset: number) => offset + countBelow(removed, offset);
  return { lf, toOriginal };
}

function countBelow(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function locate(lined: LinedText, raw: EditRequest): Replacement[] {
  const request = {
    ...raw,
    oldText: raw.oldText === undefined ? undefined : lfView(raw.oldText).lf,
    newText: lfView(raw.newText).lf,
  };
  return request.oldText === undefined
    ? [locateLines(lined, request)]
    : locateText(lined, { ...request, oldText: request.oldText }, raw);
}

function locateText(
  lined: LinedText,
  request: EditRequest & { oldText: string },
  raw: EditRequest,
): Replacement[] {
  const { text } = lined;
  if (request.oldText === '') {
    if (text === '') return [{ start: 0, end: 0, text: request.newText }];
    throw new ToolError(
      'old_text is empty. Give the text to replace, or insert before line n with start_line n and end_line n-1.',
    );
  }
  const { from, to } = searchedPart(lined, request);
  const part = text.slice(from, to);
  const found = occurrences(part, request.oldText).map((at) => at + from);
  if (found.length === 0) throw new TextNotFound(raw);
  if (found.length > 1 && !request.replaceAll) {
    const lines = [...new Set(found.map((at) => lineOfOffset(lined, at)))];
    const shown = lines.slice(0, 20).join(', ') + (lines.length > 20 ? ', …' : '');
    throw new ToolError(
      `old_text is there ${found.length} times (line${lines.length > 1 ? 's' : ''} ${shown}), so it is not clear which one is meant. Nothing was changed. Add lines around it until it is unique, name the place with start_line and end_line, or set replace_all to change every one.`,
    );
  }
  return found.map((start) => ({
    start,
    end: start + request.oldText.length,
    text: request.newText,
  }));
}

function searchedPart(lined: LinedText, request: EditRequest): { from: number; to: number } {
  if (request.startLine === undefined && request.endLine === undefined) {
    return { from: 0, to: lined.text.length };
  }
  const start = request.startLine ?? 1;
  const end = Math.max(request.endLine ?? lined.starts.length, start);
  return { from: lined.starts[start - 1] ?? lined.text.length, to: lineEnd(lined, end) };
}

function locateLines(lined: LinedText, request: EditRequest): Replacement {
  const total = lined.starts.length;
  const start = request.startLine;
  if (start === undefined) {
    throw new ToolError(
      'Say what to replace: old_text (exact text), or start_line and end_line (lines as `view` numbers them).',
    );
  }
  const end = request.endLine ?? start;
  const inserts = end === start - 1;
  const last = inserts ? total + 1 : total;
  if (start > last || end > total || end < start - 1) {
    throw new ToolError(
      `There are no lines ${start}-${end}: the file has ${total} line${total === 1 ? '' : 's'}. Nothing was changed. start_line is at least 1 and at most end_line (an insertion before line n has end_line n-1; at the end of this file start_line ${total + 1}, end_line ${total}).`,
    );
  }
  const from = lined.starts[start - 1] ?? lined.text.length;
  const to = inserts ? from : lineEnd(lined, end);
  return { start: from, end: to, text: wholeLines(lined, { from, to, newText: request.newText }) };
}

/** New lines end like lines do, but a last line without an ending stays without one. */
function wholeLines(lined: LinedText, part: { from: number; to: number; newText: string }): string {
  const { text } = lined;
  const body = part.newText.endsWith('\n') ? part.newText.slice(0, -1) : part.newText;
  const atEnd = part.to === text.length;
  const unfinished = atEnd && text !== '' && !text.endsWith('\n');
  if (part.newText === '' && part.from < part.to) return '';
  if (!unfinished) return `${body}\n`;
  return part.from === text.length ? `\n${body}` : body;
}

function refuseOverlaps(
  spans: readonly (Replacement & { index: number })[],
  lined: LinedText,
  requests: number,
): void {
  for (const [position, span] of spans.entries()) {
    const next = spans[position + 1];
    const insertsInside = next && next.start === next.end && next.start < span.end;
    const overlaps = next && next.start < span.end && next.start < Math.max(next.end, span.end);
    if (!next || !(overlaps || insertsInside)) continue;
    throw new ToolError(
      `Edits ${span.index + 1} and ${next.index + 1} of ${requests} overlap at line ${lineOfOffset(lined, next.start)}. Nothing was changed. All edits of one call speak of the file as it is before the call: join the two into one edit, or make them in two calls.`,
    );
  }
}

/** Leaves out what stays the same at both ends of a replacement. */
function trimmed(text: string, span: Replacement): Replacement {
  const old = text.slice(span.start, span.end);
  const most = Math.min(old.length, span.text.length);
  let head = 0;
  while (head < most && old[head] === span.text[head]) head++;
  let tail = 0;
  while (
    tail < most - head &&
    old[old.length - 1 - tail] === span.text[span.text.length - 1 - tail]
  ) {
    tail++;
  }
  return {
    start: span.start + head,
    end: span.end - tail,
    text: span.text.slice(head, span.text.length - tail),
  };
}

function isEmpty(span: Replacement): boolean {
  return span.start === span.end && span.text === '';
}
