import { childOf, namedChildren, type SyntaxNode } from '../tree.ts';
import { type EditContext, few, ofRole, replace, text } from './context.ts';
import type { Edit, EditKind } from './edit.ts';
import { unique } from './ingredients.ts';
import { indentOf, lineStart, reindent, soleStatement } from './layout.ts';

/** A statement left out. */
export function* dropped(context: EditContext): Generator<Edit> {
  const python = context.grammar.family === 'python';
  for (const statement of context.statements) {
    const role = context.grammar.statementRole(statement);
    if (role === 'declaration' || (role === 'other' && statement.type === 'pass_statement'))
      continue;
    const size = statement.endRow - statement.row;
    if (size > 8) continue;
    const extra = (role === 'expression' || role === 'assignment' ? 0 : 0.7) + size * 0.3;
    if (soleStatement(statement)) {
      yield replace(statement, python ? 'pass' : '{}', 'drop-statement', extra + 0.7);
    } else {
      yield { ...wholeLines(context, statement), text: '', kind: 'drop-statement', extra };
    }
    yield* withoutCondition(context, statement);
    yield* withoutElse(statement);
  }
}

/** An `if` or a loop whose body stays. */
function* withoutCondition(context: EditContext, statement: SyntaxNode): Generator<Edit> {
  const role = context.grammar.statementRole(statement);
  const body = childOf(statement, 'consequence') ?? childOf(statement, 'body');
  if (role !== 'if' || !body || childOf(statement, 'alternative')) return;
  if (context.grammar.family !== 'python') {
    yield replace(statement, text(context, body), 'drop-clause', 0.7);
    return;
  }
  const inner = context.source.text.slice(body.start, body.end);
  const indent = indentOf(context.source.text, statement.start);
  yield replace(
    statement,
    reindent(inner, indentOf(context.source.text, body.start), indent),
    'drop-clause',
    0.7,
  );
}

function* withoutElse(statement: SyntaxNode): Generator<Edit> {
  for (const child of statement.children) {
    if (child.type !== 'else_clause' && child.type !== 'elif_clause') continue;
    const previous = statement.children[statement.children.indexOf(child) - 1];
    if (!previous || child.endRow - child.row > 6) continue;
    if (statement.children.at(-1) !== child) continue;
    yield { start: previous.end, end: child.end, text: '', kind: 'drop-statement', extra: 1 };
  }
}

/** The statement with its line, where nothing else stands on it. */
function wholeLines(context: EditContext, node: SyntaxNode): { start: number; end: number } {
  const { text: all } = context.source;
  const start = lineStart(all, node.start);
  let end = node.end;
  while (all[end] === ';' || all[end] === ' ') end++;
  const rest = /^[ \t]*(\r?\n|$)/.exec(all.slice(end, end + 80));
  const isAlone = /^[ \t]*$/.test(all.slice(start, node.start)) && rest !== null;
  if (!isAlone || !rest) {
    const semicolon = context.grammar.family === 'python' && all[node.end] === ';';
    return { start: node.start, end: semicolon ? end : node.end };
  }
  return { start, end: end + rest[0].length };
}

