import { z } from 'zod';
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

/** One short line that says how an action ended; the text is untrusted. */
export function describeResult(observation: Observation): string {
  const changes = Changes.safeParse(observation.data);
  if (!changes.success || observation.isError) return firstLine(observation.text);
  const sum = (side: 'added' | 'removed') =>
    changes.data.changes.reduce((total, change) => total + change[side], 0);
  return `+${sum('added')} -${sum('removed')} lines`;
}
