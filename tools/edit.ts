import * as z from 'zod';
import { renderPrompt } from '../src/agent/prompt.ts';
import { defineTool, type ToolContext, type ToolResult } from '../src/agent/tool.ts';
import { ToolError } from '../src/errors.ts';
import { lineChanges } from '../src/lint/line-changes.ts';
import { encodeText } from '../src/text/encoding.ts';
import {
  applyReplacements,
  type EditRequest,
  planReplacements,
  type Replacement,
  TextNotFound,
} from '../src/text/replace.ts';
import { changedWindow } from './support/changed-window.ts';
import { checkEdit, remarksText } from './support/check-edit.ts';
import { missText } from './support/edit-miss.ts';
import { refuseUnlessEditable, workspacePath } from './support/path.ts';
import { readTextFile, type TextFile } from './support/text-file.ts';

const fields = {
  old_text: z
    .string()
    .optional()
    .describe(
      'The exact text to replace, with its indentation; it must be there once. Leave it out to replace lines by number.',
    ),
  new_text: z.string().optional().describe('What takes its place. Empty text deletes.'),
  replace_all: z.boolean().optional().describe('Replace old_text everywhere in the file.'),
  start_line: z
    .int()
    .min(1)
    .optional()
    .describe('First line to replace; with old_text, where to look for it.'),
  end_line: z
    .int()
    .min(0)
    .optional()
    .describe('Last line to replace. start_line minus 1 inserts before start_line.'),
};

const input = z.strictObject({
  path: z.string().describe('File to change, relative to the repository root.'),
  ...fields,
  edits: z
    .array(z.strictObject({ ...fields, new_text: z.string() }))
    .min(1)
    .optional()
    .describe(
      'Several edits of this file in one call, instead of the fields above: all are made or none. Texts and line numbers are those of the file before the call.',
    ),
});
type Input = z.output<typeof input>;

export const editTool = defineTool({
  name: 'edit',
  description: renderPrompt('tools/edit'),
  input,
  async run(request, context): Promise<ToolResult> {
    const { workspace } = context;
    const path = workspacePath(workspace, request.path);
    refuseUnlessEditable(workspace, path);
    const requests = requestsOf(request);
    const file = await readTextFile(workspace, path);
    const replacements = plan(file, requests, context);
    const after = applyReplacements(file.text, replacements);
    const bytes = encodeText(after, file.encoding);
    const lines = lineChanges(file.text, replacements);
    const change = wholeChange(file.text, after, replacements);
    const edit = { path, before: file.text, after, lines, change };
    const remarks = await checkEdit(edit, context);
    await workspace.writeFile(path, bytes);
    context.session.edits.push({ path, before: file.bytes, after: bytes });
    for (const key of context.session.refusals.keys()) {
      if (key.startsWith(`${path}\0`)) context.session.refusals.delete(key);
    }
    return {
      text: changedWindow(path, after, lines) + remarksText(remarks),
      data: { path, changes: lines, remarks },
    };
  },
});

function requestsOf(request: Input): EditRequest[] {
  const { edits, old_text, new_text, replace_all, start_line, end_line } = request;
  const single = [old_text, new_text, replace_all, start_line, end_line];
  if (edits) {
    if (single.some((field) => field !== undefined)) {
      throw new ToolError(
        'Give either `edits` or the fields of one edit (old_text, new_text, …), not both. Nothing was changed.',
      );
    }
    return edits.map(requestOf);
  }
  if (new_text === undefined) {
    throw new ToolError(
      'new_text is missing, so nothing was changed. Send the text that takes the place of old_text or of the lines; an empty text deletes.',
    );
  }
  return [requestOf({ ...request, new_text })];
}

function requestOf(fields: Omit<Input, 'path' | 'edits'> & { new_text: string }): EditRequest {
  return {
    oldText: fields.old_text,
    newText: fields.new_text,
    replaceAll: fields.replace_all,
    startLine: fields.start_line,
    endLine: fields.end_line,
  };
}

function plan(
  file: TextFile,
  requests: readonly EditRequest[],
  context: ToolContext,
): Replacement[] {
  try {
    return planReplacements(file.text, requests);
  } catch (error) {
    if (!(error instanceof TextNotFound)) throw error;
    const position = requests.indexOf(error.request);
    const which = requests.length > 1 ? ` of edit ${position + 1}` : '';
    throw new ToolError(missText(file, error.request, which, context.session), { cause: error });
  }
}

/** @returns the smallest single change that covers all replacements; there is at least one */
function wholeChange(before: string, after: string, replacements: readonly Replacement[]) {
  const start = replacements[0]?.start ?? 0;
  const end = replacements.at(-1)?.end ?? before.length;
  return { start, end, text: after.slice(start, after.length - (before.length - end)) };
}
