import { createReadStream } from 'node:fs';
import { messageOf } from '../errors.ts';
import { TRAJECTORY_VERSION, TrajectoryEvent } from './event.ts';

export interface ReadTrajectory {
  readonly events: TrajectoryEvent[];
  /** False when the file ends inside an event or holds a line that is none. */
  readonly complete: boolean;
  /** Byte offset after the last whole event. */
  readonly wholeBytes: number;
  /** Where and why reading stopped, when not complete. */
  readonly problem?: string;
}

/**
 * Reads a trajectory file, whole or cut at any byte: all whole events before the first damage come back.
 *
 * @throws the file system's error when the file cannot be read
 */
export async function readTrajectory(path: string): Promise<ReadTrajectory> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path)) chunks.push(chunk as Buffer);
  return parseTrajectory(Buffer.concat(chunks));
}

/** The pure part of `readTrajectory`: JSON Lines as bytes in, events out. */
export function parseTrajectory(bytes: Buffer): ReadTrajectory {
  const events: TrajectoryEvent[] = [];
  let offset = 0;
  const stop = (why: string): ReadTrajectory => ({
    events,
    complete: false,
    wholeBytes: offset,
    problem: `stopped at byte ${offset} after ${events.length} events: ${why}`,
  });
  while (offset < bytes.length) {
    const newline = bytes.indexOf(0x0a, offset);
    if (newline < 0) return stop('the last line is cut');
    const event = parseEvent(bytes.subarray(offset, newline));
    if (typeof event === 'string') return stop(event);
    events.push(event);
    offset = newline + 1;
  }
  return { events, complete: true, wholeBytes: offset };
}

function parseEvent(line: Buffer): TrajectoryEvent | string {
  let json: unknown;
  try {
    // Also throws for a line that is longer than a string can be.
    json = JSON.parse(line.toString('utf8'));
  } catch (error) {
    return `the line is not JSON (${messageOf(error)})`;
  }
  const parsed = TrajectoryEvent.safeParse(json);
  if (parsed.success) return parsed.data;
  const version = (json as { v?: unknown } | null)?.v;
  if (version !== TRAJECTORY_VERSION) {
    return `version ${String(version)} is not one this program reads (${TRAJECTORY_VERSION})`;
  }
  const issue = parsed.error.issues[0];
  return `field ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? 'does not fit the schema'}`;
}
