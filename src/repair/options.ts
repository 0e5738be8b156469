import type { Workspace } from '../workspace/workspace.ts';

export interface RepairOptions {
  readonly workspace: Workspace;
  /** A second workspace with the tree as it is now; the engine closes it. */
  readonly copy: () => Promise<Workspace>;
  readonly testCommand?: string | undefined;
  readonly statement: string;
  /** Ids of the failing tests; empty: all that fail. */
  readonly failing: readonly string[];
  /** Only files below this path are edited. */
  readonly path?: string | undefined;
  /** Only functions of this name are edited. */
  readonly functionName?: string | undefined;
  /** Seconds of the search. */
  readonly seconds: number;
  /** When the search must end, in milliseconds since the epoch, however long the tests took to load. */
  readonly until?: number;
  readonly testTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
  /** Takes the file with the best patch so far when the signal ends the search. */
  readonly leave?: (path: string, content: Uint8Array) => Promise<void>;
}
