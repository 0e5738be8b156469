import type { Grammar, Role } from '../grammar/roles.ts';
import { type SourceFile, type SyntaxNode, textOf } from '../tree.ts';
import type { Edit, EditKind } from './edit.ts';
import type { Ingredients } from './ingredients.ts';

/** One expression that may be edited. */
export interface Expression {
  readonly node: SyntaxNode;
  readonly role: Role;
  readonly text: string;
}

/** What the operators know of the region whose edits they make. */
export interface EditContext {
  readonly source: SourceFile;
  readonly grammar: Grammar;
  /** The function, method or top-level statement to edit. */
  readonly region: SyntaxNode;
  readonly expressions: readonly Expression[];
  /** Statements of the region, outer before inner, in source order. */
  readonly statements: readonly SyntaxNode[];
  readonly ingredients: Ingredients;
  /** Where a failure says that nothing stood where something was expected. */
  readonly crash?: Crash | undefined;
  /** A failing test does not end. */
  readonly endless: boolean;
}

/** The line of a failure about null, undefined or None, with the names on it. */
export interface Crash {
  /** From 0. */
  readonly rows: ReadonlySet<number>;
  readonly names: ReadonlySet<string>;
}

/** A family of edits. Every edit it gives must parse. */
export type Operator = (context: EditContext) => Iterable<Edit>;

/** Replaces a node's text. */
export function replace(node: SyntaxNode, text: string, kind: EditKind, extra = 0): Edit {
  return { start: node.start, end: node.end, text, kind, extra };
}

/** @returns the text of a node of the context's file */
export function text(context: EditContext, node: SyntaxNode): string {
  return textOf(context.source, node);
}

/** About this many edits of one kind are listed for a region. */
const EDITS_OF_A_KIND = 4000;

/** The first of a list that is combined with each of `places` places, so that a long region stays within bounds. */
export function few<T>(list: readonly T[], places: number, least = 6): readonly T[] {
  return list.slice(0, Math.max(least, Math.floor(EDITS_OF_A_KIND / Math.max(1, places))));
}

/** Expressions of one of the given roles. */
export function* ofRole(context: EditContext, ...roles: readonly Role[]): Generator<Expression> {
  for (const expression of context.expressions) {
    if (roles.includes(expression.role)) yield expression;
  }
}
