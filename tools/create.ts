import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod';
import { renderPrompt } from '../src/agent/prompt.ts';
import { defineTool, type ToolResult } from '../src/agent/tool.ts';
import { ToolError } from '../src/errors.ts';
import { linesOf } from '../src/text/lines.ts';
import type { Workspace } from '../src/workspace/workspace.ts';
import { checkEdit, remarksText } from './support/check-edit.ts';
import { refuseUnlessEditable, workspacePath } from './support/path.ts';

const input = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe('File to make, relative to the repository root. Missing folders are made.'),
  content: z.string().describe('The whole content of the file.'),
});

export const createTool = defineTool({
  name: 'create',
  description: renderPrompt('tools/create'),
  input,
  async run({ path: written, content }, context): Promise<ToolResult> {
    const { workspace, session } = context;
    const path = workspacePath(workspace, written);
    refuseUnlessEditable(workspace, path);
    if (path === '.' || written.endsWith('/')) {
      throw new ToolError(`${written} names a folder. Name the file to make in it.`);
    }
    const there = await workspace.stat(path);
    if (there) {
      throw new ToolError(
        there.kind === 'directory'
          ? `${path} is a folder. Name the file to make in it.`
          : `${path} exists already and was not changed. Change it with \`edit\`, or choose another name.`,
      );
    }
    await refuseLink(workspace, path);
    const lines = [{ start: 1, removed: 0, added: linesOf(content).starts.length }];
    const change = { start: 0, end: 0, text: content };
    const edit = { path, before: null, after: content, lines, change };
    const remarks = await checkEdit(edit, context);
    const after = Buffer.from(content, 'utf8');
    await workspace.writeFile(path, after);
    session.edits.push({ path, before: null, after });
    const total = linesOf(content).starts.length;
    return {
      text: `[${path} was made: ${total} line${total === 1 ? '' : 's'}]${remarksText(remarks)}`,
      data: { path, created: true, remarks },
    };
  },
});

/** A file made through a link could not be taken back by removing what was named. */
async function refuseLink({ hostRoot }: Workspace, path: string): Promise<void> {
  const entry = await lstat(resolve(hostRoot, path)).catch(() => null);
  if (!entry?.isSymbolicLink()) return;
  throw new ToolError(
    `${path} is a link to a file that does not exist. Make that file by its own path, or choose another name.`,
  );
}
