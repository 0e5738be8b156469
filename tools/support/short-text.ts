import * as z from 'zod';

/** Characters of a name or pattern that an answer repeats. */
const MAX_QUOTED = 200;

/** A text that goes to a program as an argument, so it holds no NUL character. @param max characters */
export function argumentText(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !text.includes('\0'), 'it holds a NUL character; leave it out');
}

/** Repeats what was asked for, in quotes, as far as it helps. */
export function quoted(text: string): string {
  if (text.length <= MAX_QUOTED) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, MAX_QUOTED))}… (${text.length} characters)`;
}
