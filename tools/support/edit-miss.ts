import type { Session } from '../../src/agent/session.ts';
import { lineAt, lineOfOffset, linesOf, toLf } from '../../src/text/lines.ts';
import { nearest } from '../../src/text/nearest.ts';
import type { EditRequest } from '../../src/text/replace.ts';
import { windowOf } from '../../src/text/window.ts';
import type { TextFile } from './text-file.ts';

const MAX_SHOWN_LINES = 60;

/** What to say when the text of an edit is not in the file: where the nearest text is and how it differs. */
export function missText(
  file: TextFile,
  request: EditRequest,
  which: string,
  session: Session,
): string {
  const wanted = toLf(request.oldText ?? '');
  const text = toLf(file.text);
  const lined = linesOf(text);
  const parts = [`old_text${which} is not in ${file.path}; nothing was changed.`];
  const hint = hintOf(text, wanted, request);
  if (hint) parts.push(hint);
  const near = nearest(text, wanted);
  if (!near) {
    parts.push(
      `No text of the file is like it. Look at the file with \`view\`, or \`search\` for a part of it; copy old_text from there.`,
    );
    return parts.join('\n');
  }
  const end = Math.min(near.endLine, near.startLine + MAX_SHOWN_LINES - 1);
  const window = windowOf(lined, { start: near.startLine, end, maxChars: 8_000 });
  parts.push(`The nearest text is at lines ${near.startLine}-${near.endLine}:`, window.text);
  if (window.end < near.endLine) parts.push(`(${near.endLine - window.end} more lines)`);
  parts.push(...near.differences);
  const key = `${file.path}\0miss`;
  const misses = (session.refusals.get(key) ?? 0) + 1;
  session.refusals.set(key, misses);
  parts.push(
    misses > 1
      ? `To be safe, replace by number: start_line ${near.startLine}, end_line ${near.endLine}, and new_text, without old_text.`
      : 'Send the edit again with old_text exactly as the file has it, without the line numbers.',
  );
  return parts.join('\n');
}

/** Slips that have a name. */
function hintOf(text: string, wanted: string, request: EditRequest): string | null {
  const rows = wanted.split('\n').filter((row) => row.trim() !== '');
  if (rows.length > 0 && rows.every((row) => /^\s*\d+(\t|[:|] ?)/.test(row))) {
    const bare = wanted.replace(/^\s*\d+(\t|[:|] ?)/gm, '');
    if (text.includes(bare)) {
      return 'Your text holds the line numbers that `view` shows before each line; they are not in the file. Leave them out.';
    }
  }
  if (!wanted.includes('\n') && /\\n|\\t|\\"/.test(wanted)) {
    const unescaped = wanted.replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\"/g, '"');
    if (text.includes(unescaped)) {
      return 'Your text holds escape sequences (\\n, \\t or \\") where the file has the characters themselves. Send the characters.';
    }
  }
  if (request.startLine !== undefined || request.endLine !== undefined) {
    const at = text.indexOf(wanted);
    if (at >= 0) {
      const line = lineOfOffset(linesOf(text), at);
      return `It is in the file at line ${line}, outside of the lines you named. Correct start_line and end_line, or leave them out.`;
    }
  }
  const made = toLf(request.newText).trim();
  if (made.length > 10 && text.includes(made)) {
    const lined = linesOf(text);
    const line = lineOfOffset(lined, text.indexOf(made));
    return `new_text is already there, at line ${line} («${lineAt(lined, line).trim().slice(0, 80)}»): this edit may have been made before.`;
  }
  return null;
}
