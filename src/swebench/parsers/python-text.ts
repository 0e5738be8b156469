/**
 * Text as Python sees it. The parsers are defined by programs in Python, whose notion of white space, digit, word and
 * line end differs from JavaScript's: `\s` takes U+001C to U+001F and U+0085 but not U+FEFF, `.` takes every
 * character but a line feed, `$` also stands before a last line feed.
 */

const SPACE =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const WORD = '[\\p{L}\\p{N}_]';

const ESCAPES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  s: `[${SPACE}]`,
  S: `[^${SPACE}]`,
  w: WORD,
  b: `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`,
};

/**
 * Compiles a regular expression with the meaning it has in Python's `re` for text.
 *
 * @param source `\d \s \S \w \b . ^ $` are Python's; all else is JavaScript's with the `v` flag: punctuation that means
 *   something is escaped in a class, and any character at all is `\p{Any}` (V8 of Node 20 fails on `[^]*` under `v`)
 * @param flags `g` and `y` as in JavaScript, `m` as Python's MULTILINE; a dot never matches a line feed
 */
export function pattern(source: string, flags = ''): RegExp {
  const multiline = flags.includes('m');
  let compiled = '';
  let depth = 0;
  for (let at = 0; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === '\\') {
      at += 1;
      const name = source.charAt(at);
      compiled += ESCAPES[name] ?? `\\${name}`;
      continue;
    }
    if (char === '[') depth += 1;
    if (char === ']') depth -= 1;
    const inClass = depth > 0;
    if (!inClass && char === '.') compiled += '[^\\n]';
    else if (!inClass && char === '^') compiled += multiline ? '(?<![^\\n])' : '^';
    else if (!inClass && char === '$') compiled += multiline ? '(?![^\\n])' : '(?=\\n?$)';
    else compiled += char;
  }
  return new RegExp(compiled, `v${flags.replace('m', '')}`);
}

/** Whether Python's `str.isspace` holds for this UTF-16 unit; white space is never outside the BMP. */
function isSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 9 && code <= 13) || code >= 0x1c;
  if (code < 0x85) return false;
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

/** Whether there is white space at an offset. */
export function isSpaceAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && isSpace(text.charCodeAt(at));
}

/** Number of white space characters that `text` starts with. */
export function indentation(text: string): number {
  let at = 0;
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** `str.strip()`. */
export function strip(text: string): string {
  return rstrip(text.slice(indentation(text)));
}

/** `str.rstrip()`. */
export function rstrip(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Where the word that starts at an offset ends: at white space, or at `end`. */
export function wordEnd(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && !isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** `str.split()`: the words between white space, at most the first `limit` of them. */
export function words(text: string, limit = Number.POSITIVE_INFINITY): string[] {
  const found: string[] = [];
  let at = 0;
  while (found.length < limit) {
    while (at < text.length && isSpace(text.charCodeAt(at))) at += 1;
    if (at === text.length) break;
    const start = at;
    while (at < text.length && !isSpace(text.charCodeAt(at))) at += 1;
    found.push(text.slice(start, at));
  }
  return found;
}

/** Calls `visit` with where each line of `text.split("\n")` starts and ends; nothing is copied. */
export function eachLine(
  text: string,
  visit: (start: number, end: number, index: number) => void,
): void {
  let start = 0;
  for (let index = 0; ; index += 1) {
    const found = text.indexOf('\n', start);
    visit(start, found === -1 ? text.length : found, index);
    if (found === -1) return;
    start = found + 1;
  }
}

/** Where a line starts and ends after `str.strip()`. */
export function stripped(text: string, start: number, end: number): [number, number] {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from += 1;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
  return [from, to];
}

/** What stands before the first `separator`, or the whole text: `text.split(separator)[0]`. */
export function before(text: string, separator: string): string {
  const at = text.indexOf(separator);
  return at === -1 ? text : text.slice(0, at);
}

/** What stands after the first `separator`, or the whole text: `text.split(separator, 1)[-1]`. */
export function after(text: string, separator: string): string {
  const at = text.indexOf(separator);
  return at === -1 ? text : text.slice(at + separator.length);
}

/** What stands before the last `separator`, or the whole text: `text.rsplit(separator, 1)[0]`. */
export function beforeLast(text: string, separator: string): string {
  const at = text.lastIndexOf(separator);
  return at === -1 ? text : text.slice(0, at);
}

/** What stands after the last `separator`, or the whole text: `text.split(separator)[-1]`. */
export function afterLast(text: string, separator: string): string {
  const at = text.lastIndexOf(separator);
  return at === -1 ? text : text.slice(at + separator.length);
}

const ANSI = pattern('\\x1B(?:[@-Z\\\\-_]|\\[[0-?]*[ -\\/]*[@-~])', 'g');

/** The text without ANSI escape sequences. */
export function withoutAnsi(text: string): string {
  return text.includes('\x1b') ? text.replace(ANSI, '') : text;
}
