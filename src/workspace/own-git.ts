import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Working tree files are taken byte by byte: nothing in the tree converts line endings, encodings or contents. */
export const RAW_ATTRIBUTES =
  '* -text !eol !filter !ident !working-tree-encoding !diff !merge !textconv\n';

export interface GitDirOptions {
  /** A commit id; decides the hash the repository uses. */
  readonly commit: string;
  /** Content of HEAD: `ref: refs/heads/x` or a commit id. */
  readonly head: string;
  readonly bare: boolean;
  readonly exclude?: string;
  readonly attributes?: string;
  readonly shallow?: readonly string[];
  /** Lines added to the configuration. */
  readonly config?: string;
}

/** Lays out an empty git directory, as `git init` without any template would, and without a process. */
export async function makeGitDir(gitDir: string, options: GitDirOptions): Promise<void> {
  await Promise.all(
    ['objects/pack', 'objects/info', 'refs/heads', 'info'].map((name) =>
      mkdir(join(gitDir, name), { recursive: true }),
    ),
  );
  const sha256 = options.commit.length === 64;
  const config = [
    '[core]',
    `\trepositoryformatversion = ${sha256 ? 1 : 0}`,
    '\tfilemode = true',
    `\tbare = ${options.bare}`,
    '\tlogallrefupdates = false',
    ...(sha256 ? ['[extensions]', '\tobjectformat = sha256'] : []),
    options.config ?? '',
  ].join('\n');
  const shallow = options.shallow ?? [];
  const files = {
    HEAD: `${options.head}\n`,
    config: `${config}\n`,
    'info/exclude': options.exclude ?? '',
    ...(options.attributes === undefined ? {} : { 'info/attributes': options.attributes }),
    ...(shallow.length === 0 ? {} : { shallow: `${shallow.join('\n')}\n` }),
  };
  await Promise.all(
    Object.entries(files).map(([name, text]) => writeFile(join(gitDir, name), text)),
  );
}

/**
 * @param paths files and folders, relative to the top level
 * @returns exclude patterns that match exactly these
 */
export function excludePatterns(paths: readonly string[]): string {
  return paths.map((path) => `/${path.replace(/[\\*?[\] ]/g, '\\$&')}\n`).join('');
}
