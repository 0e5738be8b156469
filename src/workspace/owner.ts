import { readFile, readlink } from 'node:fs/promises';

/** Who made something that outlives a process: tells that process from a later one with the same number. */
export interface Owner {
  readonly pid: number;
  /** In clock ticks since the machine's start; empty where it cannot be known. */
  readonly startTime: string;
  /** Changes with every start of the machine. */
  readonly boot: string;
  /** Table of processes that `pid` is a number of. */
  readonly namespace: string;
}

/** `unknown`: of another machine or table of processes, so that it cannot be judged from here. */
export type OwnerState = 'lives' | 'gone' | 'unknown';

/** Describes a process of this machine, one that is gone too. */
export async function describeOwner(pid: number): Promise<Owner> {
  const [stat, boot, namespace] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  // Fields after the program's name in parentheses; the start time is the 22nd in all.
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return { pid, startTime, boot: boot.trim(), namespace };
}

/** Whether the process that an earlier {@link describeOwner} described still runs. */
export async function stateOfOwner(owner: Owner): Promise<OwnerState> {
  const now = await describeOwner(owner.pid);
  if (owner.boot !== now.boot || owner.namespace !== now.namespace) return 'unknown';
  if (now.startTime !== '') return owner.startTime === now.startTime ? 'lives' : 'gone';
  return isAlive(owner.pid) ? 'lives' : 'gone';
}

/** @returns null when the text is no description */
export function parseOwner(text: string): Owner | null {
  try {
    const { pid, startTime, boot, namespace } = JSON.parse(text) as Partial<Owner>;
    if (typeof pid !== 'number') return null;
    return { pid, startTime: startTime ?? '', boot: boot ?? '', namespace: namespace ?? '' };
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
