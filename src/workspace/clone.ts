import { mkdir } from 'node:fs/promises';
import { messageOf, UsageError } from '../errors.ts';
import { git } from './git.ts';

/** Commits before the base that are downloaded. */
const DEPTH = 50;
const FETCHED = 'refs/base';
const WHOLE = ['refs/heads/*:refs/heads/*', 'refs/tags/*:refs/tags/*'];

/** Whether `--repo` names a repository elsewhere: a URL, or the short form of ssh, `user@host:path`. */
export function isGitUrl(source: string): boolean {
  return /^(https?|ssh|git|file):\/\//i.test(source) || /^\w[\w.-]*@[\w.-]+:(?!\/\/)/.test(source);
}

/** @returns the repository's name in its URL, safe as a folder's name */
export function nameOfUrl(url: string): string {
  const last = url
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split(/[/:]/)
    .pop();
  const name = (last ?? '').replace(/[^\w.-]/g, '_').replace(/^\.+/, '');
  return name === '' ? 'repository' : name;
}

export interface CloneOptions {
  readonly source: string;
  readonly base?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onNote?: ((text: string) => void) | undefined;
}

/**
 * Downloads the base commit and some history before it into a bare repository whose HEAD is the base.
 *
 * @param gitDir folder to make
 * @returns `gitDir`
 * @throws {UsageError} when the URL or the commit cannot be fetched
 */
export async function cloneSource(options: CloneOptions, gitDir: string): Promise<string> {
  const { source, base, signal, onNote } = options;
  await mkdir(gitDir, { recursive: true });
  const run = (args: string[]) =>
    git(args, { cwd: gitDir, signal, ...(onNote ? { onProgress: report(onNote) } : {}) });
  await run(['init', '--bare', '--quiet', '.']);
  const fetch = (depth: string[], refs: string[]) =>
    run([
      ...['fetch', '--progress', '--no-tags', '--no-write-fetch-head'],
      ...[...depth, '--', source, ...refs],
    ]);
  const wanted = `${base ?? 'HEAD'}:${FETCHED}`;
  let name = FETCHED;
  try {
    await fetch([`--depth=${DEPTH}`], [wanted]);
  } catch {
    signal?.throwIfAborted();
    // A short commit id, or a server without shallow fetches, needs the whole history.
    if (base !== undefined) name = base;
    await fetch([], base === undefined ? [wanted] : WHOLE).catch((error) => {
      signal?.throwIfAborted();
      throw cannotFetch(source, error);
    });
  }
  const verify = ['rev-parse', '--verify', '--end-of-options', `${name}^{commit}`];
  const commit = await run(verify).catch((cause) => {
    throw new UsageError(
      `--base ${base} is not a commit, branch or tag of ${withoutPassword(source)}; name one that exists there.`,
      { cause },
    );
  });
  await run(['update-ref', '--no-deref', 'HEAD', commit.trim()]);
  return gitDir;
}

/** What git said when an address could not be fetched, without a password in it. */
export function cannotFetch(source: string, cause: unknown): UsageError {
  const said = messageOf(cause)
    .split('\n')
    .filter((line) => /^(fatal|error|ERROR|remote):/.test(line))
    .join('; ');
  return new UsageError(
    `--repo ${withoutPassword(source)} cannot be fetched (${withoutPassword(said || messageOf(cause))}); check the address and that you may read it.`,
    { cause },
  );
}

function withoutPassword(text: string): string {
  return text.replace(/:\/\/[^/@\s]*@/g, '://');
}

/** Progress as one sentence, at most twice a second. */
function report(onNote: (text: string) => void) {
  let last = 0;
  return (event: { stage: string; progress: number }) => {
    if (Date.now() - last < 500) return;
    last = Date.now();
    onNote(`fetching the repository: ${event.stage} ${event.progress}%`);
  };
}
