import picomatch from 'picomatch';
import { type Definition, definitionsOf } from '../syntax/definitions.ts';
import { languageOf } from '../syntax/languages.ts';
import { parse } from '../syntax/parser.ts';
import { referencesOf } from '../syntax/references.ts';
import { decodeText } from '../text/encoding.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { buildWordIndex, filesWithWord, type IndexedFile, type WordIndex } from './word-index.ts';

/** Files that look as if they defined the name, of which so many are parsed for one query. */
const MAX_DEFINING = 150;
/** After so many uses no further file is parsed; more than one answer shows. */
const MAX_REFERENCES = 80;
const MAX_CACHED = 50_000;
/** Even without a known change the files are looked at again after this time. */
const MAX_AGE_MS = 60_000;

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

export interface SymbolQuery {
  /** `name`, or `Outer.name`. */
  readonly name: string;
  readonly path: string;
  readonly glob?: string | undefined;
  /** Changes whenever files may have changed. */
  readonly stamp: string;
}

/** What one name means in one file as it was then. */
interface Found {
  readonly file: IndexedFile;
  readonly definitions: readonly Definition[];
  readonly references: readonly { readonly line: number; readonly text: string }[];
}

interface State {
  index: WordIndex;
  stamp: string;
  checkedAt: number;
  /** By name and path. */
  readonly found: Map<string, Found>;
}

const states = new WeakMap<Workspace, State>();

/**
 * Finds where a name is defined and where it is used. Files that hold the name come from an index of words, kept and
 * brought up to date when files may have changed; what the name means in them says tree-sitter.
 */
export async function searchSymbol(
  workspace: Workspace,
  query: SymbolQuery,
  signal?: AbortSignal,
): Promise<SymbolMatches> {
  const parts = query.name.split(/\.|::|#|->/).filter(Boolean);
  const name = parts.at(-1) ?? query.name;
  const outer = parts.at(-2) ?? null;
  const state = await stateOf(workspace, query.stamp, signal);
  const inside = inScope(query);
  const candidates = filesWithWord(state.index, name).filter(({ path }) => inside(path));
  const looked = await lookInto({ workspace, state, name, signal }, candidates);
  const definitions = looked.found.flatMap(({ path, found }) =>
    found.definitions
      .filter((one) => !outer || one.container.split('.').at(-1) === outer)
      .map((one) => ({ ...one, path })),
  );
  const references = looked.found.flatMap(({ path, found }) =>
    found.references.map((one) => ({ path, ...one })),
  );
  return { definitions, references, skipped: looked.skipped };
}

async function stateOf(
  workspace: Workspace,
  stamp: string,
  signal: AbortSignal | undefined,
): Promise<State> {
  const known = states.get(workspace);
  const fresh = known?.stamp === stamp && Date.now() - known.checkedAt < MAX_AGE_MS;
  if (known && fresh) return known;
  const index = await buildWordIndex(workspace, known?.index ?? null, signal);
  const state: State = { index, stamp, checkedAt: Date.now(), found: known?.found ?? new Map() };
  states.set(workspace, state);
  return state;
}

function inScope({ path, glob }: SymbolQuery): (file: string) => boolean {
  const negated = glob?.startsWith('!') ?? false;
  const pattern = negated ? glob?.slice(1) : glob;
  const matches = pattern
    ? picomatch(pattern, { dot: true, basename: !pattern.includes('/') })
    : null;
  return (file) =>
    (path === '.' || file === path || file.startsWith(`${path}/`)) &&
    (!matches || matches(file) !== negated);
}

interface Looking {
  readonly workspace: Workspace;
  readonly state: State;
  readonly name: string;
  readonly signal: AbortSignal | undefined;
}

/** Files that may define the name are parsed first; then those that use it, until there are enough uses. */
async function lookInto(
  looking: Looking,
  candidates: readonly { readonly path: string; readonly defines: boolean }[],
): Promise<{ found: { path: string; found: Found }[]; skipped: number }> {
  const defining = candidates.filter(({ defines }) => defines);
  const using = candidates.filter(({ defines }) => !defines);
  const looked: { path: string; found: Found }[] = [];
  let files = 0;
  let references = 0;
  for (const { path } of [...defining.slice(0, MAX_DEFINING), ...using]) {
    const allDefining = files >= Math.min(defining.length, MAX_DEFINING);
    if (allDefining && references >= MAX_REFERENCES) break;
    looking.signal?.throwIfAborted();
    files++;
    const found = await understand(looking, path);
    if (!found) continue;
    references += found.references.length;
    looked.push({ path, found });
  }
  looked.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { found: looked, skipped: candidates.length - files };
}

async function understand(
  { workspace, state, name }: Looking,
  path: string,
): Promise<Found | null> {
  const file = state.index.files.get(path);
  const key = `${name}\0${path}`;
  const known = state.found.get(key);
  if (known && known.file === file) return known;
  const language = languageOf(path);
  const text = await textOf(workspace, path);
  const tree = language && text !== null && (await parse(language, text));
  if (!file || !tree || text === null) return null;
  const definitions = definitionsOf(tree, language).filter((one) => one.name === name);
  const defined = new Set(definitions.map((one) => one.line));
  const references = referencesOf(tree, text, name).filter((one) => !defined.has(one.line));
  const found = { file, definitions, references };
  if (state.found.size >= MAX_CACHED) state.found.clear();
  state.found.set(key, found);
  return found;
}

async function textOf(workspace: Workspace, path: string): Promise<string | null> {
  const bytes = await workspace.readFile(path).catch(() => null);
  return bytes && (decodeText(bytes)?.text ?? null);
}
