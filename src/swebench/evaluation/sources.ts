import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isGitUrl } from '../../workspace/clone.ts';
import type { Instance } from '../instance.ts';
import { type MirrorOptions, mirrorOf } from './mirrors.ts';

/**
 * Where an instance's repository is cloned from: its own source, a mirror in the folder of `--repos`, or GitHub.
 *
 * @param repos folder of mirrors, named `owner/name`, `owner__name` or `name`, with or without `.git`
 */
export function sourceOf({ repo, source }: Instance, repos: string | undefined): string {
  if (source !== undefined) return source;
  const [owner = '', name = ''] = repo.split('/');
  const mirrors =
    repos === undefined ? [] : [`${owner}/${name}`, `${owner}__${name}`, `${owner}+${name}`, name];
  for (const mirror of mirrors) {
    for (const path of [mirror, `${mirror}.git`, `${mirror}/repo`].map((part) =>
      join(repos ?? '', part),
    )) {
      if (['HEAD', '.git'].some((mark) => existsSync(join(path, mark)))) return path;
    }
  }
  return `https://github.com/${repo}.git`;
}

export interface SourcePlace {
  /** Folder of `--repos`. */
  readonly repos?: string | undefined;
  /** Folder that keeps what is cloned. */
  readonly mirrors: string;
}

/**
 * Like {@link sourceOf}; an address is cloned once for all instances and given as the folder of its mirror.
 *
 * @throws {UsageError} when the address cannot be fetched or does not have the base commit
 */
export async function openSource(
  instance: Instance,
  { repos, mirrors }: SourcePlace,
  { signal, log }: Pick<MirrorOptions, 'signal' | 'log'>,
): Promise<string> {
  const source = sourceOf(instance, repos);
  const commit = instance.baseCommit;
  // A branch or a short id means another commit tomorrow.
  if (!isGitUrl(source) || !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return source;
  return mirrorOf(source, { folder: mirrors, commit, signal, log });
}