/** New statements before or after the ones that stand: copies, counters, jumps, returns, guards. */
export function* inserted(context: EditContext): Generator<Edit> {
  const { variables } = context.ingredients;
  const { family } = context.grammar;
  const python = family === 'python';
  const semicolon = context.grammar.words.end;
  const simple = context.statements.filter((statement) => {
    const role = context.grammar.statementRole(statement);
    return (
      (role === 'assignment' || role === 'expression') && statement.end - statement.start <= 60
    );
  });
  const copies = unique(simple.map((statement) => text(context, statement)));
  const numbers = variables.filter(({ isContainer }) => !isContainer).map(({ name }) => name);
  const counters = numbers.flatMap((name) => [
    `${name} += 1${semicolon}`,
    `${name} -= 1${semicolon}`,
  ]);
  const updates = numbers.flatMap((a) =>
    numbers
      .filter((b) => a !== b)
      .flatMap((b) => [
        `${a} = ${b}${semicolon}`,
        `${a} += ${b}${semicolon}`,
        `${a} %= ${b}${semicolon}`,
        `${a} -= ${b}${semicolon}`,
      ]),
  );
  const parts = unique(
    [...ofRole(context, 'subscript', 'member', 'call')]
      .map((each) => each.text)
      .filter((each) => each.length <= 24),
  ).slice(0, 8);
  const partly = numbers.flatMap((name) =>
    parts.flatMap((part) =>
      ['-=', '+=', '%='].map((sign) => `${name} ${sign} ${part}${semicolon}`),
    ),
  );
  const resets = numbers.flatMap((name) => [`${name} = 0${semicolon}`, `${name} = 1${semicolon}`]);
  const assigned = python ? [] : numbers.map((name) => `${name} = !${name}${semicolon}`);
  const texts = few<[string, EditKind, number]>(
    [
      ...copies.map((copy): [string, EditKind, number] => [copy, 'insert-statement', 0.3]),
      ...variantsOfCopies(context, copies).map((copy): [string, EditKind, number] => [
        copy,
        'insert-statement',
        1,
      ]),
      ...counters.map((each): [string, EditKind, number] => [each, 'insert-statement', 0.5]),
      ...updates.map((each): [string, EditKind, number] => [each, 'insert-statement', 1.5]),
      ...partly.map((each): [string, EditKind, number] => [each, 'insert-statement', 1.8]),
      ...[...resets, ...assigned].map((each): [string, EditKind, number] => [
        each,
        'insert-statement',
        1.5,
      ]),
    ],
    2 * context.statements.length,
    20,
  );
  const returned = returnValues(context);
  for (const statement of context.statements) {
    const loop = inLoop(context, statement);
    const awaited = context.endless ? loopNames(context, statement) : null;
    for (const [code, kind, extra] of texts) {
      if (code === text(context, statement)) continue;
      const ends = awaited?.has(/^\w+/.exec(code)?.[0] ?? '') ? -3 : 0;
      yield* around(context, statement, code, kind, extra + ends);
    }
    if (loop) {
      yield* around(context, statement, `break${semicolon}`, 'insert-statement', 1);
      yield* around(context, statement, `continue${semicolon}`, 'insert-statement', 1.3);
    }
    if (isLast(statement) && inBlock(context, statement)) {
      for (const value of returned) {
        yield* after(context, statement, `return ${value}${semicolon}`, 'return', 1);
      }
    }
  }
}

