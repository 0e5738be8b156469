import type { Grammar } from '../grammar/roles.ts';
import { callView, memberView, subscriptView } from '../grammar/roles.ts';
import type { Hints } from '../hints.ts';
import { descendants, type SourceFile, type SyntaxNode, textOf } from '../tree.ts';
import type { Expression } from './context.ts';
import { type Library, libraryOf } from './library.ts';

/** A name with how it is used, as far as the text tells. */
export interface Variable {
  readonly name: string;
  readonly uses: number;
  /** Offset of the first mention: a name is rarely used before it. */
  readonly first: number;
  readonly isParameter: boolean;
  /** Indexed, iterated, measured or asked for a member somewhere. */
  readonly isContainer: boolean;
  /** Taken part in arithmetic or an order comparison somewhere. */
  readonly isNumber: boolean;
}

/** What edits are made of: taken from the region first, then the file, then the project and the language. */
export interface Ingredients {
  readonly variables: readonly Variable[];
  /** Names called in the region, then defined in the file, then built in; without repetition. */
  readonly functions: readonly string[];
  readonly methods: readonly string[];
  readonly attributes: readonly string[];
  readonly numbers: readonly string[];
  readonly strings: readonly string[];
  readonly conditions: readonly string[];
  /** Literals of the docstring or the issue, as source text. */
  readonly hints: Hints;
  readonly library: Library;
}

/** Collects the ingredients of a region. `hints`: prose that may hold literals. */
export function ingredientsOf(options: {
  readonly source: SourceFile;
  readonly grammar: Grammar;
  readonly region: SyntaxNode;
  readonly expressions: readonly Expression[];
  readonly fileExpressions: readonly Expression[];
  readonly hints: Hints;
}): Ingredients {
  const { source, grammar, region, expressions, fileExpressions } = options;
  const library = libraryOf(grammar.family);
  const inFile = calledNames(fileExpressions, source);
  return {
    variables: variablesOf(options),
    functions: unique([
      ...calledNames(expressions, source).functions,
      ...definedFunctions(source, grammar),
      ...inFile.functions,
    ]),
    methods: unique([...calledNames(expressions, source).methods, ...inFile.methods]),
    attributes: unique([
      ...attributesOf(expressions, source),
      ...attributesOf(fileExpressions, source),
    ]),
    numbers: literals(expressions, 'number', fileExpressions),
    strings: literals(expressions, 'string', fileExpressions),
    conditions: unique(conditionsOf(expressions, region)),
    hints: options.hints,
    library,
  };
}

function variablesOf(options: {
  readonly source: SourceFile;
  readonly grammar: Grammar;
  readonly region: SyntaxNode;
  readonly expressions: readonly Expression[];
}): Variable[] {
  const { source, grammar, region, expressions } = options;
  const found = new Map<string, { -readonly [K in keyof Variable]: Variable[K] }>();
  const note = (name: string, offset: number) => {
    const known = found.get(name);
    if (known) {
      known.uses += 1;
      return known;
    }
    const fresh = {
      name,
      uses: 1,
      first: offset,
      isParameter: false,
      isContainer: false,
      isNumber: false,
    };
    found.set(name, fresh);
    return fresh;
  };
  for (const node of descendants(region, (child) => !grammar.isOpaque(child))) {
    if (!isBinding(node, region)) continue;
    const variable = note(textOf(source, node), node.start);
    if (inParameters(node, region)) variable.isParameter = true;
  }
  for (const { node, role, text } of expressions) {
    if (role !== 'identifier' || text === grammar.words.self) continue;
    // A name of an outer scope is known once it is used here.
    const outer = !found.has(text);
    if (outer && (isCalled(node) || /^[A-Z]/.test(text))) continue;
    const variable = note(text, outer ? region.start : node.start);
    if (usedAsContainer(node)) variable.isContainer = true;
    if (usedAsNumber(node)) variable.isNumber = true;
  }
  return [...found.values()].sort((a, b) => b.uses - a.uses);
}

