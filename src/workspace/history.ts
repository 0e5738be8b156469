import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import { git, ownGit } from './git.ts';
import { makeGitDir, RAW_ATTRIBUTES } from './own-git.ts';
import type { Source } from './source.ts';

/** Above this many objects only the latest part of the history is copied. */
const LARGE = 200_000;
/** Commits of a large history that are copied. */
const KEPT_COMMITS = 1_000;

export interface HistoryOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onNote?: ((text: string) => void) | undefined;
}

/** What was packed: the commits whose parents are left out, and the name of the pack's files. */
export interface History {
  readonly shallow: readonly string[];
  readonly pack: string;
}

/**
 * Writes a pack with everything reachable from the base commit, and nothing else, into a git directory of our own.
 * The source's objects are only read: no process writes there or follows its configuration.
 *
 * @param gitDir made here, with the starting HEAD and no configuration of anybody
 * @throws {UsageError} when the source itself lacks objects of the base commit
 */
export async function packHistory(
  source: Source,
  gitDir: string,
  options: HistoryOptions,
): Promise<History> {
  const env = {
    ...ownGit(gitDir),
    GIT_OBJECT_DIRECTORY: join(gitDir, 'objects'),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: quoteAlternate(join(source.gitDir, 'objects')),
  };
  const run = (args: string[], input?: string) =>
    git(args, { cwd: gitDir, env, signal: options.signal, ...(input ? { input } : {}) });
  const layOut = (shallow: readonly string[]) =>
    makeGitDir(gitDir, {
      commit: source.baseCommit,
      head: source.baseCommit,
      bare: false,
      attributes: RAW_ATTRIBUTES,
      shallow,
    });
  const pack = async (shallow: readonly string[]) => {
    await layOut(shallow);
    const target = join(gitDir, 'objects', 'pack', 'pack');
    const args = ['pack-objects', '--revs', '--quiet', '--delta-base-offset', '--window=0', target];
    const printed = await run(args, `${source.baseCommit}\n`);
    return { shallow, pack: `pack-${printed.trim()}` };
  };
  const recent = async () => {
    const range = ['rev-list', `--max-count=${KEPT_COMMITS}`, '--parents', source.baseCommit];
    await layOut(source.shallow);
    return borders(await run(range));
  };
  try {
    if (source.objects <= LARGE) {
      if (source.shallow.length === 0) return await pack([]);
      await layOut(source.shallow);
      const commits = new Set((await run(['rev-list', source.baseCommit])).split('\n'));
      return await pack(source.shallow.filter((commit) => commits.has(commit)));
    }
    options.onNote?.(
      `the history is large: the agent's copy has the last ${KEPT_COMMITS} commits before the base`,
    );
    return await pack(await recent());
  } catch (error) {
    options.signal?.throwIfAborted();
    const partial = await pack([source.baseCommit]).catch((cause) => {
      throw new UsageError(
        `--repo lacks objects of the commit ${source.baseCommit} (${messageOf(cause)}); fetch them first, for instance with: git fetch --refetch --no-filter`,
        { cause: error },
      );
    });
    options.onNote?.(
      "the repository lacks part of its history: the agent's copy has the base commit only",
    );
    return partial;
  }
}

/** Puts the packed history into the git directory that the agent will have, without an index. */
export async function installHistory(
  history: History,
  source: Source,
  where: { readonly from: string; readonly to: string; readonly exclude: string },
): Promise<void> {
  const { from, to, exclude } = where;
  const branch = source.baseIsHead ? source.branch : null;
  await makeGitDir(to, {
    commit: source.baseCommit,
    bare: false,
    head: branch ? `ref: ${branch}` : source.baseCommit,
    shallow: history.shallow,
    exclude,
    config: '[user]\n\tname = Patchwright\n\temail = patchwright@localhost\n[gc]\n\tauto = 0\n',
  });
  const files = ['pack', 'idx'].map((extension) =>
    join('objects', 'pack', `${history.pack}.${extension}`),
  );
  await Promise.all(files.map((file) => copyFile(join(from, file), join(to, file))));
  if (!branch) return;
  await mkdir(dirname(join(to, branch)), { recursive: true });
  await writeFile(join(to, branch), `${source.baseCommit}\n`);
}

/** @returns the commits of a `rev-list --parents` that have a parent which is not in it */
function borders(listing: string): string[] {
  const rows = listing
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const listed = new Set(rows.map(([commit]) => commit));
  return rows.flatMap(([commit = '', ...parents]) =>
    parents.some((parent) => !listed.has(parent)) ? [commit] : [],
  );
}

/** The variable holds several paths, `:` between; one that starts with a quote is unquoted like a C string. */
function quoteAlternate(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}
