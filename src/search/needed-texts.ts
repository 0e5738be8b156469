import type { AST } from '@eslint-community/regexpp';

/**
 * What a file must hold to have a match: all texts of one of the alternatives. Null: nothing can be said.
 * More files than those with a match may hold it, never fewer.
 */
export type NeededTexts = readonly (readonly string[])[] | null;

/** Alternatives of one pattern; more are not told apart. */
const MAX_ALTERNATIVES = 32;

/** @param regex the pattern is a regular expression of ripgrep, else the text itself */
export async function neededTexts(pattern: string, regex: boolean): Promise<NeededTexts> {
  if (!regex) return [[pattern]];
  const { RegExpParser } = await import('@eslint-community/regexpp');
  try {
    const parsed = new RegExpParser({ ecmaVersion: 2024 }).parsePattern(
      inEcmaScript(pattern),
      0,
      undefined,
      { unicode: true },
    );
    return ofAlternatives(parsed.alternatives);
  } catch {
    // Not in both languages; only the pattern's own reader knows what it means.
    return null;
  }
}

/**
 * ECMAScript's strict syntax refuses most of what means another thing in ripgrep's. Escaped punctuation, which it
 * refuses too, means the same in all cases but `\<` and `\>`.
 */
function inEcmaScript(pattern: string): string {
  return pattern.replace(/\\([\s\S])/g, (whole, escaped: string) =>
    /[-!"#%&',:;=@_`~ ]/.test(escaped)
      ? `\\x${escaped.charCodeAt(0).toString(16).padStart(2, '0')}`
      : whole,
  );
}

function ofAlternatives(alternatives: readonly AST.Alternative[]): NeededTexts {
  const all: (readonly string[])[] = [];
  for (const alternative of alternatives) {
    const needed = ofSequence(alternative.elements);
    if (needed === null) return null;
    all.push(...needed);
  }
  return all.length <= MAX_ALTERNATIVES ? all : null;
}

/** Characters that follow each other are one text; what stands between may be anything. */
function ofSequence(elements: readonly AST.Element[]): NeededTexts {
  let needed: NeededTexts = null;
  let text = '';
  const also = (more: NeededTexts) => {
    needed = both(needed, more);
  };
  for (const element of elements) {
    if (element.type === 'Character') {
      text += String.fromCodePoint(element.value);
      continue;
    }
    if (element.type === 'Assertion') continue;
    if (text !== '') also([[text]]);
    text = '';
    also(ofElement(element));
  }
  if (text !== '') also([[text]]);
  return needed;
}

function ofElement(element: AST.Element): NeededTexts {
  switch (element.type) {
    case 'Group':
      // Ripgrep's flags, `(?i:x)`, change what the characters mean.
      return element.modifiers ? null : ofAlternatives(element.alternatives);
    case 'CapturingGroup':
      return ofAlternatives(element.alternatives);
    case 'Quantifier':
      return element.min > 0 ? ofSequence([element.element]) : null;
    default:
      return null;
  }
}

function both(left: NeededTexts, right: NeededTexts): NeededTexts {
  if (left === null || right === null) return left ?? right;
  if (left.length * right.length > MAX_ALTERNATIVES) return left;
  return left.flatMap((one) => right.map((other) => [...one, ...other]));
}