/** A name that is bound here: a parameter, an assigned name, a loop variable. */
function isBinding(node: SyntaxNode, region: SyntaxNode): boolean {
  if (!/identifier$/.test(node.type) || !node.parent) return false;
  if (/type_identifier|property_identifier|field_identifier/.test(node.type)) return false;
  for (let at: SyntaxNode = node; at !== region && at.parent; at = at.parent) {
    const { parent } = at;
    if (/parameters$/.test(parent.type) || parent.type === 'rest_pattern') return true;
    if (parent.type === 'arrow_function' && at.field === 'parameter') return true;
    if (parent.type === 'variable_declarator') return at.field === 'name';
    if (at.field === 'left') return /assignment|for_|short_var/.test(parent.type);
    if (at.field === 'value' && /parameter|pattern/.test(parent.type)) return false;
    if (parent.type === 'as_pattern_target') return true;
    if (!/pattern|parameter|tuple|list|array|target/.test(parent.type)) return false;
  }
  return false;
}

function isCalled(node: SyntaxNode): boolean {
  return node.parent !== null && callView(node.parent)?.callee === node;
}

function inParameters(node: SyntaxNode, region: SyntaxNode): boolean {
  for (let at: SyntaxNode = node; at.parent; at = at.parent) {
    if (at.field === 'parameters' || at.field === 'parameter')
      return at.parent === region || isOuterFunction(at.parent, region);
    if (at === region) return false;
  }
  return false;
}

/** `const f = (a) => …` as a region: the function is not the region itself but covers it. */
function isOuterFunction(node: SyntaxNode, region: SyntaxNode): boolean {
  for (let at: SyntaxNode | null = node; at && at !== region; at = at.parent) {
    if (at.type === 'statement_block' || at.type === 'block') return false;
  }
  return true;
}

function usedAsContainer(node: SyntaxNode): boolean {
  const { parent } = node;
  if (!parent) return false;
  if (subscriptView(parent)?.object === node || memberView(parent)?.object === node) return true;
  if (node.field === 'right' && /for_/.test(parent.type)) return true;
  return /spread|splat/.test(parent.type);
}

function usedAsNumber(node: SyntaxNode): boolean {
  const { parent } = node;
  if (!parent) return false;
  if (parent.type === 'update_expression') return true;
  if (subscriptView(parent)?.index === node) return true;
  const operator = parent.children.find((child) => /operator/.test(child.field));
  return /^(?:binary_|comparison_|augmented_)/.test(parent.type) && operator !== undefined;
}

function calledNames(
  expressions: readonly Expression[],
  source: SourceFile,
): { functions: string[]; methods: string[] } {
  const functions: string[] = [];
  const methods: string[] = [];
  for (const { node, role } of expressions) {
    const call = role === 'call' ? callView(node) : null;
    if (!call) continue;
    const member = memberView(call.callee);
    if (member) methods.push(textOf(source, member.name));
    else if (call.callee.type === 'identifier') functions.push(textOf(source, call.callee));
  }
  return { functions, methods };
}

function definedFunctions(source: SourceFile, grammar: Grammar): string[] {
  const names: string[] = [];
  for (const node of descendants(source.root, (child) => !grammar.isClass(child))) {
    if (!grammar.isFunction(node)) continue;
    const holder = node.parent?.type === 'variable_declarator' ? node.parent : node;
    const name = holder.children.find((child) => child.field === 'name');
    if (name?.type === 'identifier') names.push(textOf(source, name));
  }
  return names;
}

function attributesOf(expressions: readonly Expression[], source: SourceFile): string[] {
  return expressions.flatMap(({ node, role }) => {
    const member = role === 'member' ? memberView(node) : null;
    return member ? [textOf(source, member.name)] : [];
  });
}

function literals(
  expressions: readonly Expression[],
  role: 'number' | 'string',
  fileExpressions: readonly Expression[],
): string[] {
  const texts = (list: readonly Expression[]) =>
    list.filter((each) => each.role === role && each.text.length <= 80).map(({ text }) => text);
  return unique([...texts(expressions), ...texts(fileExpressions).slice(0, 40)]);
}

function conditionsOf(expressions: readonly Expression[], region: SyntaxNode): string[] {
  return expressions
    .filter(({ node, role, text }) => {
      if (node === region || text.length > 80) return false;
      return (
        role === 'compare' || role === 'not' || (role === 'call' && node.field === 'condition')
      );
    })
    .map(({ text }) => text);
}

export function unique<T>(items: Iterable<T>): T[] {
  return [...new Set(items)];
}
