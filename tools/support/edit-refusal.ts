import type { Session } from '../../src/agent/session.ts';
import type { Diagnostic, LineChange } from '../../src/lint/diagnostic.ts';
import { enclosing } from '../../src/syntax/definitions.ts';
import { languageOf } from '../../src/syntax/languages.ts';
import { parse } from '../../src/syntax/parser.ts';
import { linesOf } from '../../src/text/lines.ts';
import { windowOf } from '../../src/text/window.ts';
import { changedRanges, type LineRange } from './changed-window.ts';

const MAX_FINDINGS = 8;
const CONTEXT = 3;
const MAX_CHARS = 5_000;
const MAX_FUNCTION_LINES = 150;

export interface RefusedEdit {
  readonly path: string;
  /** Null for a file that was to be made. */
  readonly before: string | null;
  readonly after: string;
  readonly lines: readonly LineChange[];
  /** What the edit adds; at least one. */
  readonly errors: readonly Diagnostic[];
}

/** What to say of an edit that was not made: the findings, the text as it would be, the text as it is. */
export async function refusalText(edit: RefusedEdit, session: Session): Promise<string> {
  const { path, errors } = edit;
  const place = await placeOf(edit);
  const key = `${path}\0${place.name ?? place.from}`;
  const refusals = (session.refusals.get(key) ?? 0) + 1;
  session.refusals.set(key, refusals);
  const found = errors
    .slice(0, MAX_FINDINGS)
    .map(
      ({ line, column, message, source }) =>
        `- line ${line}, column ${column}: ${message} (${source})`,
    );
  if (errors.length > MAX_FINDINGS) found.push(`- and ${errors.length - MAX_FINDINGS} more`);
  const now = await nowText(edit, place, refusals);
  return [
    edit.before === null
      ? `The file was not made: ${path} would have ${errors.length === 1 ? 'this error' : 'these errors'}:`
      : `The edit was not made: ${path} stays as it was, because the edit would add ${errors.length === 1 ? 'this error' : 'these errors'}:`,
    ...found,
    `${edit.before === null ? 'It' : 'With the edit it'} would read:`,
    wouldBe(edit),
    now,
    ...hints(errors),
    edit.before === null
      ? 'Do not send the same content again. Correct it and send all of it anew.'
      : 'Do not send the same edit again. Correct it and send it anew: all of it, since nothing of it is in the file.',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** The order of edits is what most often makes a name unknown. */
function hints(errors: readonly Diagnostic[]): string[] {
  if (errors.every(({ source }) => source === 'syntax')) return [];
  return [
    'If the name is still to be made: define or import it in the same call (several edits in `edits`), or first in its own file.',
  ];
}

interface Place extends LineRange {
  /** Name of the function or class around the change. */
  readonly name: string | null;
}

/** Where in the text as it is the edit wants to change something. */
async function placeOf({ path, before, lines }: RefusedEdit): Promise<Place> {
  const first = lines[0]?.start ?? 1;
  const last = lines.at(-1);
  const to = last ? last.start + Math.max(last.removed, 1) - 1 : first;
  const language = languageOf(path);
  const tree = language && (await parse(language, before ?? ''));
  const around = tree ? enclosing(tree, language, { text: before ?? '', line: first }) : null;
  return { from: first, to, name: around ? `${around.name} ${around.line}` : null };
}

function wouldBe({ after, lines, errors }: RefusedEdit): string {
  const ranges = changedRanges(lines);
  const changed = ranges[0] ?? { from: 1, to: 1 };
  const errorLine = errors[0]?.line ?? changed.from;
  const lined = linesOf(after);
  const near = errorLine >= changed.from - 20 && errorLine <= changed.to + 20;
  const from = near ? Math.min(changed.from, errorLine) : changed.from;
  const to = near ? Math.max(changed.to, errorLine) : changed.to;
  const window = windowOf(lined, {
    start: from - CONTEXT,
    end: to + CONTEXT,
    maxChars: MAX_CHARS,
    maxLine: 300,
  });
  if (near) return window.text;
  const error = windowOf(lined, { start: errorLine - 1, end: errorLine + 1, maxLine: 300 });
  return `${window.text}\n…\n${error.text}`;
}

async function nowText(edit: RefusedEdit, place: Place, refusals: number): Promise<string> {
  if (edit.before === null) return '';
  const lined = linesOf(edit.before);
  if (refusals > 1) {
    const whole = await enclosingLines(edit, place);
    if (whole) {
      const window = windowOf(lined, { start: whole.from, end: whole.to, maxChars: 10_000 });
      const more = window.end < whole.to ? `\n(${whole.to - window.end} more lines)` : '';
      return `This is refusal ${refusals} at this place. Read the whole of it as it is now, and make a smaller edit:\n${window.text}${more}`;
    }
  }
  const window = windowOf(lined, {
    start: place.from - CONTEXT,
    end: place.to + CONTEXT,
    maxChars: MAX_CHARS,
    maxLine: 300,
  });
  return window.text === '' ? 'The file is empty now.' : `It reads now, and stays:\n${window.text}`;
}

async function enclosingLines(edit: RefusedEdit, place: Place): Promise<LineRange | null> {
  const language = languageOf(edit.path);
  const tree = language && (await parse(language, edit.before ?? ''));
  const around = tree
    ? enclosing(tree, language, { text: edit.before ?? '', line: place.from })
    : null;
  const from = around?.line ?? Math.max(1, place.from - 20);
  const to = around?.endLine ?? place.to + 20;
  return { from, to: Math.min(to, from + MAX_FUNCTION_LINES - 1) };
}
