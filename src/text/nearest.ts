import { similarity, squeezed } from './similarity.ts';

/** The place of a text that is most like a text that was looked for and is not there. */
export interface Nearest {
  /** Lines of the place, from 1, both included. */
  readonly startLine: number;
  readonly endLine: number;
  /** How it differs, one sentence each, the most telling first. */
  readonly differences: readonly string[];
}

/** Below this mean likeness of its lines a place is no help. */
const LEAST_SCORE = 0.4;
const MAX_CANDIDATES = 8;
const MAX_DIFFERENCES = 4;
const SHOWN_CHARS = 160;
/** Lines of the wanted text that vote for a place; more would not change the outcome. */
const MAX_VOTERS = 400;

/**
 * Finds the place of a file most like `wanted`.
 *
 * @param lf the file with `\n` endings
 * @returns null when nothing is alike enough
 */
export function nearest(lf: string, wanted: string): Nearest | null {
  const file = splitLines(lf);
  const lines = splitLines(wanted.replace(/^\n+/, ''));
  if (file.length === 0 || lines.every((line) => line.trim() === '')) return null;
  let best: { start: number; score: number } | null = null;
  for (const start of candidates(file, lines)) {
    const score = likeness(file, lines, start);
    if (!best || score > best.score) best = { start, score };
  }
  if (!best || best.score < LEAST_SCORE) return null;
  return {
    startLine: best.start + 1,
    endLine: Math.min(best.start + lines.length, file.length),
    differences: differences(file, lines, best.start),
  };
}

/** Places whose lines equal wanted ones but for white space; without any, places of the most similar lines. */
function candidates(file: readonly string[], wanted: readonly string[]): number[] {
  const places = new Map<string, number[]>();
  for (const [at, line] of file.entries()) {
    const key = squeezed(line);
    if (key.length < 2) continue;
    const list = places.get(key);
    if (list) list.push(at);
    else places.set(key, [at]);
  }
  const votes = new Map<number, number>();
  for (const [offset, line] of wanted.slice(0, MAX_VOTERS).entries()) {
    for (const at of (places.get(squeezed(line)) ?? []).slice(0, 200)) {
      const start = clamp(at - offset, file.length);
      votes.set(start, (votes.get(start) ?? 0) + 1);
    }
  }
  const voted = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  if (voted.length > 0) return voted.slice(0, MAX_CANDIDATES).map(([start]) => start);
  return alikeLines(file, wanted);
}

function alikeLines(file: readonly string[], wanted: readonly string[]): number[] {
  const longest = [...wanted.entries()].sort((a, b) => b[1].length - a[1].length).slice(0, 2);
  const scored = longest.flatMap(([offset, line]) =>
    file.map((other, at) => ({
      start: clamp(at - offset, file.length),
      score: similarity(other, line),
    })),
  );
  scored.sort((a, b) => b.score - a.score || a.start - b.start);
  return scored.slice(0, MAX_CANDIDATES).map(({ start }) => start);
}

function likeness(file: readonly string[], wanted: readonly string[], start: number): number {
  let sum = 0;
  let counted = 0;
  for (const [offset, line] of wanted.entries()) {
    if (line.trim() === '' && (file[start + offset] ?? '').trim() === '') continue;
    counted++;
    sum += similarity(file[start + offset] ?? '', line);
  }
  return counted === 0 ? 0 : sum / counted;
}

function differences(file: readonly string[], wanted: readonly string[], start: number): string[] {
  const found = new Set<string>();
  let more = 0;
  for (const [offset, line] of wanted.entries()) {
    const there = file[start + offset];
    if (there === line) continue;
    const number = start + offset + 1;
    const sentence =
      there === undefined ? 'The file ends before your text does.' : describe(there, line, number);
    if (found.size < MAX_DIFFERENCES) found.add(sentence);
    else more++;
  }
  const list = [...found];
  if (more > 0) list.push(`${more} more line${more === 1 ? '' : 's'} differ.`);
  if (list.length === 0 && /^\n/.test(wanted.join('\n'))) list.push('Blank lines differ.');
  return list;
}

/** One sentence on how a line of the file differs from the line that was sent. */
function describe(there: string, sent: string, number: number): string {
  if (there.trimEnd() === sent.trimEnd()) {
    return there.length > sent.length
      ? `Line ${number} has white space at its end that yours lacks.`
      : `Your text has white space at the end of line ${number} that the file lacks.`;
  }
  if (there.trim() === sent.trim()) {
    return `Line ${number} is indented by ${indentation(there)}, yours by ${indentation(sent)}.`;
  }
  if (there.replace(/\s+/g, '') === sent.replace(/\s+/g, '')) {
    return `Line ${number} differs only in white space: the file has ${quoted(there)}, you sent ${quoted(sent)}.`;
  }
  if (squeezed(there) === squeezed(sent)) {
    return `Line ${number} differs only in its quotes: the file has ${quoted(there)}, you sent ${quoted(sent)}.`;
  }
  if (there.toLowerCase().trim() === sent.toLowerCase().trim()) {
    return `Line ${number} differs only in upper and lower case: the file has ${quoted(there)}, you sent ${quoted(sent)}.`;
  }
  return `Line ${number} of the file is ${quoted(there)}, you sent ${quoted(sent)}.`;
}

function indentation(line: string): string {
  const white = /^\s*/.exec(line)?.[0] ?? '';
  const tabs = white.split('\t').length - 1;
  const spaces = white.length - tabs;
  const parts = [
    tabs > 0 ? `${tabs} tab${tabs === 1 ? '' : 's'}` : '',
    spaces > 0 ? `${spaces} space${spaces === 1 ? '' : 's'}` : '',
  ].filter(Boolean);
  return parts.join(' and ') || 'nothing';
}

/** A line on one line of prose, with its tabs visible. */
function quoted(line: string): string {
  const shown = line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS)}…` : line;
  return `«${shown.replaceAll('\t', '\\t')}»`;
}

function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function clamp(start: number, length: number): number {
  return Math.min(Math.max(0, start), Math.max(0, length - 1));
}
