import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { languageOf } from '../syntax/languages.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { listFiles } from './ripgrep.ts';

/** Larger files are no sources that a person wrote. */
const MAX_BYTES = 2_000_000;
const AT_ONCE = 32;
/** Room for the distinct words of one file; a power of two. */
const TABLE = 1 << 17;

/** A source file by its words; the same object for as long as the file is seen unchanged. */
export interface IndexedFile {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Hashes of its words, sorted; two words may share one, so a file found is a candidate. */
  readonly words: Uint32Array;
  /** Hashes of the words that it may define, sorted. */
  readonly defined: Uint32Array;
}

/** Which source files hold which words; by file size and times it notices what changed. */
export interface WordIndex {
  readonly files: ReadonlyMap<string, IndexedFile>;
}

/**
 * Reads the words of every source file that is not ignored.
 *
 * @param earlier an index of the same workspace: only files that changed since are read
 */
export async function buildWordIndex(
  workspace: Workspace,
  earlier: WordIndex | null,
  signal?: AbortSignal,
): Promise<WordIndex> {
  const paths = (await listFiles(workspace, '.', signal ? { signal } : {})).filter((path) =>
    languageOf(path),
  );
  const files = new Map<string, IndexedFile>();
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    signal?.throwIfAborted();
    const part = paths.slice(start, start + AT_ONCE);
    const entries = await Promise.all(
      part.map((path) => indexed(workspace.hostRoot, path, earlier?.files.get(path))),
    );
    for (const [at, entry] of entries.entries()) {
      const path = part[at];
      if (path !== undefined && entry) files.set(path, entry);
    }
  }
  return { files };
}

/** @returns paths of the files that hold a word, sorted, and whether each may define it; a few may not hold it */
export function filesWithWord(
  index: WordIndex,
  word: string,
): { readonly path: string; readonly defines: boolean }[] {
  const hash = hashOf(Buffer.from(word, 'utf8'));
  const found: { path: string; defines: boolean }[] = [];
  for (const [path, { words, defined }] of index.files) {
    if (includes(words, hash)) found.push({ path, defines: includes(defined, hash) });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function indexed(
  root: string,
  path: string,
  known: IndexedFile | undefined,
): Promise<IndexedFile | null> {
  const file = join(root, path);
  const info = await stat(file).catch(() => null);
  if (!info?.isFile() || info.size > MAX_BYTES) return null;
  const { size, mtimeMs, ctimeMs } = info;
  if (known?.size === size && known.mtimeMs === mtimeMs && known.ctimeMs === ctimeMs) return known;
  const bytes = await readFile(file).catch(() => null);
  return bytes && { size, mtimeMs, ctimeMs, ...wordsOf(bytes, hasBraces(path)) };
}

function hasBraces(path: string): boolean {
  return !['python', 'ruby', 'bash', 'css'].includes(languageOf(path) ?? '');
}

/** Words before the name that a line defines. */
const KEYWORDS = new Set(
  'def class function func fn struct enum union trait interface type typedef module namespace mod impl const let var static record public private protected internal async get set define'
    .split(' ')
    .map((word) => hashOf(Buffer.from(word))),
);

const NEWLINE = 10;
const SPACE = 32;
const TAB = 9;
const [COLON, EQUALS, OPEN_PAREN, CLOSE_PAREN, OPEN_BRACE] = [58, 61, 40, 41, 123];

/**
 * Finds the words of a text, and of these the ones that a line may define: after a keyword, before `=` or `:`, or, in a
 * language with braces, first on a line that ends in `{` or `)`. Generous, since the tree decides.
 */
function wordsOf(bytes: Uint8Array, braces: boolean): { words: Uint32Array; defined: Uint32Array } {
  const words = newSet();
  const defined = newSet();
  let hash = 0;
  let keyword = false;
  let onlyWords = true;
  let before = NEWLINE;
  let wordBefore = NEWLINE;
  /** The name before the first bracket of a line that has had only words. */
  let called = 0;
  let last = 0;
  for (let at = 0; at <= bytes.length; at++) {
    const byte = at < bytes.length ? (bytes[at] ?? 0) : NEWLINE;
    if (isWordByte(byte)) {
      if (hash === 0) wordBefore = before;
      hash = step(hash, byte);
      before = byte;
      last = byte;
      continue;
    }
    if (hash !== 0) {
      const word = hash >>> 0 || 1;
      hash = 0;
      words.add(word);
      let next = at;
      while (bytes[next] === SPACE || bytes[next] === TAB) next++;
      const follows = bytes[next];
      const assigns =
        (follows === EQUALS && bytes[next + 1] !== EQUALS) ||
        (follows === COLON && bytes[next + 1] !== COLON);
      if (keyword || (assigns && wordBefore !== OPEN_PAREN)) defined.add(word);
      if (follows === OPEN_PAREN && onlyWords && called === 0) called = word;
      if (KEYWORDS.has(word)) keyword = true;
    }
    if (byte === NEWLINE) {
      if (braces && called !== 0 && (last === OPEN_BRACE || last === CLOSE_PAREN)) {
        defined.add(called);
      }
      keyword = false;
      onlyWords = true;
      called = 0;
      last = 0;
    } else if (byte !== SPACE && byte !== TAB && byte !== 13) {
      onlyWords = onlyWords && (byte === 42 || byte === 38 || byte === COLON);
      last = byte;
    }
    before = byte;
  }
  return { words: words.take(), defined: defined.take() };
}

interface HashSet {
  add(hash: number): void;
  /** @returns the hashes, sorted, and empties the set */
  take(): Uint32Array;
}

const spare: { table: Uint32Array; used: number[] }[] = [];

/** Open addressing in tables that are used again: a file has a few hundred words, a repository millions. */
function newSet(): HashSet {
  const store = spare.pop() ?? { table: new Uint32Array(TABLE), used: [] };
  const { table, used } = store;
  return {
    add(hash) {
      let slot = hash & (TABLE - 1);
      while (table[slot] !== 0 && table[slot] !== hash) slot = (slot + 1) & (TABLE - 1);
      if (table[slot] !== 0 || used.length >= TABLE / 2) return;
      table[slot] = hash;
      used.push(slot);
    },
    take() {
      const hashes = new Uint32Array(used.length);
      for (const [at, slot] of used.entries()) {
        hashes[at] = table[slot] ?? 0;
        table[slot] = 0;
      }
      used.length = 0;
      spare.push(store);
      return hashes.sort();
    },
  };
}

/** FNV-1a, 32 bits. */
function step(hash: number, byte: number): number {
  return Math.imul((hash === 0 ? 0x811c9dc5 | 0 : hash) ^ byte, 0x01000193);
}

function hashOf(word: Uint8Array): number {
  let hash = 0;
  for (const byte of word) hash = step(hash, byte);
  return hash >>> 0 || 1;
}

/** ASCII letters, digits, `_`, `$`, and every byte of a longer UTF-8 sequence. */
function isWordByte(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 48 && byte <= 57) ||
    byte === 95 ||
    byte === 36 ||
    byte >= 128
  );
}

function includes(sorted: Uint32Array, value: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}
