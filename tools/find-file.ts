import { posix } from 'node:path';
import picomatch from 'picomatch';
import * as z from 'zod';
import { renderPrompt } from '../src/agent/prompt.ts';
import { defineTool, type ToolResult } from '../src/agent/tool.ts';
import { ToolError } from '../src/errors.ts';
import { listFiles } from '../src/search/ripgrep.ts';
import { isScratchPath, workspacePath } from './support/path.ts';
import { argumentText, quoted } from './support/short-text.ts';
import { similarPaths } from './support/similar-paths.ts';
import { missingText } from './support/text-file.ts';

const MAX_SHOWN = 100;
const MAX_NAME = 4_096;

const input = z.strictObject({
  name: argumentText(MAX_NAME).describe(
    'Part of a file name or path ("parser", "src/parser.py"), or a glob ("*.test.ts", "src/**/*.py"). Upper and lower case are alike.',
  ),
  path: z.string().optional().describe('Folder to look in. Default: the whole repository.'),
});

export const findFileTool = defineTool({
  name: 'find_file',
  description: renderPrompt('tools/find_file'),
  input,
  async run({ name, path = '.' }, { workspace, signal }): Promise<ToolResult> {
    const folder = workspacePath(workspace, path);
    if (isScratchPath(workspace, folder)) {
      throw new ToolError(
        '`find_file` looks in the repository; use `bash` with ls for this folder.',
      );
    }
    const stat = await workspace.stat(folder);
    if (!stat) throw new ToolError(await missingText(workspace, folder));
    const files = await listFiles(workspace, folder, { signal });
    const wanted = name.replace(/^\.?\//, '');
    const found = rank(files.filter(matcher(wanted)), wanted);
    if (found.length > 0) return { text: listText(found, name), data: { count: found.length } };
    const similar = await similarPaths(workspace, wanted);
    const hint =
      similar.length > 0
        ? `Similar names: ${similar.join(', ')}.`
        : 'Try a shorter part of the name, or `search` for text you expect in the file.';
    const where = folder === '.' ? '' : ` under ${folder}`;
    return {
      text: `No file${where} matches ${quoted(name)} (of ${files.length} that git does not ignore). ${hint}`,
    };
  },
});

function matcher(wanted: string): (file: string) => boolean {
  if (/[*?[{]/.test(wanted)) {
    const options = { nocase: true, dot: true };
    const match = picomatch(wanted, options);
    const anywhere = picomatch(`**/${wanted}`, options);
    return (file) => match(file) || anywhere(file);
  }
  const part = wanted.toLowerCase();
  return part.includes('/')
    ? (file) => file.toLowerCase().includes(part)
    : (file) => posix.basename(file).toLowerCase().includes(part);
}

/** A file of exactly that name comes first, then names that start with it, then by path. */
function rank(files: readonly string[], wanted: string): string[] {
  const name = posix.basename(wanted).toLowerCase();
  const place = (file: string) => {
    const own = posix.basename(file).toLowerCase();
    return own === name ? 0 : own.replace(/\.[^.]*$/, '') === name ? 1 : 2;
  };
  return [...files].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

function listText(found: readonly string[], name: string): string {
  const shown = found.slice(0, MAX_SHOWN).join('\n');
  const left = found.length - MAX_SHOWN;
  if (left <= 0) return shown;
  return `${shown}\n[${left} more of ${found.length} files match ${quoted(name)}; give a longer name or a \`path\`.]`;
}
