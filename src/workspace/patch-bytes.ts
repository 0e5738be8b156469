import { isUtf8 } from 'node:buffer';

/**
 * Finds the files of a patch whose text is not UTF-8 or holds a NUL, which a string or a text patch would not carry.
 *
 * @param patch as git prints it, without renames
 * @returns lines for a gitattributes file that make git treat those files as binary, in latin1: one character a byte
 */
export function binaryAttributes(patch: Buffer): string {
  return sections(patch)
    .filter((section) => !isUtf8(section) || section.includes(0))
    .map((section) => `${attributePattern(pathOf(section))} -diff\n`)
    .join('');
}

/** No line inside a hunk can start like this: text lines are marked, and binary lines hold no blank. */
const START = Buffer.from('\ndiff --git ');

function sections(patch: Buffer): Buffer[] {
  const found: Buffer[] = [];
  let start = 0;
  for (;;) {
    const next = patch.indexOf(START, start);
    found.push(patch.subarray(start, next < 0 ? patch.length : next + 1));
    if (next < 0) return found;
    start = next + 1;
  }
}

/** The header names the same path twice, `a/PATH b/PATH`, each quoted the same way. */
function pathOf(section: Buffer): string {
  const end = section.indexOf('\n');
  const names = section.subarray('diff --git '.length, end).toString('latin1');
  const name = names.slice(0, (names.length - 1) / 2);
  return name.startsWith('"') ? unquote(name.slice(1, -1)).slice(2) : name.slice(2);
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  '"': '"',
  '\\': '\\',
};

function unquote(text: string): string {
  return text.replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
  );
}

/** @param path one character a byte */
function attributePattern(path: string): string {
  const literal = `/${path}`.replace(/[\\*?[\]]/g, (character) => `\\${character}`);
  const quoted = [...literal].map((character) => {
    const code = character.charCodeAt(0);
    if (character === '"' || character === '\\') return `\\${character}`;
    return code < 32 || code > 126 ? `\\${code.toString(8).padStart(3, '0')}` : character;
  });
  return `"${quoted.join('')}"`;
}
