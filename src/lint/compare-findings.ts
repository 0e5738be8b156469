import { posix } from 'node:path';
import { languageOf } from '../syntax/languages.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type Diagnostic, diagnosticsAdded, type LineChange } from './diagnostic.ts';
import { type Focus, type FocusedEdit, focusEdit, focusOutside } from './focus.ts';
import { plausible } from './plausible.ts';
import type { Finding } from './semantic-checker.ts';
import type { Told } from './told.ts';

/** A shorter file is checked whole as fast. */
const MIN_FOCUSED_CHARS = 4_000;
/** Before parts grow larger than this, the checker reads the file anew. */
const MAX_FOCUS_CHARS = 20_000;

export interface SemanticEdit {
  readonly path: string;
  /** Null for a file that is made. */
  readonly before: string | null;
  readonly after: string;
  readonly lines: readonly LineChange[];
  /** How many commands have run so far: each may have changed any file. */
  readonly commands: number;
}

export interface SemanticFindings {
  /** Undefined names and imports that do not exist: the edit must not be made. */
  readonly errors: readonly Finding[];
  /** Attributes and calls that seem wrong. */
  readonly remarks: readonly Diagnostic[];
}

export const NOTHING: SemanticFindings = { errors: [], remarks: [] };

/** An edit as the checker sees it: of the whole file or of a part. Lines of findings are those of the file. */
interface Sight {
  before(): Promise<readonly Finding[]>;
  after(): Promise<readonly Finding[]>;
  /** What is found in a text that stands in the place of the file. */
  instead(text: string): Promise<readonly Finding[]>;
}

/**
 * What a checker finds after an edit that it did not find before. In a long Python file the functions that the edit
 * touches are checked on their own; the whole file only when that does not decide.
 *
 * @throws when the checker does not answer
 */
export async function findingsAdded(
  workspace: Workspace,
  told: Told,
  edit: SemanticEdit,
  signal: AbortSignal,
): Promise<SemanticFindings> {
  const { path, before, after, commands } = edit;
  await told.catchUp(path, commands);
  const long = isLong(path, after);
  const focused = long && before !== null ? await focus(told, path, before, after) : null;
  if (focused) {
    const found = await compare(workspace, told, edit, partly(told, path, focused, signal));
    if (decides(found, after)) return found;
  }
  const found = await compare(workspace, told, edit, wholly(told, edit, signal));
  // A file that stays open is checked whole after every edit of another.
  if (long || (before === null && found.errors.length > 0)) await told.hide(path);
  else if (before !== null && found.errors.length > 0) await told.show(path, before);
  return found;
}

/**
 * The parts to check for an edit. To tell the checker that the file has changed costs it all that it knows of types, so
 * it goes on with what it has read, and the parts hold what has changed since then.
 */
async function focus(
  told: Told,
  path: string,
  before: string,
  after: string,
): Promise<FocusedEdit | null> {
  const read = told.lastOnDisk(path);
  if (read !== undefined && read !== before) {
    const sinceThen = await focusEdit(path, before, after, read);
    if (sinceThen && sinceThen.after.text.length <= MAX_FOCUS_CHARS) return sinceThen;
  }
  const focused = await focusEdit(path, before, after);
  if (focused) await told.onDisk(path, before);
  return focused;
}

/** Has a file checked that may soon be edited, so that the checker has read what it needs. */
export async function prepare(
  told: Told,
  path: string,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  const outside = isLong(path, text) ? await focusOutside(path, text) : null;
  if (outside) {
    await told.onDisk(path, text);
    await told.findingsAside(posix.dirname(path), outside.text, signal);
  } else {
    await told.findings(path, text, signal);
  }
}

function isLong(path: string, text: string): boolean {
  return languageOf(path) === 'python' && text.length >= MIN_FOCUSED_CHARS;
}

/**
 * Whether the part tells what the whole file would. Attributes and calls may depend on the rest, and a name may be
 * bound by the `global` statement of another function.
 */
function decides({ errors, remarks }: SemanticFindings, after: string): boolean {
  if (remarks.length > 0) return false;
  const bound = [...after.matchAll(/^\s*global\s+(.+)$/gm)].flatMap((match) =>
    (match[1] ?? '').split(/\W+/),
  );
  return !errors.some(({ subject }) => bound.includes(subject ?? ''));
}

function partly(told: Told, path: string, edit: FocusedEdit, signal: AbortSignal): Sight {
  const folder = posix.dirname(path);
  const found = async ({ text, touched }: Focus) => {
    const findings = await told.findingsAside(folder, text, signal);

    return findings.flatMap((finding) => {
      const lines = touched.find(({ from, to }) => from <= finding.line && finding.line <= to);
      return lines ? [{ ...finding, line: finding.line + lines.shift }] : [];
    });
  };
  return {
    before: () => found(edit.before),
    after: () => found(edit.after),
    instead: (text) => told.findingsAside(folder, text, signal),
  };
}

function wholly(told: Told, { path, before, after }: SemanticEdit, signal: AbortSignal): Sight {
  return {
    before: async () => (before === null ? [] : told.findings(path, before, signal)),
    after: () => told.findings(path, after, signal),
    instead: (text) => told.findings(path, text, signal),
  };
}

async function compare(
  workspace: Workspace,
  told: Told,
  edit: SemanticEdit,
  sight: Sight,
): Promise<SemanticFindings> {
  const found = await sight.after();
  if (found.length === 0) return NOTHING;
  const before = await sight.before();
  let added = addedBy(edit, before, found);
  if (added.some(isRefusable)) {
    // A command may have made the module where that is not noticed: ask again before the edit is refused.
    await told.refresh(edit.path);
    added = addedBy(edit, before, await sight.after());
  }
  const resolves = async (module: string) => {
    const missing = await sight.instead(`import ${module}\n`);
    return !missing.some((finding) => finding.kind === 'import');
  };
  const { path, after } = edit;
  const errors = await plausible({ workspace, path, after, resolves }, added.filter(isRefusable));
  const remarks = added.filter((finding) => !isRefusable(finding));
  return { errors, remarks: remarks.map((finding) => ({ ...finding, severity: 'remark' })) };
}

function addedBy(
  edit: SemanticEdit,
  before: readonly Finding[],
  after: readonly Finding[],
): Finding[] {
  // A name that was unknown to the checker before the edit is known to the project in a way it does not see.
  const unknown = new Set(before.map((finding) => `${finding.kind}\0${finding.subject}`));
  // A file in an older version of the language is full of syntax errors to the checker; the grammar judges it.
  const foreign = before.some((finding) => finding.kind === 'syntax');
  return (diagnosticsAdded(before, after, edit.lines) as Finding[]).filter(
    ({ kind, subject }) =>
      (kind !== 'syntax' || !foreign) &&
      (subject === undefined || !unknown.has(`${kind}\0${subject}`)),
  );
}

function isRefusable(finding: Finding): boolean {
  return finding.kind === 'syntax' || finding.kind === 'name' || finding.kind === 'import';
}
