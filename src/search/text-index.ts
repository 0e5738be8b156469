import { join } from 'node:path';
import type { Workspace } from '../workspace/workspace.ts';
import { type IndexedFile, indexFile } from './indexed-file.ts';
import { listFiles } from './ripgrep.ts';
import { mayHold, type SignatureQuery } from './signature.ts';

/** Even without a known change the files are looked at again after this time. */
const MAX_AGE_MS = 60_000;
/** Others have a turn after this time of reading. */
const SLICE_MS = 4;
/** Of all indexes of this process together. */
const MOST_BYTES = 128 * 1024 * 1024;
const MAX_SCOPES = 20;

/** What tells that files may have changed. */
export interface KnownChanges {
  /** Paths of the files that tools edited, in order; only grows. */
  readonly edited: readonly string[];
  /** Number of commands that were started. */
  readonly commands: number;
}

/** Folder and glob of a search. */
export interface Scope {
  readonly path: string;
  readonly glob?: string | undefined;
}

interface Entry {
  readonly path: string;
  file: IndexedFile;
}

/**
 * Knows which files of a workspace may hold a text, so that ripgrep need not read all of them (as in R. Cox, Regular
 * Expression Matching with a Trigram Index, 2012, with a signature for each file in place of lists). It is made while
 * nobody waits for it, and answers only as long as it knows of all changes.
 */
export class TextIndex {
  readonly #workspace: Workspace;
  readonly #files = new Map<string, Entry>();
  /** Files of a scope, by its key. */
  readonly #scopes = new Map<string, readonly Entry[]>();
  #seen: { edited: number; commands: number; at: number } | null = null;
  #learning: Promise<void> | null = null;
  #misses = 0;
  readonly #use = { bytes: 0 };

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    gone.register(this, this.#use);
  }

  /** Ended once nothing more is being learnt. */
  get settled(): Promise<void> {
    return this.#learning ?? Promise.resolve();
  }

  /** Whether it has learnt the scope, at whatever time. */
  knows(scope: Scope): boolean {
    return this.#scopes.has(keyOf(scope));
  }

  /** @returns the files of the scope that may match, in no order; null when ripgrep has to read the scope itself */
  candidates(query: SignatureQuery, scope: Scope, changes: KnownChanges): readonly string[] | null {
    const entries = this.#scopes.get(keyOf(scope));
    if (!entries || !this.#catchUp(changes)) return null;
    const found: string[] = [];
    for (const { path, file } of entries) {
      if (!file.signature || !mayHold(file.signature, query)) continue;
      if (!file.sameByName) return null;
      found.push(path);
    }
    return found;
  }

  /** To be called after a slow search that went without: it learns the scope when that is likely to be of use. */
  wasMissed(scope: Scope, changes: KnownChanges): void {
    this.#misses++;
    if (this.#misses > 1) this.learn(scope, changes);
  }

  /** Begins to learn the files of a scope as they are now. */
  learn(scope: Scope, changes: KnownChanges): void {
    if (this.#learning || bytesInUse > MOST_BYTES) return;
    const seen = { edited: changes.edited.length, commands: changes.commands, at: Date.now() };
    this.#learning = this.#learn(scope, seen)
      // A search does without.
      .catch(() => undefined)
      .finally(() => {
        this.#learning = null;
      });
  }

  async #learn(
    scope: Scope,
    seen: { edited: number; commands: number; at: number },
  ): Promise<void> {
    const paths = await listFiles(this.#workspace, scope.path, scope);
    // A file that is named is read in another way than one that is come by.
    if (paths.length === 1 && paths[0] === scope.path) return;
    const entries: Entry[] = [];
    let since = performance.now();
    for (const path of paths) {
      if (bytesInUse > MOST_BYTES) return;
      entries.push(this.#read(path));
      if (performance.now() - since < SLICE_MS) continue;
      await new Promise<void>((resume) => setImmediate(resume));
      since = performance.now();
    }
    const isSame = this.#seen?.commands === seen.commands && this.#seen.edited === seen.edited;
    if (!isSame || this.#scopes.size >= MAX_SCOPES) this.#scopes.clear();
    this.#seen = seen;
    this.#scopes.set(keyOf(scope), entries);
  }

  /** @returns false when files may have changed that it does not know of */
  #catchUp({ edited, commands }: KnownChanges): boolean {
    const seen = this.#seen;
    if (!seen || seen.commands !== commands || Date.now() - seen.at > MAX_AGE_MS) return false;
    const paths = edited.slice(seen.edited);
    // A new file may be ignored, and a new `.gitignore` changes what is.
    if (paths.some((path) => !this.#files.has(path) || /(^|\/)\.\w*ignore$/.test(path))) {
      return false;
    }
    for (const path of paths) this.#read(path);
    seen.edited = edited.length;
    return true;
  }

  #read(path: string): Entry {
    const known = this.#files.get(path);
    const file = indexFile(join(this.#workspace.hostRoot, path), known?.file);
    this.#count(sizeOf(file) - sizeOf(known?.file));
    if (known) known.file = file;
    const entry = known ?? { path, file };
    this.#files.set(path, entry);
    return entry;
  }

  #count(bytes: number): void {
    this.#use.bytes += bytes;
    bytesInUse += bytes;
  }
}

let bytesInUse = 0;
const gone = new FinalizationRegistry<{ bytes: number }>((use) => {
  bytesInUse -= use.bytes;
});

function keyOf({ path, glob = '' }: Scope): string {
  return `${path}\0${glob}`;
}

function sizeOf(file: IndexedFile | undefined): number {
  return file?.signature?.byteLength ?? 0;
}
