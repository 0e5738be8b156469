import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import { GitFailure, git } from './git.ts';

/** Where a copy is made from: a repository on this machine, read and never written. */
export interface Source {
  /** Top level of the working tree; null for a bare repository. */
  readonly topLevel: string | null;
  /** Folder that holds objects and refs. */
  readonly gitDir: string;
  readonly baseCommit: string;
  /** Tree id of the base commit. */
  readonly baseCommitTree: string;
  /** The branch that is checked out, `refs/heads/...`; null when HEAD is detached. */
  readonly branch: string | null;
  /** The base is the commit that is checked out. */
  readonly baseIsHead: boolean;
  /** Paths in the index, submodules included; empty for a bare repository. */
  readonly tracked: ReadonlySet<string>;
  /** Paths that are neither tracked nor ignored; a repository inside of this one ends in `/`. */
  readonly untracked: readonly string[];
  /** Commits whose parents the repository does not have. */
  readonly shallow: readonly string[];
  /** Patterns the user ignores beyond the repository's own .gitignore files. */
  readonly exclude: string;
  readonly sparse: boolean;
  /** How the user's own checkouts convert line endings, as git configuration. */
  readonly lineEndings: readonly string[];
  /** Rough number of packed objects. */
  readonly objects: number;
}

/**
 * Reads all there is to know about a local repository, in one round of git processes.
 *
 * @param path any folder inside of a working tree, or a bare repository
 * @param base a commit by any name git knows; default HEAD
 * @throws {UsageError} when there is nothing a copy could start from
 */
export async function readSource(
  path: string,
  base: string | undefined,
  signal?: AbortSignal,
): Promise<Source> {
  const cwd = await existingFolder(path);
  const run = (args: string[]) => git(args, { cwd, signal });
  const [[head, topLevel], listed, config, chosen] = await Promise.all([
    readHeadAndPlace(run),
    settled(run([...LIST_FILES, ':/'])),
    settled(run(['config', '--list', '-z'])),
    settled(base === undefined ? Promise.resolve(null) : resolveCommit(base, run)),
  ]);
  signal?.throwIfAborted();
  if (chosen.status === 'rejected' && !(chosen.reason instanceof GitFailure)) throw chosen.reason;
  const facts =
    head.status === 'fulfilled'
      ? head.value
      : await withoutHead(path, base, chosen, () => run(['rev-parse', ...PLACE_FACTS]));
  const [headCommit, headTree, symbolic, isBare, ...gitDirLines] = facts.slice(0, -1).split('\n');
  const gitDir = gitDirLines.join('\n');
  if (chosen.status === 'rejected') throw noSuchCommit(base ?? 'HEAD', chosen.reason);
  const { commit: baseCommit, tree } = chosen.value ?? {
    commit: headCommit ?? '',
    tree: headTree ?? '',
  };
  const bare = isBare === 'true' || topLevel.status === 'rejected';
  const [shallow, objects] = await Promise.all([
    readFile(join(gitDir, 'shallow'), 'utf8').catch(() => ''),
    countPacked(join(gitDir, 'objects', 'pack')),
  ]);
  const settings = parseConfig(config.status === 'fulfilled' ? config.value : '');
  const topLevelPath = topLevel.status === 'fulfilled' ? topLevel.value.slice(0, -1) : '';
  return {
    topLevel: bare ? null : topLevelPath,
    gitDir,
    baseCommit,
    baseCommitTree: tree,
    branch: symbolic?.startsWith('refs/heads/') ? symbolic : null,
    baseIsHead: headCommit === baseCommit,
    ...splitListing(listed.status === 'fulfilled' && !bare ? listed.value : ''),
    shallow: shallow.split('\n').filter(Boolean),
    exclude: await readExcludes(gitDir, settings.get('core.excludesfile')),
    sparse: settings.get('core.sparsecheckout') === 'true',
    lineEndings: ['core.autocrlf', 'core.eol'].flatMap((key) => {
      const value = settings.get(key);
      return value === undefined ? [] : [`${key}=${value}`];
    }),
    objects,
  };
}

const HEAD_FACTS = ['HEAD^{commit}', 'HEAD^{tree}', '--symbolic-full-name', 'HEAD'];
/** The path comes last: it may hold line breaks. */
const PLACE_FACTS = ['--is-bare-repository', '--path-format=absolute', '--git-common-dir'];
const TOP_LEVEL = '--show-toplevel';
const LIST_FILES = [
  ...['ls-files', '-z', '-t', '--cached', '--others', '--exclude-standard', '--full-name'],
];

async function settled<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}

