/** A literal read from prose, spelt for both families of languages. */
export interface Literal {
  readonly python: string;
  readonly javascript: string;
  /** Offset after it. */
  readonly end: number;
}

const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  True: ['True', 'true'],
  true: ['True', 'true'],
  TRUE: ['True', 'true'],
  False: ['False', 'false'],
  false: ['False', 'false'],
  FALSE: ['False', 'false'],
  None: ['None', 'null'],
  null: ['None', 'null'],
  undefined: ['None', 'undefined'],
};

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

/** Reads a literal at an offset: numbers, strings, true, false, nothing, lists, tuples and dictionaries of those. */
export function readLiteral(text: string, from: number): Literal | null {
  const start = skipSpace(text, from);
  const first = text[start] ?? '';
  if (first === '"' || first === "'") return readString(text, start);
  if (first in CLOSING) return readGroup(text, start);
  const number = /^[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?/.exec(
    text.slice(start, start + 40),
  );
  if (number) {
    const spelt = number[0].replace(/_/g, '').replace(/^\+/, '').replace(/\.$/, '.0');
    // `007` is no number in either language, `3.` at the end of a sentence is 3.
    if (/^-?0\d/.test(spelt)) return null;
    const isSentence =
      number[0].endsWith('.') && /^(?:\s|$)/.test(text.slice(start + number[0].length));
    const value = isSentence ? number[0].slice(0, -1) : spelt;
    return { python: value, javascript: value, end: start + number[0].length };
  }
  const word = /^[A-Za-z]+/.exec(text.slice(start, start + 12))?.[0] ?? '';
  const known = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  if (!known || /^\w/.test(text.slice(start + word.length))) return null;
  return { python: known[0], javascript: known[1], end: start + word.length };
}

function readString(text: string, start: number): Literal | null {
  const quote = text[start] ?? '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '\n') return null;
    else if (text[at] === quote) {
      const own = text.slice(start, at + 1);
      return { python: own, javascript: own, end: at + 1 };
    }
  }
  return null;
}

function readGroup(text: string, start: number): Literal | null {
  const open = text[start] ?? '';
  const close = CLOSING[open] ?? '';
  const items: Literal[] = [];
  const pairs: [Literal, Literal][] = [];
  let at = skipSpace(text, start + 1);
  while (text[at] !== close) {
    const item = readLiteral(text, at);
    if (!item) return null;
    at = skipSpace(text, item.end);
    if (open === '{' && text[at] === ':') {
      const value = readLiteral(text, at + 1);
      if (!value) return null;
      pairs.push([item, value]);
      at = skipSpace(text, value.end);
    } else items.push(item);
    if (text[at] === ',') at = skipSpace(text, at + 1);
    else if (text[at] !== close) return null;
  }
  const end = at + 1;
  const python = items.map((item) => item.python).join(', ');
  const javascript = items.map((item) => item.javascript).join(', ');
  if (open === '[') return { python: `[${python}]`, javascript: `[${javascript}]`, end };
  if (open === '(') {
    const tuple = items.length === 1 ? `(${python},)` : `(${python})`;
    return { python: tuple, javascript: `[${javascript}]`, end };
  }
  if (items.length > 0 && pairs.length > 0) return null;
  if (items.length > 0) {
    return { python: `{${python}}`, javascript: `new Set([${javascript}])`, end };
  }
  const spell = (side: 'python' | 'javascript') =>
    pairs.map(([key, value]) => `${keyOf(key, side)}: ${value[side]}`).join(', ');
  return { python: `{${spell('python')}}`, javascript: `{${spell('javascript')}}`, end };
}

/** A negative number is no key in JavaScript without brackets. */
function keyOf(key: Literal, side: 'python' | 'javascript'): string {
  return side === 'javascript' && key.javascript.startsWith('-')
    ? `[${key.javascript}]`
    : key[side];
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at++;
  return at;
}
