import * as z from 'zod';
import { renderPrompt } from '../src/agent/prompt.ts';
import { defineTool, type ToolContext, type ToolResult } from '../src/agent/tool.ts';
import { ToolError } from '../src/errors.ts';
import { searchSymbol } from '../src/search/symbol-search.ts';
import { searchText } from '../src/search/text-search.ts';
import { isScratchPath, workspacePath } from './support/path.ts';
import { MATCH_LIMIT, symbolAnswer, textAnswer } from './support/search-answer.ts';
import { argumentText, quoted } from './support/short-text.ts';
import { missingText } from './support/text-file.ts';

const MAX_PATTERN = 10_000;

const input = z.strictObject({
  pattern: argumentText(MAX_PATTERN).describe(
    'Text to find, or a regular expression, or the name of a function, class or method.',
  ),
  kind: z
    .enum(['text', 'regex', 'symbol'])
    .optional()
    .describe(
      'text (default): the pattern as it is. regex: a regular expression in the syntax of ripgrep. symbol: where the name is defined and used; comments and strings do not count.',
    ),
  path: z.string().optional().describe('Folder or file to search. Default: the whole repository.'),
  glob: argumentText(MAX_PATTERN)
    .optional()
    .describe('Only files whose path matches, for instance "*.py" or "!tests/**".'),
  ignore_case: z.boolean().optional().describe('Upper and lower case are alike.'),
  context: z.int().min(0).max(10).optional().describe('Lines to show around each match.'),
});
type Input = z.output<typeof input>;

export const searchTool = defineTool({
  name: 'search',
  description: renderPrompt('tools/search'),
  input,
  async run(request, context): Promise<ToolResult> {
    const { workspace } = context;
    const path = workspacePath(workspace, request.path ?? '.');
    if (isScratchPath(workspace, path)) {
      throw new ToolError(
        `\`search\` looks in the repository. Use \`bash\`: grep -n PATTERN ${path}`,
      );
    }
    // Refuses a path that leads out of the repository by a link, which ripgrep would follow when named.
    if (!(await workspace.stat(path))) throw new ToolError(await missingText(workspace, path));
    return request.kind === 'symbol'
      ? symbols(request, path, context)
      : text(request, path, context);
  },
});

async function text(request: Input, path: string, context: ToolContext): Promise<ToolResult> {
  const { pattern, kind, glob, ignore_case: ignoreCase } = request;
  const query = { pattern, regex: kind === 'regex', ignoreCase, path, glob };
  const { session, workspace } = context;
  const found = await searchText(
    workspace,
    { ...query, context: request.context, limit: MATCH_LIMIT },
    { edited: session.edits.map((edit) => edit.path), commands: session.commands },
    context.signal,
  );
  return {
    text: textAnswer(found, query),
    data: { matches: found.total, files: found.files.length },
  };
}

async function symbols(request: Input, path: string, context: ToolContext): Promise<ToolResult> {
  const name = request.pattern.trim().replace(/\(\)$/, '');
  if (!/^[\p{L}\p{N}_$?!@:.#>-]+$/u.test(name)) {
    throw new ToolError(
      `${quoted(name)} is not a name. With kind "symbol", give one name, for instance parse_args or Parser.parse; for other text use kind "text" or "regex".`,
    );
  }
  const { edits, commands } = context.session;
  const query = { name, path, glob: request.glob, stamp: `${edits.length}/${commands}` };
  const found = await searchSymbol(context.workspace, query, context.signal);
  return {
    text: symbolAnswer(found, name, path),
    data: { definitions: found.definitions.length, references: found.references.length },
  };
}
