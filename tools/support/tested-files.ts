import { createHash } from 'node:crypto';
import { type PatchFile, patchFiles } from './patch-files.ts';

/** @returns a digest of each changed file's part of a patch, by path: the state of the tree that tests ran on */
export function digestFiles(files: readonly PatchFile[]): Map<string, string> {
  return new Map(
    files.map(({ path, text }) => [path, createHash('sha256').update(text).digest('hex')]),
  );
}

/** The same of a patch as text. */
export function digestPatch(patch: string): Map<string, string> {
  return digestFiles(patchFiles(patch));
}

/** Whether two states of the tree are the same, whatever happened in between. */
export function sameDigests(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): boolean {
  return one.size === other.size && [...one].every(([path, digest]) => other.get(path) === digest);
}
