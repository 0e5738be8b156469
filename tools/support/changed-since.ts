import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from '../../src/workspace/workspace.ts';
import type { PatchFile } from './patch-files.ts';

/** @returns whether a file of the patch was written after a time, in milliseconds since the epoch, by whomever */
export async function changedSince(
  workspace: Workspace,
  files: readonly PatchFile[],
  time: number,
): Promise<boolean> {
  for (const { path } of files) {
    // Times only: a link is not followed, nothing is read.
    const info = await lstat(join(workspace.hostRoot, path)).catch(() => null);
    if (info && info.mtimeMs > time) return true;
  }
  return false;
}
