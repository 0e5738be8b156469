import * as z from 'zod';
import { renderPrompt } from '../src/agent/prompt.ts';
import { defineTool, type ToolContext, type ToolResult } from '../src/agent/tool.ts';
import { ToolError } from '../src/errors.ts';
import { warmUp } from '../src/lint/semantic.ts';
import { type OutlineEntry, outlineOf } from '../src/syntax/outline.ts';
import { type DecodedText, decodeText } from '../src/text/encoding.ts';
import { dominantEnding, type LinedText, linesOf } from '../src/text/lines.ts';
import { linesAround, WINDOW, type Window, windowOf } from '../src/text/window.ts';
import type { Workspace } from '../src/workspace/workspace.ts';
import { describeBinary } from './support/binary.ts';
import { folderTree } from './support/folder-tree.ts';
import { isScratchPath, workspacePath } from './support/path.ts';
import { missingText } from './support/text-file.ts';

/** A longer file is shown as an outline when no line is named. */
const OUTLINE_ABOVE = 300;
const MAX_OUTLINE_CHARS = 20_000;
const SHOWN_COLUMNS = 4_000;

const input = z.strictObject({
  path: z
    .string()
    .describe('File or folder, relative to the repository root. "." is the root itself.'),
  start_line: z.int().min(1).optional().describe('First line to show.'),
  end_line: z
    .int()
    .min(1)
    .optional()
    .describe(`Last line to show. Default: ${WINDOW} lines from start_line.`),
  column: z
    .int()
    .min(1)
    .optional()
    .describe('First column to show, for lines too long to be shown whole.'),
});

export const viewTool = defineTool({
  name: 'view',
  description: renderPrompt('tools/view'),
  input,
  async run(request, context): Promise<ToolResult> {
    const { workspace } = context;
    const path = workspacePath(workspace, request.path);
    const stat = await workspace.stat(path);
    if (!stat) throw new ToolError(await missingText(workspace, path));
    if (stat.kind === 'directory') return viewFolder(path, context);
    const bytes = await workspace.readFile(path);
    const decoded = decodeText(bytes);
    if (!decoded) return { text: await describeBinary(path, bytes) };
    // A file that is read may soon be edited: its checker reads it meanwhile.
    if (!isScratchPath(workspace, path) && context.settings.semanticChecks !== false) {
      warmUp(workspace, path, decoded.text);
    }
    return viewText(request, { path, decoded, workspace });
  },
});

async function viewFolder(path: string, context: ToolContext): Promise<ToolResult> {
  if (isScratchPath(context.workspace, path)) {
    throw new ToolError(`${path} is a folder. List it with \`bash\`: ls ${path}`);
  }
  return { text: await folderTree(context.workspace, path, context.signal) };
}

async function viewText(
  request: z.output<typeof input>,
  file: { path: string; decoded: DecodedText; workspace: Workspace },
): Promise<ToolResult> {
  const lined = linesOf(file.decoded.text);
  const total = lined.starts.length;
  if (total === 0) return { text: `[${file.path} is empty]` };
  const named = request.start_line ?? (request.end_line === undefined ? undefined : 1);
  if (named === undefined && request.column === undefined && total > OUTLINE_ABOVE) {
    const entries = isScratchPath(file.workspace, file.path)
      ? []
      : await outlineOf(file.path, lined);
    if (entries.length > 0) return { text: outlineText(file.path, total, entries) };
  }
  const start = named ?? 1;
  if (start > total) {
    throw new ToolError(
      `${file.path} has ${total} lines, so there is no line ${start}. Choose a start_line up to ${total}.`,
    );
  }
  const end = request.end_line ?? start + WINDOW - 1;
  if (end < start) {
    throw new ToolError(`end_line ${end} is before start_line ${start}. Swap them.`);
  }
  const window = windowOf(lined, {
    start,
    end,
    column: request.column,
    ...(request.column === undefined ? {} : { maxLine: SHOWN_COLUMNS }),
  });
  const around = linesAround(window, total);
  const title = `[${titleOf(file.path, total, file.decoded)}]`;
  const hint = hintOf(window, lined, { end, column: request.column });
  return { text: `${title}\n${around.above}${window.text}${around.below}${hint}` };
}

/** What is unusual about a file stands in its title, so that an edit does not come as a surprise. */
function titleOf(path: string, total: number, decoded: DecodedText): string {
  const notes = [`${total} line${total === 1 ? '' : 's'}`];
  if (decoded.encoding !== 'utf-8') notes.push(decoded.encoding);
  const endings = endingsOf(decoded.text);
  if (endings) notes.push(endings);
  return `${path}: ${notes.join(', ')}`;
}

function endingsOf(text: string): string | null {
  const most = dominantEnding(text);
  if (most === '\r') return 'CR line endings';
  const mixed = text.includes('\r\n') && /(?<!\r)\n/.test(text);
  if (mixed) return `mixed line endings, mostly ${most === '\n' ? 'LF' : 'CRLF'}`;
  return most === '\r\n' ? 'CRLF line endings' : null;
}

function hintOf(
  window: Window,
  lined: LinedText,
  asked: { end: number; column: number | undefined },
): string {
  const hints: string[] = [];
  if (window.end < Math.min(asked.end, lined.starts.length)) {
    hints.push(`That is as much as fits; go on with start_line ${window.end + 1}.`);
  }
  const [cut] = window.cutLines;
  if (cut !== undefined) {
    const next = (asked.column ?? 1) + (asked.column === undefined ? 1_000 : SHOWN_COLUMNS);
    hints.push(
      `Line ${cut} is too long to show whole; see more of it with start_line ${cut}, end_line ${cut}, column ${next}, or search for a part of it.`,
    );
  }
  return hints.length === 0 ? '' : `\n[${hints.join(' ')}]`;
}

function outlineText(path: string, total: number, entries: readonly OutlineEntry[]): string {
  const rows: string[] = [];
  let used = 0;
  for (const { line, endLine, depth, text } of entries) {
    const place = endLine > line ? `${line}-${endLine}` : `${line}`;
    const row = `${place}\t${'  '.repeat(depth)}${text}`;
    if (used + row.length > MAX_OUTLINE_CHARS) break;
    rows.push(row);
    used += row.length + 1;
  }
  const left = entries.length - rows.length;
  const more = left > 0 ? `\n(${left} more entries left out)` : '';
  return `[${path}: ${total} lines, shown as an outline: line numbers and signatures, bodies left out]\n${rows.join('\n')}${more}\n[Give start_line (and end_line) to read a part.]`;
}
