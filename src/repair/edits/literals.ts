import type { SyntaxNode } from '../tree.ts';
import { type EditContext, ofRole, replace, text } from './context.ts';
import type { Edit } from './edit.ts';
import { unique } from './ingredients.ts';
import { fitted, Level } from './precedence.ts';

/** Bounds of the digits and of the letters, and what follows them. */
const CHARACTER_CODES = ['48', '57', '58', '65', '90', '91', '97', '122', '123'];
/** The ones that stand beside an open bound: `< 91`, `> 64`. */
const AFTER_CODES = ['58', '91', '123'];

/** Other numbers: one more, one less, the common ones, those of the region and of the prose. */
export function* numbers(context: EditContext): Generator<Edit> {
  const { ingredients } = context;
  const speaksOfCharacters = /charCodeAt|codePointAt|\bord\(|\bchr\(|fromCharCode/.test(
    text(context, context.region),
  );
  for (const { node, text: own } of ofRole(context, 'number')) {
    const value = Number(own.replace(/_/g, ''));
    const parent = node.parent;
    const signed = parent?.type.startsWith('unary') ? parent : null;
    const seen = new Set([own]);
    const give = function* (other: string, extra: number): Generator<Edit> {
      if (seen.has(other)) return;
      seen.add(other);
      const level = other.startsWith('-') ? Level.unary : Level.atom;
      yield replace(node, fitted(context, node, other, level), 'number', extra);
    };
    const isInteger = Number.isSafeInteger(value) && /^\d+$/.test(own);
    if (isInteger) {
      yield* give(String(value + 1), 0);
      if (value > 0) yield* give(String(value - 1), 0);
      for (const common of ['0', '1']) yield* give(common, 0.8);
      yield* give('2', 1.2);
      yield* give('10', 2);
      if (!signed && value > 0) yield* give(`-${own}`, 1.2);
      if (value === 0) yield* give('-1', 0.6);
      yield* give(String(value + 2), 2);
      if (value > 1) yield* give(String(value - 2), 2);
      if (value % 2 === 0) yield* give(String(value / 2), 2.5);
      yield* give(String(value * 2), 2.5);
      if (value >= 9) yield* give(String(value * 10), 3);
    } else if (Number.isFinite(value)) {
      for (const common of ['0', '1', '2', '0.5']) yield* give(common, 1);
      yield* give(String(value / 10), 2.5);
      yield* give(String(value * 10), 2.5);
    }
    if (isInteger && speaksOfCharacters) {
      const isOpen = /[<>]\s*$/.test(surroundings(context, node));
      for (const code of CHARACTER_CODES) {
        yield* give(code, 1.2 + (AFTER_CODES.includes(code) === isOpen ? 0 : 0.5));
      }
    }
    for (const other of ingredients.numbers) yield* give(other, 1.5);
    for (const hint of ingredients.hints.literals)
      if (/^\d+(\.\d+)?$/.test(hint)) yield* give(hint, 2);
    if (signed) {
      yield { ...replace(signed, text(context, node), 'number', 0.7) };
    }
  }
}

/** The characters just before a node: the operator that it is compared by. */
function surroundings(context: EditContext, node: SyntaxNode): string {
  return context.source.text.slice(Math.max(0, node.start - 4), node.start);
}

/** Other strings: shorter, empty, in other case, those of the region and of the prose. */
export function* strings(context: EditContext): Generator<Edit> {
  const { ingredients } = context;
  const names = new Set(ingredients.variables.map(({ name }) => name));
  for (const { node, text: own } of ofRole(context, 'string')) {
    const parts = /^([bBrRuU]*)(['"`])([^\\]*)\2$/s.exec(own);
    const seen = new Set([own]);
    const give = function* (other: string, extra: number): Generator<Edit> {
      if (seen.has(other)) return;
      seen.add(other);
      yield replace(node, other, 'string', extra);
    };
    for (const other of ingredients.strings) yield* give(other, 1);
    if (!parts || own.startsWith('"""') || own.startsWith("'''")) continue;
    const [, prefix = '', quote = '"', body = ''] = parts;
    if (body.includes('\n') || body.includes('\\')) continue;
    if (names.has(body)) {
      // A name that was put in quotes.
      yield* give(body, -1);
      if (context.grammar.family === 'python') yield* give(`${body}.encode()`, 0);
    }
    const quoted = (content: string) => `${prefix}${quote}${content}${quote}`;
    yield* give(quoted(''), body.length <= 3 ? 0 : 1.5);
    yield* give(quoted(' '), body.length <= 2 ? 0.5 : 2.5);
    if (body !== body.trim()) yield* give(quoted(body.trim()), 0.5);
    for (const near of shorter(body)) yield* give(quoted(near), 0.8);
    for (const other of [body.toLowerCase(), body.toUpperCase()]) yield* give(quoted(other), 1.5);
    if (body.length <= 3 && body !== '') yield* give(quoted(body + body), 2);
    if (body !== '') {
      yield* give(quoted(`${body} `), 2.5);
      yield* give(quoted(` ${body}`), 2.5);
    }
    const isFree = (hint: string) =>
      !hint.includes(quote) && !hint.includes('\\') && !hint.includes('\n');
    for (const hint of ingredients.hints.literals.filter(isFree)) {
      const near = distanceAtMost(hint, body, 2);
      const isShort = hint.length <= 2 && body.length <= 2;
      yield* give(quoted(hint), near ? 0.3 : isShort ? 1.5 : 3);
    }
    for (const hint of ingredients.hints.words) {
      if (distanceAtMost(hint, body, 2)) yield* give(quoted(hint), 0.5);
    }
    for (const other of [',', ', ', '\\n', '_', '-', '.', '/', ':', '0', '1']) {
      if (body.length <= 2) yield* give(quoted(other), 3);
    }
    for (let at = 0; at < Math.min(body.length, 12); at++) {
      for (const filler of [' ', '-', '_', '.']) {
        if (body.length > 1) yield* give(quoted(body.slice(0, at) + filler + body.slice(at)), 5);
      }
    }
  }
}

/** The body without one of its characters, or without all of one character in either case. */
function shorter(body: string): string[] {
  if (body.length < 2 || body.length > 60) return [];
  const without = [...body].map((_, index) => body.slice(0, index) + body.slice(index + 1));
  const letters = unique(body.toLowerCase()).map((letter) =>
    [...body].filter((each) => each.toLowerCase() !== letter).join(''),
  );
  return unique([...without, ...letters]);
}

/** True and false, nothing and empty. */
export function* constants(context: EditContext): Generator<Edit> {
  const { words, family } = context.grammar;
  for (const { node, role } of ofRole(context, 'true', 'false', 'none')) {
    if (role === 'true') yield replace(node, words.false, 'boolean');
    else if (role === 'false') yield replace(node, words.true, 'boolean');
    if (family === 'go' || family === 'java') continue;
    if (role === 'none' && isValuePlace(node.parent?.type ?? '')) {
      const others =
        family === 'python' ? ['[]', '{}', '0', "''"] : ['[]', '{}', '0', "''", 'undefined'];
      for (const other of [...others, words.false, words.true]) {
        if (other !== text(context, node)) yield replace(node, other, 'boolean', 2);
      }
    } else if (role !== 'none') {
      yield replace(node, words.none, 'boolean', 2.5);
    }
  }
}

function isValuePlace(type: string): boolean {
  return /return|assignment|declarator|arguments|argument_list|pair|default/.test(type);
}

/** True when the edit distance of two strings is no more than `most`. */
export function distanceAtMost(a: string, b: string, most: number): boolean {
  if (Math.abs(a.length - b.length) > most || a.length < 3 || b.length < 3) return false;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    if (Math.min(...row) > most) return false;
    previous = row;
  }
  return (previous[b.length] ?? most + 1) <= most;
}
