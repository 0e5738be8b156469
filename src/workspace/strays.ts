import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Variable whose value, `PID-WORKSPACE.COMMAND.`, tells the processes of one command from all others. */
export const MARKER = 'PATCHWRIGHT_COMMAND';

/** @returns how the markers of all commands start that the process `pid` runs */
export function markerPrefix(pid: number): string {
  return `${pid}-`;
}

/** A forking process may slip through one scan; each round kills what the last one missed. */
const ROUNDS = 20;

/**
 * Kills every process whose environment carries a marker that starts with `prefix`: a command's descendants that left
 * its process group by `setsid`. Where there is no `/proc`, does nothing. A process that clears its own environment is
 * not found.
 *
 * @param since taken before the first of them can have been started: older ones are not looked at
 */
export function killMarked(prefix: string, since: ProcessMark = null): void {
  const needle = Buffer.from(`${MARKER}=${prefix}`);
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = processes(since).filter((pid) => environmentOf(pid)?.includes(needle));
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}

/** The process that was started last at some time; null where that is not to be had. */
export type ProcessMark = { readonly pid: number; readonly at: number } | null;

/** @returns a mark for now */
export function markProcesses(): ProcessMark {
  try {
    const pid = Number(readFileSync('/proc/loadavg', 'utf8').trim().split(' ')[4]);
    return pid > 0 ? { pid, at: performance.now() } : null;
  } catch {
    return null;
  }
}

/** With more numbers than this to try, it is quicker to ask which are taken. */
const MOST_TRIED = 200;
/** After this long, all numbers may have been given out once. */
const MARK_LASTS_MS = 5_000;

/** Numbers are given out in turn, from the lowest again after the highest. */
function processes(since: ProcessMark): number[] {
  const now = since && markProcesses();
  if (since && now && now.at - since.at < MARK_LASTS_MS) {
    const count = now.pid - since.pid;
    if (count >= 0 && count <= MOST_TRIED) {
      return Array.from({ length: count }, (_, at) => since.pid + 1 + at).filter(
        (pid) => isOther(pid) && existsSync(`/proc/${pid}`),
      );
    }
  }
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter(isOther);
  } catch {
    return [];
  }
}

function isOther(pid: number): boolean {
  return pid !== process.pid;
}

/** Undefined for a process of another user, a kernel thread or a zombie. */
function environmentOf(pid: number): Buffer | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`);
  } catch {
    return undefined;
  }
}
