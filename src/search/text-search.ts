import { ToolError } from '../errors.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { neededTexts } from './needed-texts.ts';
import { type RipgrepOptions, ripgrep } from './ripgrep.ts';
import { signatureQuery } from './signature.ts';
import { type KnownChanges, TextIndex } from './text-index.ts';

/** Lines of one file that are read before only counting goes on. */
const MAX_PER_FILE = 100;
/** Bytes of output that are read before only counting goes on. */
const MAX_BYTES = 1024 * 1024;
/** Files named in the second pass. */
const MAX_FILES = 60;
/** Bytes of a line that ripgrep prints. */
export const MAX_COLUMNS = 300;

/** A search that takes longer is worth an index for the next one. */
const SLOW_MS = 30;
/** With more files to name, ripgrep finds them as fast by itself. */
const MAX_NAMED = 1_000;

export interface TextQuery {
  readonly pattern: string;
  readonly regex: boolean;
  readonly ignoreCase?: boolean | undefined;
  readonly wholeWord?: boolean | undefined;
  /** Folder or file relative to the root; it exists and stays inside. */
  readonly path: string;
  readonly glob?: string | undefined;
  /** Lines around each match. */
  readonly context?: number | undefined;
  /** Matching lines that are wanted. */
  readonly limit: number;
}

export interface Row {
  readonly line: number;
  readonly text: string;
  /** Column of the first match, from 1; null for a line of context. */
  readonly column: number | null;
}

export interface FileMatches {
  readonly path: string;
  readonly rows: readonly Row[];
  /** Matching lines of the file, also those not in `rows`. */
  readonly total: number;
}

/** Files in the order of their paths; the first ones have rows until the limit is reached. */
export interface TextMatches {
  readonly files: readonly FileMatches[];
  readonly total: number;
}

const indexes = new WeakMap<Workspace, TextIndex>();

/** Of searches in this workspace; see `TextIndex`. */
export function textIndexOf(workspace: Workspace): TextIndex {
  const known = indexes.get(workspace) ?? new TextIndex(workspace);
  indexes.set(workspace, known);
  return known;
}

/**
 * Searches the workspace by ripgrep. In a large workspace, where nothing has changed since an earlier search but what
 * `changes` names, ripgrep reads only the files that may match.
 *
 * @throws {ToolError} for a wrong regular expression or glob, with ripgrep's explanation
 */
export async function searchText(
  workspace: Workspace,
  query: TextQuery,
  changes: KnownChanges,
  signal?: AbortSignal,
): Promise<TextMatches> {
  const options: RipgrepOptions = { maxBytes: MAX_BYTES * 2, ...(signal ? { signal } : {}) };
  const index = textIndexOf(workspace);
  const named = index.knows(query) ? await filesToRead(index, query, changes) : null;
  if (named && named.length <= MAX_NAMED) {
    // The glob has done its work. Without any file ripgrep still says what is wrong with the pattern.
    const paths = named.length > 0 ? named : ['/dev/null'];
    return searchPaths(workspace, { ...query, glob: undefined, paths }, options);
  }
  const start = performance.now();
  const found = await searchPaths(workspace, { ...query, paths: [query.path] }, options);
  if (performance.now() - start > SLOW_MS) index.wasMissed(query, changes);
  return found;
}

async function filesToRead(
  index: TextIndex,
  query: TextQuery,
  changes: KnownChanges,
): Promise<readonly string[] | null> {
  const needed = await neededTexts(query.pattern, query.regex);
  const wanted = signatureQuery(needed, query.ignoreCase ?? false);
  return wanted && index.candidates(wanted, query, changes);
}

interface PathsQuery extends TextQuery {
  /** Files and folders to look in. */
  readonly paths: readonly string[];
}

async function searchPaths(
  workspace: Workspace,
  query: PathsQuery,
  options: RipgrepOptions,
): Promise<TextMatches> {
  const args = [...argumentsOf(query), '--', ...query.paths];
  const first = await ripgrep(workspace, args, options).catch((error) =>
    Promise.reject(explain(error)),
  );
  const complete = first.omittedBytes === 0;
  const files = complete ? parseRows(first.stdout) : [];
  if (complete && files.every((file) => file.total < MAX_PER_FILE)) return totals(files);
  const counts = await countMatches(workspace, query, options);
  const rows = new Map(files.map((file) => [file.path, file.rows]));
  if (!complete) {
    for (const file of await firstFiles(workspace, { ...query, counts }, options)) {
      rows.set(file.path, file.rows);
    }
  }
  return totals(counts.map(({ path, total }) => ({ path, total, rows: rows.get(path) ?? [] })));
}

