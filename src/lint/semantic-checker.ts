import type { Diagnostic } from './diagnostic.ts';
import type { DiskChange } from './disk-changes.ts';

/** What a semantic finding is about; decides whether an edit that adds it is undone. */
export type FindingKind =
  | 'syntax'
  /** A name that is nowhere defined. */
  | 'name'
  /** A module that cannot be found, or a name that a module does not have. */
  | 'import'
  /** An attribute that does not exist. */
  | 'attribute'
  /** A call whose arguments the function does not take. */
  | 'call';

export interface Finding extends Diagnostic {
  readonly kind: FindingKind;
  /** The name or module it is about, where the checker tells it. */
  readonly subject?: string;
}

/** A language's own checker, running beside the run. Its answers are about texts, not about what is on disk. */
export interface SemanticChecker {
  /**
   * Takes a text as the content of a file, whatever is on disk, until it is given another.
   *
   * @param path relative to the root
   */
  show(path: string, text: string): Promise<void>;
  /** The same for a file that is never on disk and that no other imports: what it knows of others is kept. */
  showAside(path: string, text: string): Promise<void>;
  /** Takes the content from the disk again. */
  hide(path: string): Promise<void>;
  /**
   * What it finds in a file that it was shown.
   *
   * @throws when it does not answer: it has ended or the signal was aborted
   */
  findings(path: string, signal: AbortSignal): Promise<Finding[]>;
  /** ripgrep's globs of the files that its findings may depend on. */
  readonly globs: readonly string[];
  /** Tells it of files that changed on disk. */
  changed(changes: readonly DiskChange[]): Promise<void>;
  /**
   * Has it look anew for what it did not find: what git ignores, and packages, may have been made unnoticed.
   *
   * @param path a file that it was shown
   */
  refresh(path: string): Promise<void>;
  readonly ended: AbortSignal;
  close(): void;
}
