import type { TestReport } from '../testing/report.ts';

/** One change that a tool made to a file, kept so that `undo` gives the bytes back. */
export interface EditRecord {
  readonly path: string;
  /** Null: the file did not exist. */
  readonly before: Buffer | null;
  /** Null: the file was removed. */
  readonly after: Buffer | null;
  /** Set when this change took back that earlier one. */
  readonly undoes?: EditRecord;
}

/** What the tools of one run remember between calls. Made by `newSession`, owned by the run. */
export interface Session {
  /** Every change in order; only ever grows, an undo is a change too. */
  readonly edits: EditRecord[];
  /** Commands that were run and may have changed files. */
  commands: number;
  /** Directory of the next `bash` call, relative to the root. */
  cwd: string;
  /** Results of the untouched repository by scope (empty string: the whole suite), taken once and kept. */
  readonly baselines: Map<string, TestReport>;
  /** What the tests last ran on: by path of a changed file, a digest of its part of the patch. Null before the first run. */
  tested: ReadonlyMap<string, string> | null;
  /** Last comparison: tests that passed on the untouched repository and fail now. */
  newlyFailing: string[];
  /** True once `submit` has shown the patch. */
  submitShown: boolean;
  /** Refused edits in a row by place, to show the enclosing code afresh. */
  readonly refusals: Map<string, number>;
  /** Counts the files that hold whole outputs. */
  outputFiles: number;
}

/** @returns the state of a run before its first action */
export function newSession(): Session {
  return {
    edits: [],
    commands: 0,
    cwd: '.',
    baselines: new Map(),
    tested: null,
    newlyFailing: [],
    submitShown: false,
    refusals: new Map(),
    outputFiles: 0,
  };
}
