import type { ToolContext } from '../../src/agent/tool.ts';
import { ToolError } from '../../src/errors.ts';
import type { Diagnostic } from '../../src/lint/diagnostic.ts';
import { linterRemarksAdded } from '../../src/lint/linter-remarks.ts';
import { securityRemarksAdded } from '../../src/lint/security.ts';
import { semanticFindingsAdded } from '../../src/lint/semantic.ts';
import { type EditedText, syntaxErrorsAdded } from '../../src/lint/syntax.ts';
import { refusalText } from './edit-refusal.ts';

const MAX_REMARKS = 6;

/**
 * Checks an edit before it is made.
 *
 * @returns what is worth a remark
 * @throws {ToolError} when the edit adds syntax errors, undefined names or imports that do not exist
 */
export async function checkEdit(edit: EditedText, context: ToolContext): Promise<Diagnostic[]> {
  const { workspace, signal, session, settings } = context;
  const { path, before, after, lines } = edit;
  const refuse = async (errors: readonly Diagnostic[]) => {
    const text = await refusalText({ path, before, after, lines, errors }, session);
    throw new ToolError(text);
  };
  const syntax = await syntaxErrorsAdded(edit);
  if (syntax.length > 0) await refuse(syntax);
  const security = await securityRemarksAdded(edit);
  if (settings.semanticChecks === false) return security;
  const [semantics, linters] = await Promise.all([
    semanticFindingsAdded(workspace, { ...edit, commands: session.commands }, signal),
    linterRemarksAdded(workspace, edit, signal),
  ]);
  if (semantics.errors.length > 0) await refuse(semantics.errors);
  return [...semantics.remarks, ...security, ...linters];
}

/** @returns what to add to the answer of an edit that was made */
export function remarksText(remarks: readonly Diagnostic[]): string {
  if (remarks.length === 0) return '';
  const rows = remarks
    .slice(0, MAX_REMARKS)
    .map(({ line, message, source }) => `- line ${line}: ${message} (${source})`);
  if (remarks.length > MAX_REMARKS) rows.push(`- and ${remarks.length - MAX_REMARKS} more`);
  return `\nThe edit was made. Look at this once more; correct it unless it is meant so:\n${rows.join('\n')}`;
}
