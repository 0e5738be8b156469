import type { ToolContext } from '../../src/agent/tool.ts';
import { ToolError } from '../../src/errors.ts';
import { type PatchFile, patchFiles } from './patch-files.ts';
import { workspacePath } from './path.ts';

const TIMEOUT_MS = 60_000;

/**
 * Takes files out of the patch: each is again as it was at the start. A folder stands for all files in it.
 *
 * @returns one line for the model
 * @throws {ToolError} for a path that is not in the patch; nothing is changed then
 */
export async function leaveOut(context: ToolContext, paths: readonly string[]): Promise<string[]> {
  const { workspace, session } = context;
  const files = patchFiles(await context.patch());
  const chosen = new Set<PatchFile>();
  for (const written of paths) {
    const path = workspacePath(workspace, written);
    const found = files.filter((file) => file.path === path || file.path.startsWith(`${path}/`));
    if (found.length === 0) {
      const names = files
        .map((file) => file.path)
        .slice(0, 30)
        .join(', ');
      throw new ToolError(
        `leave_out: ${written} is not in the patch, so nothing was left out. ${names === '' ? 'The patch is empty.' : `The patch has: ${names}.`}`,
      );
    }
    for (const file of found) chosen.add(file);
  }
  for (const file of chosen) {
    const before = await contentOf(context, file.path);
    const result = await workspace.exec(['git', 'apply', '--reverse', '--whitespace=nowarn', '-'], {
      stdin: file.text,
      timeoutMs: TIMEOUT_MS,
      signal: context.signal,
    });
    if (result.exitCode !== 0) {
      throw new ToolError(
        `${file.path} could not be restored: ${result.stderr.trim() || 'git apply failed'}. Restore it through \`bash\`.`,
      );
    }
    session.edits.push({ path: file.path, before, after: await contentOf(context, file.path) });
  }
  if (session.tested) session.tested = withoutAdded(session.tested, chosen);
  return [`Left out: ${[...chosen].map((file) => file.path).join(', ')}.`];
}

/** A stray file that goes leaves what was tested as it was; a change that is taken back does not. */
function withoutAdded(
  tested: ReadonlyMap<string, string>,
  files: ReadonlySet<PatchFile>,
): Map<string, string> {
  const gone = new Set(
    [...files].flatMap(({ path, status }) => (status === 'added' ? [path] : [])),
  );
  return new Map([...tested].filter(([path]) => !gone.has(path)));
}

async function contentOf({ workspace }: ToolContext, path: string): Promise<Buffer | null> {
  const stat = await workspace.stat(path).catch(() => null);
  return stat?.kind === 'file' ? workspace.readFile(path) : null;
}
