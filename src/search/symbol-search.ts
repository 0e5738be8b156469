import { createHash } from 'node:crypto';
import type { Node, Tree } from 'web-tree-sitter';
import { type Definition, definitionsOf } from '../syntax/definitions.ts';
import { languageOf } from '../syntax/languages.ts';
import { parse } from '../syntax/parser.ts';
import { decodeText } from '../text/encoding.ts';
import { lineAt, lineOfOffset, linesOf } from '../text/lines.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type RipgrepOptions, ripgrep } from './ripgrep.ts';

/** Files that are parsed for one query; further ones are only counted. */
const MAX_PARSED = 400;
const MAX_CACHED = 20_000;

export interface Reference {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

export interface SymbolMatches {
  readonly definitions: readonly (Definition & { readonly path: string })[];
  readonly references: readonly Reference[];
  /** Files that hold the name and were not looked into. */
  readonly skipped: number;
}

interface Found {
  readonly definitions: readonly Definition[];
  readonly references: readonly { readonly line: number; readonly text: string }[];
}

/** What one name means in one content, by SHA-1 of language, name and content. */
const cache = new Map<string, Found>();

export interface SymbolQuery {
  /** `name`, or `Outer.name`. */
  readonly name: string;
  readonly path: string;
  readonly glob?: string | undefined;
}

/** Finds where a name is defined and where it is used: candidates by ripgrep, meaning by tree-sitter. */
export async function searchSymbol(
  workspace: Workspace,
  query: SymbolQuery,
  signal?: AbortSignal,
): Promise<SymbolMatches> {
  const parts = query.name.split(/\.|::|#|->/).filter(Boolean);
  const name = parts.at(-1) ?? query.name;
  const outer = parts.at(-2) ?? null;
  const candidates = (await filesWith(workspace, { ...query, name }, signal)).filter(
    (path) => languageOf(path) !== null,
  );
  const definitions: (Definition & { path: string })[] = [];
  const references: Reference[] = [];
  for (const path of candidates.slice(0, MAX_PARSED)) {
    signal?.throwIfAborted();
    const found = await lookUp(workspace, path, name);
    if (!found) continue;
    for (const definition of found.definitions) {
      if (!outer || definition.container.split('.').at(-1) === outer) {
        definitions.push({ ...definition, path });
      }
    }
    for (const reference of found.references) references.push({ path, ...reference });
  }
  return { definitions, references, skipped: Math.max(0, candidates.length - MAX_PARSED) };
}

async function filesWith(
  workspace: Workspace,
  query: SymbolQuery,
  signal?: AbortSignal,
): Promise<string[]> {
  const options: RipgrepOptions = signal ? { signal } : {};
  const args = [
    '--files-with-matches',
    '--null',
    '--fixed-strings',
    '--word-regexp',
    ...(query.glob ? [`--glob=${query.glob}`] : []),
    `--regexp=${query.name}`,
    '--',
    query.path,
  ];
  const { stdout } = await ripgrep(workspace, args, options);
  return stdout
    .split('\0')
    .filter(Boolean)
    .map((path) => path.replace(/^\.\//, ''))
    .sort();
}

async function lookUp(workspace: Workspace, path: string, name: string): Promise<Found | null> {
  const language = languageOf(path);
  const bytes = await workspace.readFile(path).catch(() => null);
  if (!language || !bytes) return null;
  const key = createHash('sha1').update(`${language}\0${name}\0`).update(bytes).digest('base64');
  const known = cache.get(key);
  if (known) return known;
  const decoded = decodeText(bytes);
  const tree = decoded && (await parse(language, decoded.text));
  if (!tree) return null;
  const definitions = definitionsOf(tree, language).filter((found) => found.name === name);
  const found = { definitions, references: referencesIn(tree, decoded.text, name, definitions) };
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(key, found);
  return found;
}

function referencesIn(
  tree: Tree,
  text: string,
  name: string,
  definitions: readonly Definition[],
): { line: number; text: string }[] {
  const lined = linesOf(text);
  const defined = new Set(definitions.map((definition) => definition.line));
  const found = new Map<number, string>();
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    const node = tree.rootNode.descendantForIndex(at, at + name.length);
    if (!node || node.startIndex !== at || !isName(node, name)) continue;
    const line = lineOfOffset(lined, at);
    if (defined.has(line)) continue;
    found.set(line, lineAt(lined, line).trim());
  }
  return [...found].map(([line, shown]) => ({ line, text: shown }));
}

/** Strings and comments hold the same letters; only a leaf that is a name counts. */
function isName(node: Node, name: string): boolean {
  return (
    node.endIndex - node.startIndex === name.length &&
    node.namedChildCount === 0 &&
    !/string|comment|text|char/.test(node.type)
  );
}
