import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { copyRepository, type RepositoryCopy } from '../../src/workspace/repository.ts';
import { git, onCleanup, temporaryFolder } from './support.ts';

/** Every file of a tree with its kind, execute bit and bytes (one character each); git directories apart. */
export function readTree(folder: string, prefix = ''): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const name of readdirSync(join(folder, prefix))) {
    if (name === '.git') continue;
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const file = join(folder, path);
    const info = lstatSync(file);
    if (info.isSymbolicLink()) tree[path] = `link ${readlinkSync(file)}`;
    else if (info.isDirectory()) Object.assign(tree, readTree(folder, path));
    else tree[path] = `${info.mode & 0o100 ? 'program' : 'file'} ${readFileSync(file, 'latin1')}`;
  }
  return tree;
}

export async function copyOf(
  source: string,
  base?: string,
): Promise<RepositoryCopy & { readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const copy = await copyRepository({
    source,
    base,
    dir: join(temporaryFolder(), 'run'),
    onNote: (text) => notes.push(text),
  });
  onCleanup(() => copy.close());
  return { ...copy, notes };
}

/** Applies a patch to a clean checkout of a commit, as a user would. @returns the folder */
export function applyToCheckout(repository: string, commit: string, patch: string): string {
  const folder = join(temporaryFolder(), 'checkout');
  mkdirSync(folder);
  git(folder, 'clone', '-q', '--no-checkout', repository, '.');
  git(folder, 'checkout', '-q', commit);
  if (patch === '') return folder;
  git(folder, 'apply', '--check', '--whitespace=nowarn', writePatch(patch));
  git(folder, 'apply', '--whitespace=nowarn', writePatch(patch));
  return folder;
}

function writePatch(patch: string): string {
  const file = join(temporaryFolder(), 'fix.patch');
  writeFileSync(file, patch);
  return file;
}
