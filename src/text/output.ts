import { stripVTControlCharacters } from 'node:util';

/** What a terminal would show in the end: no escape sequences, and of a line written over itself the last text. */
export function plainText(output: string): string {
  const bare = output.includes('\u001b') ? stripVTControlCharacters(output) : output;
  if (!bare.includes('\r')) return bare;
  return bare
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.replace(/\r+$/, '').replace(/^.*\r/s, ''))
    .join('\n');
}

/**
 * Keeps the start and the end of a text, at line breaks where they are near.
 *
 * @returns the text with a line in its middle that says how much is missing, and that number of characters
 */
export function cutInMiddle(text: string, max: number): { text: string; omitted: number } {
  if (text.length <= max) return { text, omitted: 0 };
  const half = Math.floor(max / 2);
  const headBreak = text.lastIndexOf('\n', half);
  const head = headBreak > half * 0.8 ? headBreak : half;
  const tailBreak = text.indexOf('\n', text.length - half);
  const tail =
    tailBreak >= 0 && tailBreak < text.length - half * 0.8 ? tailBreak + 1 : text.length - half;
  const omitted = tail - head;
  const lines = text.slice(head, tail).split('\n').length - 1;
  return {
    text: `${text.slice(0, head)}\n[… ${omitted} characters (${lines} lines) left out …]\n${text.slice(tail)}`,
    omitted,
  };
}
