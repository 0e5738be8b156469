import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../errors.ts';
import { lockFolder, type Release } from '../../folder-lock.ts';
import { cannotFetch, nameOfUrl } from '../../workspace/clone.ts';
import { git } from '../../workspace/git.ts';

export interface MirrorOptions {
  /** Folder of all mirrors. */
  readonly folder: string;
  /** A whole commit id that it has to hold. */
  readonly commit: string;
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
}

const REFS = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
const WAIT_MS = 200;

/**
 * A repository with everything of an address, kept from one instance to the next: cloned once, fetched again when a
 * commit is missing. Any number of processes may ask for the same one.
 *
 * @returns its folder
 * @throws {UsageError} when the address cannot be fetched or does not have the commit
 */
export async function mirrorOf(url: string, options: MirrorOptions): Promise<string> {
  const name = `${nameOfUrl(url)}-${createHash('sha256').update(url).digest('hex').slice(0, 12)}`;
  const mirror = join(options.folder, `${name}.git`);
  if (await holds(mirror, options)) return mirror;
  const release = await waitFor(mirror, options);
  try {
    if (!(await holds(mirror, options))) await fetchInto(mirror, url, options);
  } finally {
    await release();
  }
  return mirror;
}

async function holds(mirror: string, { commit, signal }: MirrorOptions): Promise<boolean> {
  const kind = await git(['--git-dir', mirror, 'cat-file', '-t', commit], {
    cwd: '/',
    signal,
  }).catch(() => '');
  signal.throwIfAborted();
  return kind.trim() === 'commit';
}

async function waitFor(mirror: string, { signal, log }: MirrorOptions): Promise<Release> {
  for (let waited = false; ; waited = true) {
    const release = await lockFolder(mirror);
    if (release) return release;
    if (!waited) log(`waiting for another process that fetches ${mirror}`);
    await sleep(WAIT_MS, undefined, { signal });
  }
}

async function fetchInto(mirror: string, url: string, options: MirrorOptions): Promise<void> {
  const { commit, signal, log } = options;
  const run = (...args: string[]) => git(args, { cwd: mirror, signal });
  await run('init', '--bare', '--quiet', '.');
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-gc', '--'];
  log(`fetching ${nameOfUrl(url)} whole, to be kept in ${mirror}`);
  try {
    await run(...fetch, url, ...REFS);
    if (await holds(mirror, options)) return;
    // On no branch any more: most servers give it by its id all the same.
    await run(...fetch, url, `${commit}:refs/commits/${commit}`);
  } catch (error) {
    signal.throwIfAborted();
    throw cannotFetch(url, error);
  }
  if (!(await holds(mirror, options))) throw new UsageError(`${url} has no commit ${commit}`);
}
