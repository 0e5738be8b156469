import { type SourceFile, type SyntaxNode, textOf } from './tree.ts';

/** Longest literal that is taken as an ingredient. */
const MOST_LENGTH = 40;
const MOST_HINTS = 40;
const MOST_WORDS = 300;

/** What prose offers as literals. */
export interface Hints {
  /** Numbers, signs and quoted strings, without their quotes. */
  readonly literals: readonly string[];
  /** Plain words: only good for a string that is nearly the same. */
  readonly words: readonly string[];
}

export const NO_HINTS: Hints = { literals: [], words: [] };

/**
 * Literals that prose mentions: numbers, quoted strings, and words that stand out, without their quotes. A bug is
 * often a literal that its description spells right.
 */
export function hintsOf(prose: string): Hints {
  const found = new Set<string>();
  for (const match of prose.matchAll(/"([^"\n]{0,40})"|'([^'\n]{0,40})'|`([^`\n]{1,40})`/g)) {
    found.add(match[1] ?? match[2] ?? match[3] ?? '');
  }
  for (const match of prose.matchAll(/(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)/g)) found.add(match[0]);
  // Brackets and signs that are spoken of, as in "every opening [ has a closing ]".
  for (const match of prose.matchAll(
    /(?:^|\s|['"`])([[\](){}<>|&^%$#@!*+=/\\_-])(?=\s|['"`.,]|$)/gm,
  )) {
    found.add(match[1] ?? '');
  }
  // A sign inside of quotes: the brackets of '[[]]'.
  for (const quoted of [...found]) {
    for (const sign of quoted.match(/[^\w\s]/g) ?? []) found.add(sign);
  }
  const words = new Set<string>();
  for (const match of prose.matchAll(/[A-Za-z][A-Za-z]{3,}/g)) words.add(match[0]);
  const short = (all: Set<string>) => [...all].filter((each) => each.length <= MOST_LENGTH);
  return { literals: short(found).slice(0, MOST_HINTS), words: short(words).slice(0, MOST_WORDS) };
}

/** The documentation of a function: the string it starts with, or the comments before it. */
export function documentationOf(source: SourceFile, region: SyntaxNode): string {
  const body = region.children.find((child) => child.field === 'body');
  const [first] = body?.children ?? [];
  const [inner] = first?.children ?? [];
  if (first?.type === 'expression_statement' && inner?.type === 'string') {
    return textOf(source, inner);
  }
  let statement: SyntaxNode = region;
  while (statement.parent?.parent && !/body|block/.test(statement.parent.type)) {
    statement = statement.parent;
  }
  const siblings = statement.parent?.children ?? [];
  const comments: string[] = [];
  for (let at = siblings.indexOf(statement) - 1; at >= 0; at--) {
    const sibling = siblings[at];
    if (sibling?.type !== 'comment') break;
    comments.unshift(textOf(source, sibling));
  }
  return comments.join('\n');
}
