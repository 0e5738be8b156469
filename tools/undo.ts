import * as z from 'zod';
import { renderPrompt } from '../src/agent/prompt.ts';
import type { EditRecord, Session } from '../src/agent/session.ts';
import { defineTool, type ToolResult } from '../src/agent/tool.ts';
import { ToolError } from '../src/errors.ts';

const input = z.strictObject({});

export const undoTool = defineTool({
  name: 'undo',
  description: renderPrompt('tools/undo'),
  input,
  async run(_, { workspace, session }): Promise<ToolResult> {
    const last = lastStanding(session);
    if (!last) {
      throw new ToolError(
        'There is no edit to take back: none was made, or all are taken back already. `undo` knows only `edit` and `create`; what a command changed, change back by `git checkout -- FILE` through `bash`.',
      );
    }
    const stat = await workspace.stat(last.path);
    const now = stat?.kind === 'file' ? await workspace.readFile(last.path) : null;
    if (!same(now, last.after)) {
      throw new ToolError(
        `${last.path} was ${now ? 'changed' : 'removed'} by a command since the last edit, so undo would lose that change. Nothing was taken back. Look at it with \`view\` and use \`edit\`, or restore a version by git through \`bash\`.`,
      );
    }
    if (last.before) await workspace.writeFile(last.path, last.before);
    else await workspace.removeFile(last.path);
    session.edits.push({ path: last.path, before: last.after, after: last.before, undoes: last });
    const left = standing(session).length;
    const what = last.before
      ? `${last.path} is again as it was before the last edit`
      : `${last.path} was removed again`;
    const more =
      left === 0
        ? 'No edit is left.'
        : `${left} earlier edit${left === 1 ? ' remains' : 's remain'}.`;
    return { text: `[${what}. ${more}]`, data: { path: last.path } };
  },
});

function lastStanding(session: Session): EditRecord | undefined {
  return standing(session).at(-1);
}

/** Edits that were not taken back. */
function standing(session: Session): EditRecord[] {
  const undone = new Set(session.edits.map((edit) => edit.undoes).filter(Boolean));
  return session.edits.filter((edit) => !edit.undoes && !undone.has(edit));
}

function same(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}
