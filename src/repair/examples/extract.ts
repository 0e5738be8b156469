import { type Literal, readLiteral } from './literal.ts';

/** A call that prose gives the result of. */
export interface Example {
  readonly name: string;
  readonly arguments: readonly Literal[];
  readonly expected: Literal;
}

const MOST_EXAMPLES = 40;

/** What stands between a call and its result: `==`, `=>`, `->`, `returns`, `should be`, a comment. */
const BETWEEN =
  /^[`'"]?[ \t]*(?:(?:#|\/\/|\/\*)[ \t]*)?(?:={1,3}>?|=+>|-+>|➞|→|⇒|⟹|returns?|should (?:return|be|equal|give)|gives?|evaluates to|yields?|is|must be|expect(?:s|ed)?(?: to be)?)[ \t]*:?[ \t]*[`]?/i;
const COMMENT = /^[ \t]*;?[ \t]*(?:#|\/\/)[ \t]*(?:=+>|-+>|➞|→|returns?:?|expected:?)?[ \t]*/i;

/**
 * Finds examples of functions in prose: doctest sessions, `f(1) == 2`, `f(1) => 2`, "f(1) should return 2", code with
 * its result in a comment. Only calls of literals with a literal result count.
 *
 * @param functions parameters by the name of the function
 */
export function examplesOf(
  prose: string,
  functions: ReadonlyMap<string, readonly string[]>,
): Example[] {
  const found: Example[] = [];
  const seen = new Set<string>();
  for (const match of prose.matchAll(/(?<![\w.])(?:[A-Za-z_$][\w$]*\.)?([A-Za-z_$][\w$]*)\(/g)) {
    const name = match[1] ?? '';
    if (!functions.has(name) || found.length >= MOST_EXAMPLES) continue;
    const call = readArguments(prose, match.index + match[0].length);
    if (!call) continue;
    const expected = resultAfter(prose, match.index, call.end);
    if (!expected) continue;
    const key = `${name}(${call.values.map(({ python }) => python).join()})`;
    if (seen.has(key)) continue;
    seen.add(key);
    found.push({ name, arguments: call.values, expected });
  }
  const [only] = functions.entries();
  if (found.length === 0 && only && functions.size === 1) return describedExamples(prose, ...only);
  return found;
}

/** What introduces the result of an example that names no call. */
const RESULT =
  /^[^\n]{0,60}?(?:\n[^\n]{0,20}?)?\b(?:outputs?|results?|returns?|answer)\b(?:[ \t]*(?:should be|should return|must be|will be|is|are))?[ \t]*[:=]?[ \t]*[`]?/i;

/** Examples such as "For n = 3, m = [1] the output should be 5", or "Input: [1, 2]" with "Output: 3" below it. */
function describedExamples(prose: string, name: string, parameters: readonly string[]): Example[] {
  const found: Example[] = [];
  for (const match of prose.matchAll(/\b(?:for|input|if|when|with|given)\b[ \t]*:?[ \t]*/gi)) {
    const given = readGiven(prose, match.index + match[0].length, parameters);
    if (!given || found.length >= MOST_EXAMPLES) continue;
    const result = RESULT.exec(prose.slice(given.end, given.end + 160));
    const expected = result && wholeLiteral(prose, given.end + result[0].length);
    if (expected) found.push({ name, arguments: given.values, expected });
  }
  return found;
}

/** `a = 1, b = "x"` for all parameters in their order, or the bare values of them. */
function readGiven(
  text: string,
  from: number,
  parameters: readonly string[],
): { values: Literal[]; end: number } | null {
  const values: Literal[] = [];
  let at = from;
  for (const parameter of parameters) {
    const lead = /^[\s,;]*(?:and\s+)?/.exec(text.slice(at, at + 20))?.[0] ?? '';
    at += lead.length;
    const name = new RegExp(`^\\b${escaped(parameter)}\\b\\s*(?:={1,2}|:|is)\\s*`);
    at += name.exec(text.slice(at, at + 60))?.[0].length ?? 0;
    const value = readLiteral(text, at);
    if (!value) return null;
    values.push(value);
    at = value.end;
  }
  return values.length > 0 ? { values, end: at } : null;
}

function escaped(text: string): string {
  return text.replace(/[$]/g, '\\$&');
}

function readArguments(text: string, from: number): { values: Literal[]; end: number } | null {
  const values: Literal[] = [];
  let at = from;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at++;
    if (text[at] === ')') return { values, end: at + 1 };
    const value = readLiteral(text, at);
    if (!value) return null;
    values.push(value);
    at = value.end;
    while (/\s/.test(text[at] ?? '')) at++;
    if (text[at] === ',') at += 1;
    else if (text[at] !== ')') return null;
  }
}

function resultAfter(text: string, callStart: number, callEnd: number): Literal | null {
  const lineEnd = endOfLine(text, callEnd);
  const rest = text.slice(callEnd, lineEnd);
  const lineStart = text.lastIndexOf('\n', callStart) + 1;
  const isSession = /^[\s*]*>>>\s*$/.test(text.slice(lineStart, callStart));
  const between = [BETWEEN, COMMENT]
    .map((pattern) => pattern.exec(rest))
    .find((match) => match !== null && match[0].trim() !== '');
  if (between) return wholeLiteral(text, callEnd + between[0].length);
  if (!isSession) return null;
  if (/^\s*(?:==|=>|->)/.test(rest)) return wholeLiteral(text, callEnd + rest.search(/[^\s=>-]/));
  if (rest.trim() !== '') return wholeLiteral(text, callEnd);
  const next = text.slice(lineEnd + 1, endOfLine(text, lineEnd + 1));
  if (/^[\s*]*(?:>>>|$)/.test(next)) return null;
  return wholeLiteral(text, lineEnd + 1 + next.search(/[^\s*]/));
}

/** A literal after which the sentence or the line ends; `3 apples` is none. */
function wholeLiteral(text: string, at: number): Literal | null {
  const literal = readLiteral(text, at);
  if (!literal) return null;
  const rest = text.slice(literal.end, endOfLine(text, literal.end));
  return /^[`]?\s*(?:[.;,)]|$|#|\/\/|because|since|as |but|and |instead|\(|not |for |when |\*\/|"""|''')/.test(
    rest,
  )
    ? literal
    : null;
}

function endOfLine(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  return found < 0 ? text.length : found;
}
