import { posix } from 'node:path';
import { ToolError } from '../../src/errors.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';

/**
 * A path as the model wrote it (relative to the root, or absolute as commands see it), made relative to the root. A
 * path under the scratch folder stays absolute.
 *
 * @throws {ToolError} for a path outside both
 */
export function workspacePath(workspace: Workspace, path: string): string {
  const written = path.trim() === '' ? '.' : path;
  if (written.includes('\0')) throw new ToolError('The path holds a NUL character; leave it out.');
  const absolute = posix.resolve(workspace.root, written);
  if (isScratchPath(workspace, absolute)) return absolute;
  const relative = posix.relative(workspace.root, absolute);
  if (relative === '..' || relative.startsWith('../')) {
    throw new ToolError(
      `${path} is outside the repository. Give a path relative to its root, ${workspace.root}, for instance src/a.py.`,
    );
  }
  return relative === '' ? '.' : relative;
}

/** @returns whether a path, as `workspacePath` returns it, is in the folder of whole outputs */
export function isScratchPath(workspace: Workspace, path: string): boolean {
  return path === workspace.scratchRoot || path.startsWith(`${workspace.scratchRoot}/`);
}

/** @throws {ToolError} for a path that only reading tools may use, or that belongs to git */
export function refuseUnlessEditable(workspace: Workspace, path: string): void {
  if (isScratchPath(workspace, path)) {
    throw new ToolError(
      `${path} is not part of the repository, so a change there would not be in the patch. Name a file of the repository.`,
    );
  }
  if (path === '.git' || path.startsWith('.git/')) {
    throw new ToolError('Files under .git are not edited. Name a file of the repository.');
  }
}
