/** A part of a file as SWE-agent's viewer printed it. */
export interface Window {
  /** As printed: absolute, or relative to the working directory. */
  readonly path: string;
  readonly totalLines: number;
  /** Number of the first line shown, from 1; 1 for an empty file. */
  readonly firstLine: number;
  readonly lines: readonly string[];
  /** Lines of the cursors, where the variant with cursors marked them. */
  readonly cursors?: { readonly start: number; readonly end: number };
}

const HEADER = /^\[File: (.+?) \((\d+) lines total\)\]$/;
const NUMBERED = /^(\d+):(.*)$/;

/**
 * Finds the last file window in an observation: after a refused edit that is the file as it stayed.
 *
 * @returns null when the observation shows none
 */
export function parseWindow(observation: string): Window | null {
  const lines = observation.split('\n');
  const at = lines.findLastIndex((line) => HEADER.test(line));
  const [, path, total] = HEADER.exec(lines[at] ?? '') ?? [];
  if (path === undefined) return null;
  const shown: string[] = [];
  let firstLine = 1;
  let lastLine = 0;
  let start: number | null = null;
  let end: number | null = null;
  for (const line of lines.slice(at + 1)) {
    const [, number, text] = NUMBERED.exec(line) ?? [];
    if (number !== undefined && text !== undefined) {
      if (shown.length > 0 && Number(number) !== lastLine + 1) break;
      if (shown.length === 0) firstLine = Number(number);
      lastLine = Number(number);
      shown.push(text);
    } else if (line === '<<<<< START CURSOR >>>>>') start = shown.length > 0 ? lastLine + 1 : -1;
    else if (line === '<<<<< END CURSOR >>>>>') end = lastLine;
    else if (shown.length > 0 || !/^(\(\d+ more lines above\)|)$/.test(line)) break;
  }
  if (start === -1) start = firstLine;
  return {
    path,
    totalLines: Number(total),
    firstLine,
    lines: shown,
    ...(start !== null && end !== null ? { cursors: { start, end } } : {}),
  };
}

/** @returns where the cursors were said to be moved, in the variant that has them */
export function parseMovedCursors(observation: string): { start: number; end: number } | null {
  const start = /^START_CURSOR moved to (\d+)$/m.exec(observation)?.[1];
  const end = /^END_CURSOR moved to (\d+)$/m.exec(observation)?.[1];
  return start === undefined || end === undefined
    ? null
    : { start: Number(start), end: Number(end) };
}

export interface Prompt {
  /** Null: no file was open. */
  readonly openFile: string | null;
  readonly cwd: string;
  /** The observation without the prompt's lines. */
  readonly rest: string;
}

/** Takes apart the prompt that ends an observation in the message history: open file, directory, `bash-$`. */
export function splitPrompt(observation: string): Prompt | null {
  const match = /\n?\(Open file: (.*)\)\n\(Current directory: (.*)\)\nbash-\$\s*$/.exec(
    observation,
  );
  if (!match) return null;
  const [, file = '', cwd = ''] = match;
  return {
    openFile: file === '' || file === 'n/a' ? null : file,
    cwd,
    rest: observation.slice(0, match.index),
  };
}
