import type { ResourceLimits } from '../../workspace/resource-limits.ts';
import type { Workspace } from '../../workspace/workspace.ts';

/** What repair sees: the official test, or only the examples of the documentation. */
export type Visible = 'full' | 'examples';

/** The issue of every task: it tells no place. */
export const STATEMENT =
  'Something is wrong in this program: it does not do what its documentation says.';

/** How a repaired program did on the tests that judge it. */
export type HiddenVerdict =
  | 'right'
  | 'fails the official test'
  | 'fails stronger inputs'
  | 'fails its tests'
  | 'fails the hidden tests';

/** A folder of installed packages: where it lies on this machine, and where the repository has it. */
export interface Dependencies {
  readonly from: string;
  readonly to: string;
}

/** What a repository is made of. */
export interface RepositoryContent {
  readonly dependencies: readonly Dependencies[];
  /** Fills an empty folder. */
  fill(folder: string): Promise<void>;
}

/** One program to repair, as a repository of its own, and how what was submitted is judged. */
export interface BenchTask extends RepositoryContent {
  readonly id: string;
  /** What the table counts it under: the kind of bug, or the language. */
  readonly bugType: string;
  judge(submitted: Submitted, court: Court): Promise<HiddenVerdict>;
}

/** What the agent left behind. */
export interface Submitted {
  readonly patch: string;
  /** A file of the agent's copy; null when it is none. */
  readFile(path: string): Promise<Buffer | null>;
}

/** Where programs are judged. */
export interface Court {
  /** Milliseconds of one run of the tests. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Fills a folder, opens a sandbox of its own on it and removes both afterwards. */
  open<T>(scene: Scene, work: (workspace: Workspace) => Promise<T>): Promise<T>;
}

export interface Scene {
  fill(folder: string): Promise<void>;
  /** Those that links in the folder lead to. */
  readonly dependencies?: readonly Dependencies[];
  readonly limits?: ResourceLimits;
}
