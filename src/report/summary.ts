import * as z from 'zod';
import { RepairData } from '../repair/result.ts';
import type { Action, Observation } from '../trajectory/event.ts';
import { firstLine } from './plain.ts';

/** The inputs that say best what an action is about, most telling first. */
const TARGET_FIELDS = ['path', 'command', 'query', 'pattern', 'name', 'file', 'files', 'names'];

/** One short line that says what an action is about: its path, command, query. Pure; the text is untrusted. */
export function describeAction(action: Action): string {
  if (typeof action.input !== 'object' || action.input === null) return '';
  const input = action.input as Record<string, unknown>;
  for (const field of TARGET_FIELDS) {
    const value = input[field];
    if (typeof value === 'string') return firstLine(value);
    if (Array.isArray(value) && value.length > 0) return value.map(String).join(' ');
  }
  return '';
}

/** What an edit's `data` says of the lines it changed. */
const Changes = z.object({
  changes: z.array(z.object({ removed: z.number(), added: z.number() })).min(1),
});

const Suspicious = RepairData.pick({ suspicious: true });
const MOST_ROWS = 5;

/** The most suspicious lines that a repair found, as the rows of a table; the text is untrusted. */
export function suspicionTable({ data }: Observation): string[] {
  const found = Suspicious.safeParse(data);
  if (!found.success || found.data.suspicious.length === 0) return [];
  const rows = found.data.suspicious.slice(0, MOST_ROWS).map((row) => {
    const runs = `${row.failing} failing, ${row.passing} passing`;
    return [row.score.toFixed(3), `${row.path}:${row.line}`, row.function, runs];
  });
  const table = [['score', 'line', 'function', 'tests that run it'], ...rows];
  const width = (column: number) => Math.max(...table.map((row) => row[column]?.length ?? 0));
  const widths = [0, 1, 2].map(width);
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** One short line that says how an action ended; the text is untrusted. */
export function describeResult(observation: Observation): string {
  const changes = Changes.safeParse(observation.data);
  if (!changes.success || observation.isError) return firstLine(observation.text);
  const sum = (side: 'added' | 'removed') =>
    changes.data.changes.reduce((total, change) => total + change[side], 0);
  return `+${sum('added')} -${sum('removed')} lines`;
}