function variantsOfCopies(context: EditContext, copies: readonly string[]): string[] {
  const names = context.ingredients.variables.map(({ name }) => name);
  const found: string[] = [];
  for (const copy of copies.slice(0, 8)) {
    for (const match of copy.matchAll(/(?<![\w.'"])[A-Za-z_]\w*/g)) {
      if (!names.includes(match[0])) continue;
      for (const other of names) {
        if (other !== match[0]) {
          found.push(
            copy.slice(0, match.index) + other + copy.slice(match.index + match[0].length),
          );
        }
      }
    }
  }
  return unique(found)
    .filter((each) => !copies.includes(each))
    .slice(0, 60);
}

/** What the region returns, and what it might. */
export function returnValues(context: EditContext): string[] {
  const { variables, strings, numbers } = context.ingredients;
  const { words, family } = context.grammar;
  const own = context.statements
    .filter((each) => context.grammar.statementRole(each) === 'return')
    .flatMap((each) => namedChildren(each).map((value) => text(context, value)))
    .filter((each) => each.length <= 60);
  const common = [words.true, words.false, words.none, '0', '1', '-1', words.emptyText];
  if (family === 'python' || family === 'javascript') common.push('[]');
  if (family === 'python') common.push('{}');
  return unique([
    ...own,
    ...variables.map(({ name }) => name),
    ...common,
    ...numbers.slice(0, 4),
    ...strings.slice(0, 4),
  ]);
}

/** A literal in the place of something computed fits few tests and is seldom right. */
function returnExtra(value: SyntaxNode, other: string): number {
  return value.children.length > 0 && /^(?:[\w.'"-]+|\[\]|\{\})$/.test(other) ? 1.5 : 0.5;
}

/** Another value returned, an expression returned that was only computed. */
export function* returns(context: EditContext): Generator<Edit> {
  const values = returnValues(context);
  for (const statement of context.statements) {
    const role = context.grammar.statementRole(statement);
    const [value] = namedChildren(statement);
    if (role === 'return') {
      for (const [rank, other] of values.entries()) {
        if (value && other !== text(context, value))
          yield replace(
            value,
            other,
            'return',
            returnExtra(value, other) + Math.min(2, rank * 0.1),
          );
      }
      continue;
    }
    if (role === 'expression' && value && startsLine(context.source.text, statement.start)) {
      yield {
        start: statement.start,
        end: statement.start,
        text: 'return ',
        kind: 'return',
        extra: 0,
      };
    }
  }
}

/** `=` for `+=` and the other way round; another target. */
export function* assignments(context: EditContext): Generator<Edit> {
  for (const statement of context.statements) {
    if (context.grammar.statementRole(statement) !== 'assignment') continue;
    const node = assignmentOf(statement);
    const left = node ? childOf(node, 'left') : null;
    const right = node ? childOf(node, 'right') : null;
    if (!node || !left || !right || /assignment/.test(right.type)) continue;
    if (/pattern|tuple|list/.test(left.type)) continue;
    const sign = node.children.find((child) => !child.named && /=$/.test(child.type));
    if (!sign) continue;
    if (text(context, sign) === '=') {
      for (const [rank, other] of ['+=', '-=', '*=', '/='].entries()) {
        yield replace(sign, other, 'assignment', rank * 0.5);
      }
    } else {
      yield replace(sign, '=', 'assignment', 0.3);
    }
  }
}

/** The node with both sides: a statement of its own in Go. */
export function assignmentOf(statement: SyntaxNode): SyntaxNode | undefined {
  return statement.type === 'assignment_statement' ? statement : statement.children[0];
}

function* around(
  context: EditContext,
  statement: SyntaxNode,
  code: string,
  kind: EditKind,
  extra: number,
): Generator<Edit> {
  if (!startsLine(context.source.text, statement.start) || !inBlock(context, statement)) return;
  yield before(context, statement, code, kind, extra + 0.3);
  yield* after(context, statement, code, kind, extra);
}

export function before(
  context: EditContext,
  statement: SyntaxNode,
  code: string,
  kind: EditKind,
  extra: number,
): Edit {
  const indent = indentOf(context.source.text, statement.start);
  const end = lineBreak(context);
  return {
    start: statement.start,
    end: statement.start,
    text: `${code}${end}${indent}`,
    kind,
    extra,
  };
}

function* after(
  context: EditContext,
  statement: SyntaxNode,
  code: string,
  kind: EditKind,
  extra: number,
): Generator<Edit> {
  if (context.grammar.statementRole(statement) === 'return') return;
  if (!startsLine(context.source.text, statement.start)) return;
  const indent = indentOf(context.source.text, statement.start);
  yield {
    start: statement.end,
    end: statement.end,
    text: `${lineBreak(context)}${indent}${code}`,
    kind,
    extra,
  };
}

function lineBreak(context: EditContext): string {
  return context.source.text.includes('\r\n') ? '\r\n' : '\n';
}

export function startsLine(all: string, offset: number): boolean {
  return /^[ \t]*$/.test(all.slice(lineStart(all, offset), offset));
}

/** Names in the condition of the loop around a statement: a loop that does not end may forget to change one. */
function loopNames(context: EditContext, statement: SyntaxNode): ReadonlySet<string> | null {
  for (let at = statement.parent; at && at !== context.region; at = at.parent) {
    if (context.grammar.statementRole(at) !== 'while') continue;
    const condition = childOf(at, 'condition');
    return condition && new Set(text(context, condition).match(/[A-Za-z_$][\w$]*/g) ?? []);
  }
  return null;
}

/** Without braces (`if (a) b;`) a second statement would fall out of the branch. */
export function inBlock(context: EditContext, statement: SyntaxNode): boolean {
  const { parent } = statement;
  return (
    parent !== null &&
    (context.grammar.isBlock(parent) ||
      /switch_case|switch_default|program|module/.test(parent.type))
  );
}

export function inLoop(context: EditContext, statement: SyntaxNode): boolean {
  for (let at = statement.parent; at && at !== context.region; at = at.parent) {
    const role = context.grammar.statementRole(at);
    if (role === 'for' || role === 'while') return true;
    if (context.grammar.isFunction(at)) return false;
  }
  return false;
}

export function isLast(statement: SyntaxNode): boolean {
  const siblings = statement.parent ? namedChildren(statement.parent) : [];
  return siblings.at(-1) === statement;
}
