/** Where one run's commands saw the repository and the folder of whole outputs. */
export interface Roots {
  readonly root: string;
  /** Empty when unknown. */
  readonly scratch: string;
}

/** Puts one absolute path for another wherever it stands as a path of its own, not as the beginning of a longer name. */
export function replacePath(text: string, from: string, to: string): string {
  if (from.length < 2 || from === to || !text.includes(from)) return text;
  let result = '';
  let at = 0;
  for (let found = text.indexOf(from); found >= 0; found = text.indexOf(from, found + 1)) {
    if (found < at) continue;
    const before = text[found - 1] ?? '';
    const after = text[found + from.length] ?? '';
    if (isNameCharacter(before) || isNameCharacter(after)) continue;
    result += text.slice(at, found) + to;
    at = found + from.length;
  }
  return result + text.slice(at);
}

/** Puts one path for another in every string of a JSON value; keys stay. */
export function replacePathIn(value: unknown, from: string, to: string): unknown {
  if (typeof value === 'string') return replacePath(value, from, to);
  if (Array.isArray(value)) return value.map((item) => replacePathIn(item, from, to));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, item]) => [key, replacePathIn(item, from, to)]));
  }
  return value;
}

function isNameCharacter(char: string): boolean {
  return /[\w.-]/.test(char) && char !== '.';
}
