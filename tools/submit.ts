import * as z from 'zod';
import { renderPrompt } from '../src/agent/prompt.ts';
import { defineTool, type ToolContext, type ToolResult } from '../src/agent/tool.ts';
import { closeCheckers } from '../src/lint/semantic.ts';
import { cutInMiddle } from '../src/text/output.ts';
import { leaveOut } from './support/leave-out.ts';
import { type PatchFile, patchFiles } from './support/patch-files.ts';
import { fileWarnings } from './support/patch-warnings.ts';
import { digestFiles, sameDigests } from './support/tested-files.ts';

const MAX_PATCH = 14_000;
const MAX_FILES = 60;
const MAX_NAMES = 20;

const input = z.strictObject({
  leave_out: z
    .array(z.string().min(1))
    .optional()
    .describe('Paths that do not belong to the patch: new files are removed, others restored.'),
});

export const submitTool = defineTool({
  name: 'submit',
  description: renderPrompt('tools/submit'),
  input,
  async run({ leave_out: paths = [] }, context): Promise<ToolResult> {
    const { session } = context;
    const left = paths.length > 0 ? await leaveOut(context, paths) : [];
    const files = patchFiles(await context.patch());
    if (session.submitShown) {
      await closeCheckers(context.workspace);
      const notes = [...left, 'Submitted.'];
      return { text: notes.join('\n'), endsRun: true, data: { files: files.length } };
    }
    session.submitShown = true;
    return {
      text: [...left, await review(files, context)].join('\n'),
      data: { files: files.map(({ path, status }) => ({ path, status })) },
    };
  },
});

async function review(files: readonly PatchFile[], context: ToolContext): Promise<string> {
  if (files.length === 0) {
    return 'The patch is empty: no file differs from the start. Make the change first. If nothing should change, call `submit` again; that ends the run without a patch.';
  }
  const warnings = [...testWarnings(files, context), ...(await strayWarnings(files, context))];
  const against =
    warnings.length === 0
      ? 'Nothing speaks against it.'
      : `What speaks against it:\n${warnings.map((warning) => `- ${warning}`).join('\n')}`;
  const patch = cutInMiddle(files.map(shownText).join(''), MAX_PATCH);
  const cut = patch.omitted > 0 ? '\n[The patch is cut here, not in what is submitted.]' : '';
  return `This is the patch that would be submitted:\n${statText(files)}\n\n${patch.text.trimEnd()}${cut}\n\n${against}\nCall \`submit\` again to end the run with this patch, or go on working.`;
}

/** Binary content is of no use to a reader. */
function shownText(file: PatchFile): string {
  return file.binary
    ? file.text.replace(/^GIT binary patch[\s\S]*/m, '(binary content)\n')
    : file.text;
}

function statText(files: readonly PatchFile[]): string {
  const rows = files
    .slice(0, MAX_FILES)
    .map(({ path, status, binary, added, removed }) =>
      binary ? `${path} (${status}, binary)` : `${path} (${status}, +${added} −${removed})`,
    );
  if (files.length > MAX_FILES) rows.push(`and ${files.length - MAX_FILES} more files`);
  return rows.join('\n');
}

function testWarnings(files: readonly PatchFile[], { session }: ToolContext): string[] {
  const found: string[] = [];
  if (session.tested === null) {
    found.push('The tests were not run. Run them with `run_tests`.');
  } else if (!sameDigests(session.tested, digestFiles(files))) {
    found.push('The tests were not run since the last change. Run them with `run_tests`.');
  }
  const failing = session.newlyFailing;
  if (failing.length > 0) {
    const names = failing.slice(0, MAX_NAMES).join(', ');
    const more = failing.length > MAX_NAMES ? ` and ${failing.length - MAX_NAMES} more` : '';
    found.push(`Tests that passed before fail now: ${names}${more}.`);
  }
  return found;
}

async function strayWarnings(
  files: readonly PatchFile[],
  { workspace }: ToolContext,
): Promise<string[]> {
  const sizes = new Map<string, number>();
  for (const { path } of files) {
    const stat = await workspace.stat(path).catch(() => null);
    if (stat) sizes.set(path, stat.size);
  }
  const warnings = fileWarnings(files, sizes);
  const found = warnings.slice(0, MAX_FILES).map(({ path, text }) => `${path} ${text}.`);
  if (warnings.length > MAX_FILES)
    found.push(`And ${warnings.length - MAX_FILES} more of the kind.`);
  const strays = [...new Set(warnings.filter(({ stray }) => stray).map(({ path }) => path))];
  if (strays.length > 0) {
    const list = JSON.stringify(strays.slice(0, MAX_NAMES));
    found.push(`To leave out what does not belong to the patch: submit with leave_out ${list}.`);
  }
  return found;
}