function totals(files: readonly FileMatches[]): TextMatches {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files: sorted, total: sorted.reduce((sum, file) => sum + file.total, 0) };
}

function patternArguments(query: TextQuery): string[] {
  return [
    ...(query.regex ? [] : ['--fixed-strings']),
    ...(query.ignoreCase ? ['--ignore-case'] : []),
    ...(query.wholeWord ? ['--word-regexp'] : []),
    ...(query.glob ? [`--glob=${query.glob}`] : []),
    ...(query.pattern.includes('\n') || (query.regex && query.pattern.includes('\\n'))
      ? ['--multiline']
      : []),
    `--regexp=${query.pattern}`,
  ];
}

function argumentsOf(query: TextQuery): string[] {
  return [
    '--null',
    '--with-filename',
    '--no-heading',
    '--line-number',
    '--column',
    `--max-count=${MAX_PER_FILE}`,
    `--max-columns=${MAX_COLUMNS}`,
    '--max-columns-preview',
    ...(query.context ? [`--context=${query.context}`] : []),
    ...patternArguments(query),
  ];
}

async function countMatches(
  workspace: Workspace,
  query: PathsQuery,
  options: RipgrepOptions,
): Promise<{ path: string; total: number }[]> {
  const args = ['--null', '--with-filename', '--count', ...patternArguments(query)];
  const wide = { ...options, maxBytes: 32 * MAX_BYTES };
  const { stdout } = await ripgrep(workspace, [...args, '--', ...query.paths], wide);
  return stdout
    .split('\n')
    .map((row) => row.split('\0'))
    .flatMap(([path, total]) =>
      path && total ? [{ path: path.replace(/^\.\//, ''), total: Number(total) }] : [],
    )
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function firstFiles(
  workspace: Workspace,
  query: TextQuery & { readonly counts: readonly { path: string; total: number }[] },
  options: RipgrepOptions,
): Promise<FileMatches[]> {
  const chosen: string[] = [];
  let lines = 0;
  for (const { path, total } of query.counts) {
    if (lines >= query.limit || chosen.length >= MAX_FILES) break;
    chosen.push(path);
    lines += total;
  }
  // A glob named by the user has done its work; here it could only hide a file that was named.
  const args = argumentsOf({ ...query, glob: undefined });
  const result = await ripgrep(workspace, [...args, '--', ...chosen], options);
  return parseRows(result.stdout);
}

/** Reads `path NUL line:column:text`, for lines of context `path NUL line-text`. */
function parseRows(stdout: string): FileMatches[] {
  const files = new Map<string, Row[]>();
  for (const row of stdout.split('\n')) {
    const end = row.indexOf('\0');
    if (end < 0) continue;
    const path = row.slice(0, end).replace(/^\.\//, '');
    const rest = row.slice(end + 1);
    const match = /^(\d+):(\d+):(.*)$/s.exec(rest) ?? /^(\d+)-(.*)$/s.exec(rest);
    if (!match) continue;
    const isMatch = match.length === 4;
    const text = (isMatch ? match[3] : match[2]) ?? '';
    const column = isMatch ? Number(match[2]) : null;
    const rows = files.get(path) ?? [];
    rows.push({ line: Number(match[1]), column, text: text.replace(/\r$/, '') });
    files.set(path, rows);
  }
  return [...files].map(([path, rows]) => ({
    path,
    rows,
    total: rows.filter((row) => row.column !== null).length,
  }));
}

function explain(error: unknown): unknown {
  if (!(error instanceof ToolError)) return error;
  const message = error.message.replace(/^rg: /, '');
  if (/regex parse error/.test(message)) {
    return new ToolError(
      `The pattern is not a regular expression of ripgrep:\n${message}\nCorrect it, or search for the text as it is with kind "text".`,
      { cause: error },
    );
  }
  const glob = /error parsing glob/.test(message);
  const mend = glob ? '. Correct the glob, or leave it out.' : '';
  return new ToolError(`${message}${mend}`, { cause: error });
}
