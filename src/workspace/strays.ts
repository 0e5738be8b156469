import { readdirSync, readFileSync } from 'node:fs';

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
 */
export function killMarked(prefix: string): void {
  const needle = Buffer.from(`${MARKER}=${prefix}`);
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = processes().filter((pid) => environmentOf(pid)?.includes(needle));
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

function processes(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid);
  } catch {
    return [];
  }
}

/** Undefined for a process of another user, a kernel thread or a zombie. */
function environmentOf(pid: number): Buffer | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`);
  } catch {
    return undefined;
  }
}
