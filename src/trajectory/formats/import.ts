import { messageOf, UsageError } from '../../errors.ts';
import { HeaderEvent, type TrajectoryEvent } from '../event.ts';
import { parseTrajectory } from '../reader.ts';
import { importAtif } from './atif/import.ts';
import { AtifFile } from './atif/schema.ts';
import { toEvents } from './foreign-run.ts';
import { importMini } from './mini/import.ts';
import { restoreMini } from './mini/restore.ts';
import { MiniFile, MiniList } from './mini/schema.ts';
import { importSweAgent } from './sweagent/import.ts';
import { restoreSweAgent } from './sweagent/restore.ts';
import { TrajFile } from './sweagent/schema.ts';

export interface ImportOptions {
  /** The file's name, for messages and as the task's id where the file has none. */
  readonly name: string;
  /** ISO 8601 time that stands where the file has none. */
  readonly importedAt: string;
}

/**
 * Reads a trajectory of another agent, whichever format it is in, or one of our own.
 *
 * @param text the file's content
 * @throws {UsageError} when it is none of the known formats; the message says what was looked for
 */
export function importTrajectory(text: string, options: ImportOptions): TrajectoryEvent[] {
  const name = options.name.replace(/^.*[\\/]/, '').replace(/(\.traj)?\.(json|jsonl|traj)$/, '');
  const { importedAt } = options;
  const json = parseJson(text, options.name);
  if (json === undefined) return ownEvents(text, options.name);
  if (Array.isArray(json)) {
    const messages = check(MiniList.safeParse(json), options.name, 'a list of chat messages');
    return toEvents(importMini({ messages }, name), importedAt);
  }
  const has = (key: string) => typeof json === 'object' && json !== null && key in json;
  if (has('schema_version') && has('steps')) {
    const file = check(AtifFile.safeParse(json), options.name, 'an ATIF trajectory');
    return importAtif(file, name, importedAt);
  }
  if (has('trajectory') || has('history')) {
    const file = check(TrajFile.safeParse(json), options.name, "SWE-agent's .traj");
    return restoreSweAgent(file, importedAt) ?? toEvents(importSweAgent(file, name), importedAt);
  }
  if (has('messages')) {
    const file = check(MiniFile.safeParse(json), options.name, "mini-swe-agent's .traj.json");
    return restoreMini(file, importedAt) ?? toEvents(importMini(file, name), importedAt);
  }
  throw new UsageError(
    `${options.name}: not a trajectory of a known format; SWE-agent's .traj (trajectory, history), mini-swe-agent's .traj.json (messages) and ATIF (schema_version, steps) are read`,
  );
}

/** @returns undefined for JSON Lines, which is our own format */
function parseJson(text: string, name: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return HeaderEvent.safeParse(json).success ? undefined : json;
  } catch (error) {
    const firstLine = text.slice(0, text.indexOf('\n') + 1 || undefined);
    if (/^\s*\{.*"type"\s*:\s*"header"/.test(firstLine)) return undefined;
    throw new UsageError(`${name}: not JSON (${messageOf(error)})`, { cause: error });
  }
}

function ownEvents(text: string, name: string): TrajectoryEvent[] {
  const { events, problem } = parseTrajectory(Buffer.from(text));
  if (events.length === 0) throw new UsageError(`${name}: ${problem}`);
  return events;
}

function check<T>(
  parsed:
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } },
  name: string,
  what: string,
): T {
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(
    `${name}: looks like ${what}, but field ${issue?.path.map(String).join('.') || '(root)'} is wrong: ${issue?.message}`,
  );
}
