import { mkdir } from 'node:fs/promises';
import { messageOf, UsageError } from '../errors.ts';
import { git } from './git.ts';

/** Commits before the base that are downloaded. */
const DEPTH = 50;

/** Whether `--repo` names a repository elsewhere: a URL, or the short form of ssh, `user@host:path`. */
export function isGitUrl(source: string): boolean {
  return /^(https?|ssh|git|file):\/\//i.test(source) || /^[\w.-]+@[\w.-]+:(?!\/\/)/.test(source);
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
    run(['fetch', '--no-tags', '--no-write-fetch-head', ...depth, '--', source, ...refs]);
  const target = 'refs/heads/base';
  try {
    const shallow = [`--depth=${DEPTH}`];
    await fetch(shallow, [`${base ?? 'HEAD'}:${target}`]);
  } catch (error) {
    signal?.throwIfAborted();
    await fetchWhole(error);
  }
  await run(['symbolic-ref', 'HEAD', target]);
  return gitDir;

  /** A short commit id, or a server that does not hand out single commits, needs the whole history. */
  async function fetchWhole(cause: unknown): Promise<void> {
    if (base === undefined) throw cannotFetch(source, cause);
    try {
      await fetch([], ['refs/heads/*:refs/all/heads/*', 'refs/tags/*:refs/all/tags/*']);
    } catch (error) {
      throw cannotFetch(source, error);
    }
    try {
      const commit = await run(['rev-parse', '--verify', '--end-of-options', `${base}^{commit}`]);
      await run(['update-ref', target, commit.trim()]);
    } catch (error) {
      throw new UsageError(
        `--base ${base} is not a commit, branch or tag of ${withoutPassword(source)}; name one that exists there.`,
        { cause: error },
      );
    }
  }
}

function cannotFetch(source: string, cause: unknown): UsageError {
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
