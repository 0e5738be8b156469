import { relative } from 'node:path';

/** A place on a trace: absolute or root-relative file, line from 1, and the source line where it is known. */
export type Frame = readonly [file: string, line: number, code?: string];

const MAX_MESSAGE = 1_500;
const MAX_FRAMES = 5;

/** Folders whose frames are not the repository's own code. */
const FOREIGN = /(?:^|\/)(?:node_modules|site-packages|dist-packages|\.venv|venv|\.tox|\.nox)\//;

/**
 * The shortest useful trace: the message, then the frames inside the repository, innermost last, at most five.
 *
 * @param root absolute path of the repository as the frames name it
 */
export function shortTrace(message: string, frames: readonly Frame[], root: string): string {
  const own: string[] = [];
  for (const [file, line, code] of frames) {
    const path = insideRoot(file, root);
    if (path === null) continue;
    own.push(`  ${path}:${line}${code ? `  ${code.trim().slice(0, 160)}` : ''}`);
  }
  const shown = own.length > MAX_FRAMES ? [own[0], ...own.slice(1 - MAX_FRAMES)] : own;
  return [cutMessage(shortenPaths(message, root)), ...shown].join('\n');
}

/** @returns the path relative to the root, or null when it is outside or belongs to an installed package */
export function insideRoot(file: string, root: string): string | null {
  const path = file.replace(/^file:\/\//, '');
  const inside = path.startsWith('/') ? relative(root, path) : path.replace(/^\.\//, '');
  if (inside.startsWith('..') || inside.startsWith('node:') || inside.startsWith('<')) return null;
  return FOREIGN.test(inside) ? null : inside;
}

/** Splits the text that JavaScript engines make of an error into message and frames, innermost last. */
export function parseStack(stack: string): { message: string; frames: Frame[] } {
  const lines = stripAnsi(stack).split('\n');
  const first = lines.findIndex((line) => /^\s+at .*[:(]/.test(line));
  const message = (first < 0 ? lines : lines.slice(0, first)).join('\n').trim();
  const frames: Frame[] = [];
  for (const line of first < 0 ? [] : lines.slice(first)) {
    const match = /^\s+at (?:.*?\()?((?:file:\/\/)?[^()\s][^()]*?):(\d+)(?::\d+)?\)?$/.exec(line);
    if (match?.[1]) frames.unshift([match[1].replace(/^async /, ''), Number(match[2])]);
  }
  return { message, frames };
}

export function stripAnsi(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences themselves
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
}

/** Trace of a JavaScript error, from its stack and, where the stack lacks it, its message. */
export function stackTrace(stack: string, message: string, root: string): string {
  const parsed = parseStack(stack);
  const text = parsed.message || stripAnsi(message).trim();
  return shortTrace(text, parsed.frames, root);
}

function shortenPaths(text: string, root: string): string {
  return text.replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, '');
}

function cutMessage(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length <= MAX_MESSAGE) return trimmed;
  const head = trimmed.slice(0, MAX_MESSAGE - 400);
  return `${head}\n[${trimmed.length - MAX_MESSAGE} characters left out]\n${trimmed.slice(-400)}`;
}
