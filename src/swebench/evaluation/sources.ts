import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Instance } from '../instance.ts';

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
