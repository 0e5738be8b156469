import type { TestCase } from './report.ts';

/**
 * Which tests to run; empty means all. `files` are relative to the root. A name is the id of a case, as reports give
 * it (`FILE::NAME` or the runner's own form), or a part of a name.
 */
export interface TestScope {
  readonly files?: readonly string[] | undefined;
  readonly names?: readonly string[] | undefined;
}

/** Where a command runs and leaves its report; all paths absolute, as commands see them. */
export interface RunPlace {
  readonly root: string;
  /** Folder with the hooks that make runners report. */
  readonly hooks: string;
  /** Fresh folder of this run for report files. */
  readonly reports: string;
  /** Folder kept from run to run for the caches of runners. */
  readonly cache: string;
  /** PYTHONPATH of the workspace's own environment; may be empty. */
  readonly pythonPath: string;
  /** No network, and a home folder that is empty at each command. */
  readonly isolated: boolean;
  /** Results kept by the runner itself do not count. */
  readonly fresh: boolean;
}

export interface RunnerCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Relative to the root. */
  readonly cwd?: string;
  /** Run first, by argument array; when it fails the tests are not run. */
  readonly prepare?: readonly string[];
  /** The part of `env` that makes it report, for a command line that somebody else wrote. */
  readonly hooks?: Readonly<Record<string, string>>;
  /** Report files that the runner writes into the repository, as patterns for `find -path`. */
  readonly find?: readonly string[];
  /** Files and folders that the runner leaves behind; removed when they were not there before. */
  readonly droppings?: readonly string[];
  /** Folders among them from which the next run is built faster; they stay where they were there before. */
  readonly buildFolders?: readonly string[];
  /** The command as a person would type it, without what only serves the report. */
  readonly display: string;
}

/** What a run left behind for the parser of its runner. */
export interface ReportInput {
  /** Files in the report folder by name, and those found by `find` by their path. */
  readonly files: ReadonlyMap<string, string>;
  readonly stdout: string;
  readonly output: string;
  readonly exitCode: number | null;
  /** Root of the repository as the command saw it. */
  readonly root: string;
  readonly scope: TestScope;
}

export interface ParsedReport {
  readonly cases: readonly TestCase[];
  /** False: the runner did not come to its end, so tests are missing. */
  readonly complete: boolean;
  /** More exact than the name of the runner that was asked, for instance for a user's own command. */
  readonly runner?: string;
}

/** A test runner found in a project, with what is needed to call it and to understand it. */
export interface Runner {
  /** `pytest`, `unittest`, `node:test`, `vitest`, `jest`, `mocha`, ... */
  readonly name: string;
  /** How it is called before any argument that selects tests, relative to the root. */
  readonly program: readonly string[];
  /** Why it cannot run here, with the mend; set when the project names it but it is not installed. */
  readonly problem?: string;
  /** Relative to the root, where the runner wants to be called elsewhere. */
  readonly cwd?: string;
  /** Without a place the plain command: no report, no caches moved. */
  command(scope: TestScope, place?: RunPlace): RunnerCommand;
  parse(input: ReportInput): ParsedReport;
  /**
   * Words of a command that somebody else wrote, with what makes it report. Left out where `env` alone does that.
   *
   * @returns null when the words are no call of this runner
   */
  instrument?(words: readonly string[], place: RunPlace): readonly string[] | null;
}

/** A scope taken apart: ids with their file, and names that are only parts of names. */
export interface ScopeParts {
  readonly files: readonly string[];
  readonly ids: readonly { readonly id: string; readonly file: string; readonly name: string }[];
  readonly patterns: readonly string[];
}

/** Takes names of the form `FILE::NAME` as ids when FILE looks like a path, others as parts of names. */
export function scopeParts(scope: TestScope): ScopeParts {
  const ids: { id: string; file: string; name: string }[] = [];
  const patterns: string[] = [];
  for (const name of scope.names ?? []) {
    const id = fromUnittestLabel(name);
    const at = id.indexOf('::');
    const file = at < 0 ? id : id.slice(0, at);
    if (at > 0 && /[./]/.test(file)) ids.push({ id, file, name: id.slice(at + 2) });
    else patterns.push(id);
  }
  return { files: scope.files ?? [], ids, patterns };
}

/** `test_x (package.module.Class)`, as unittest prints it, becomes the dotted name that it takes. */
function fromUnittestLabel(name: string): string {
  const match = /^(\w+) \(([\w.]+)\)$/.exec(name);
  if (!match?.[1] || !match[2]) return name;
  return match[2].endsWith(`.${match[1]}`) ? match[2] : `${match[2]}.${match[1]}`;
}

export function isWhole(scope: TestScope): boolean {
  return (scope.files?.length ?? 0) === 0 && (scope.names?.length ?? 0) === 0;
}

/** Stable key of a scope; empty for the whole suite. */
export function scopeKey(scope: TestScope): string {
  if (isWhole(scope)) return '';
  return JSON.stringify([[...(scope.files ?? [])].sort(), [...(scope.names ?? [])].sort()]);
}

/** Files that a scope names, directly or by ids. */
export function scopeFiles(scope: TestScope): string[] {
  const parts = scopeParts(scope);
  return [...new Set([...parts.files, ...parts.ids.map((id) => id.file)])];
}

/** Text as a literal inside a regular expression of JavaScript. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Regular expression that matches exactly the given full names; null when there are none. */
export function exactPattern(names: readonly string[], patterns: readonly string[]): string | null {
  const exact = names.map((name) => `^${escapeRegExp(name)}$`);
  const all = [...exact, ...patterns.map(escapeRegExp)];
  return all.length === 0 ? null : all.join('|');
}
