import { z } from 'zod';
import { renderPrompt } from '../src/agent/prompt.ts';
import { defineTool, type ToolResult } from '../src/agent/tool.ts';
import { ToolError } from '../src/errors.ts';
import { syntaxErrorsAdded } from '../src/lint/syntax.ts';
import { linesOf } from '../src/text/lines.ts';
import { refusalText } from './support/edit-refusal.ts';
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
  async run({ path: written, content }, { workspace, session }): Promise<ToolResult> {
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
    const lines = [{ start: 1, removed: 0, added: linesOf(content).starts.length }];
    const errors = await syntaxErrorsAdded({
      path,
      before: '',
      after: content,
      lines,
      change: { start: 0, end: 0, text: content },
    });
    if (errors.length > 0) {
      const edit = { path, before: '', after: content, lines, errors };
      throw new ToolError(await refusalText(edit, session));
    }
    const after = Buffer.from(content, 'utf8');
    await workspace.writeFile(path, after);
    session.edits.push({ path, before: null, after });
    const total = linesOf(content).starts.length;
    return {
      text: `[${path} was made: ${total} line${total === 1 ? '' : 's'}]`,
      data: { path, created: true },
    };
  },
});