/** One run tells all of a repository with a working tree and a commit; where a path holds line breaks, it takes two. */
async function readHeadAndPlace(
  run: (args: string[]) => Promise<string>,
): Promise<[facts: PromiseSettledResult<string>, topLevel: PromiseSettledResult<string>]> {
  const facts = [...HEAD_FACTS, ...PLACE_FACTS];
  const together = await settled(run(['rev-parse', ...facts, TOP_LEVEL]));
  const lines = together.status === 'fulfilled' ? together.value.slice(0, -1).split('\n') : [];
  const [topLevel = ''] = lines.splice(-1);
  if (lines.length === 5) {
    const told = (value: string) => ({ status: 'fulfilled', value: `${value}\n` }) as const;
    return [told(lines.join('\n')), told(topLevel)];
  }
  return Promise.all([
    settled(run(['rev-parse', ...facts])),
    settled(run(['rev-parse', TOP_LEVEL])),
  ]);
}

async function resolveCommit(
  base: string,
  run: (args: string[]) => Promise<string>,
): Promise<{ commit: string; tree: string }> {
  if (base.startsWith('-') || base.trim() === '') throw noSuchCommit(base);
  const verify = ['rev-parse', '--verify', '--end-of-options'];
  const [commit, tree] = await Promise.all([
    run([...verify, `${base}^{commit}`]),
    run([...verify, `${base}^{tree}`]),
  ]);
  return { commit: commit.trim(), tree: tree.trim() };
}

/**
 * A repository whose HEAD names no commit still has others to start from.
 *
 * @returns what `rev-parse` would have printed, HEAD's own lines empty
 */
async function withoutHead(
  path: string,
  base: string | undefined,
  chosen: PromiseSettledResult<unknown>,
  readPlace: () => Promise<string>,
): Promise<string> {
  const place = await readPlace().catch((error) => {
    throw notARepository(path, error);
  });
  if (base === undefined) {
    throw new UsageError(
      `--repo ${path} has no commit yet; commit something first, so that a patch has a base.`,
    );
  }
  if (chosen.status === 'rejected') throw noSuchCommit(base, chosen.reason);
  return `\n\n\n${place}`;
}

async function existingFolder(path: string): Promise<string> {
  const info = await stat(path).catch(() => null);
  if (!info) throw new UsageError(`--repo ${path} does not exist; name a folder or a git URL.`);
  if (!info.isDirectory()) {
    throw new UsageError(`--repo ${path} is a file; name the folder of a git repository.`);
  }
  return realpath(path);
}

function notARepository(path: string, cause: unknown): UsageError {
  const said = messageOf(cause);
  if (/dubious ownership/.test(said)) {
    return new UsageError(
      `--repo ${path} belongs to another user, so git refuses to read it; if you trust it, run: git config --global --add safe.directory ${path}`,
      { cause },
    );
  }
  if (/ENOENT/.test(said)) {
    return new UsageError('git was not found; install it, for instance with: apt-get install git', {
      cause,
    });
  }
  if (cause instanceof GitFailure && /not a git repository/.test(said)) {
    return new UsageError(
      `--repo ${path} is not inside a git repository; name one, or make it one with git init and a first commit.`,
      { cause },
    );
  }
  return new UsageError(`--repo ${path} cannot be read as a git repository: ${said}`, { cause });
}

function noSuchCommit(base: string, cause?: unknown): UsageError {
  return new UsageError(
    `--base ${base} is not a commit of this repository; name a commit, branch or tag that exists there.`,
    { cause },
  );
}

/** `git ls-files -t` marks what is not in the index with `?`. */
function splitListing(text: string): Pick<Source, 'tracked' | 'untracked'> {
  const entries = text.split('\0').filter(Boolean);
  const named = (wanted: boolean) =>
    entries.filter((entry) => entry.startsWith('? ') === wanted).map((entry) => entry.slice(2));
  return { tracked: new Set(named(false)), untracked: named(true) };
}

/** Last value of each key; `git config --list -z` prints `key\nvalue\0`. */
function parseConfig(text: string): Map<string, string> {
  return new Map(
    text
      .split('\0')
      .filter(Boolean)
      .map((entry) => {
        const end = entry.indexOf('\n');
        return end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
      }),
  );
}

async function readExcludes(gitDir: string, file: string | undefined): Promise<string> {
  const home = process.env.HOME ?? '';
  const global = file
    ? file.replace(/^~\//, `${home}/`)
    : join(process.env.XDG_CONFIG_HOME || join(home, '.config'), 'git', 'ignore');
  const texts = await Promise.all(
    [global, join(gitDir, 'info', 'exclude')].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  return texts.map((text) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)).join('');
}

/** An index entry of a pack takes about 28 bytes or more. */
async function countPacked(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names
      .filter((name) => name.endsWith('.idx'))
      .map((name) => stat(join(folder, name)).then((info) => info.size)),
  );
  return Math.floor(sizes.reduce((sum, size) => sum + size, 0) / 28);
}
