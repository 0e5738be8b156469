import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ripgrep } from '../search/ripgrep.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** A file changed so shortly before it was looked at may change again without another time: it is looked at anew. */
const SAME_TIME_MS = 20;

export interface DiskChange {
  /** Relative to the root. */
  readonly path: string;
  readonly kind: 'made' | 'changed' | 'removed';
}

interface Stamp {
  readonly text: string;
  readonly settled: boolean;
}

/**
 * Finds the files that differ from when it was last asked: by a command, an edit, or anyone else. It compares times,
 * sizes and inode numbers, so it reads no file.
 *
 * @param globs ripgrep's globs of the files that count; those in folders that git ignores do not
 */
export function diskChanges(
  workspace: Workspace,
  globs: readonly string[],
): () => Promise<DiskChange[]> {
  let known: ReadonlyMap<string, Stamp> | null = null;
  return async () => {
    const now = await stampsOf(workspace, globs);
    const before = known;
    known = now;
    if (before === null) return [];
    const changes: DiskChange[] = [];
    for (const [path, stamp] of now) {
      const old = before.get(path);
      if (!old) changes.push({ path, kind: 'made' });
      else if (old.text !== stamp.text || !old.settled) changes.push({ path, kind: 'changed' });
    }
    for (const path of before.keys()) {
      if (!now.has(path)) changes.push({ path, kind: 'removed' });
    }
    return changes;
  };
}

async function stampsOf(
  workspace: Workspace,
  globs: readonly string[],
): Promise<Map<string, Stamp>> {
  const args = ['--files', '--null', ...globs.map((glob) => `--glob=${glob}`), '--', '.'];
  const { stdout } = await ripgrep(workspace, args);
  const lookedAt = Date.now();
  const stamps = new Map<string, Stamp>();
  for (const listed of stdout.split('\0')) {
    if (listed === '') continue;
    const path = listed.replace(/^\.\//, '');
    const stat = statSync(join(workspace.hostRoot, path), { throwIfNoEntry: false });
    if (!stat) continue;
    const { mtimeMs, ctimeMs, size, ino } = stat;
    const settled = Math.max(mtimeMs, ctimeMs) < lookedAt - SAME_TIME_MS;
    stamps.set(path, { text: `${mtimeMs} ${ctimeMs} ${size} ${ino}`, settled });
  }
  return stamps;
}
