import type { Workspace } from './workspace.ts';

/** The agent's own copy of a repository: where it works and how the patch is read off. One for each run. */
export interface Checkout {
  readonly workspace: Workspace;
  /** What the user named: path or URL. */
  readonly source: string;
  readonly baseCommit: string;
  /** Git tree id of the starting tree, uncommitted changes included. */
  readonly baseTree: string;
  readonly dirty: boolean;
  /** The patch so far against the starting tree. */
  patch(): Promise<string>;
  /** A second workspace of the same kind; the caller closes it, which removes it. */
  copy(tree: 'base' | 'current'): Promise<Workspace>;
  /** Kills what still runs and removes the copy. */
  close(): Promise<void>;
  /** Kills what still runs and leaves the copy where it is for a week: the patch could not be read off it. */
  keep(): Promise<void>;
}
