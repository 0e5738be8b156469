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

/** One short line that says how an action ended. A tool may give it as `data.summary`. */
export function describeResult(observation: Observation): string {
  const data = observation.data as { summary?: unknown } | null | undefined;
  if (typeof data?.summary === 'string') return data.summary;
  return firstLine(observation.text);
}
