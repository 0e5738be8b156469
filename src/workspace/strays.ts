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
 * Kills every process whose environment carries a marker that starts with `prefix`: descendants of commands that left
 * their process group by `setsid`. Where there is no `/proc`, does nothing. A process that clears its own environment
 * is not found.
 */
export function killMarked(prefix: string): void {
  killRounds(prefix, allProcesses);
}

function killRounds(prefix: string, candidates: () => readonly number[]): void {
  const needle = Buffer.from(`${MARKER}=${prefix}`);
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = candidates().filter((pid) => environmentOf(pid)?.includes(needle));
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
type ProcessMark = { readonly pid: number; readonly at: number } | null;

/** With more numbers than this to try, it is quicker to ask which are taken. */
const MOST_TRIED = 200;
/** After this long, all numbers may have been given out once. */
const MARK_LASTS_MS = 5_000;
/** A process that is about to become another program shows no environment for a moment. */
const UNCLEAR_MS = 500;
/** Nothing else goes on meanwhile. */
const MOST_WAITED_MS = 20;
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Finds what commands left behind while others go on: each process that starts on this machine is looked at once,
 * however many commands run side by side. (The first process of a command may be seen too early, before it has its
 * marker; it leads the command's process group, which cannot be left by its leader.)
 */
export class StrayWatch {
  #running = 0;
  #looked: ProcessMark = null;
  /** Environment markers by process, of all that had one. */
  readonly #marked = new Map<number, string>();
  readonly #unclear = new Map<number, number>();

  /** To be called before a command starts. @returns `kill` what it left behind, and `end` once it has ended */
  watch(marker: string): { readonly kill: () => void; readonly end: () => void } {
    if (this.#running === 0) {
      this.#marked.clear();
      this.#unclear.clear();
      this.#looked = markProcesses();
    }
    this.#running += 1;
    return {
      kill: () => this.#kill(marker),
      end: () => {
        this.#running -= 1;
      },
    };
  }

  /** Kills what ended commands have left whose markers start with `prefix`, as far as it has been watched. */
  killLeft(prefix: string): void {
    if (this.#running > 0) this.#kill(prefix);
    else killMarked(prefix);
  }

  #kill(prefix: string): void {
    for (let waited = 0; ; waited += 1) {
      killRounds(prefix, () => {
        this.#look();
        return [...this.#marked].flatMap(([pid, own]) => (own.startsWith(prefix) ? [pid] : []));
      });
      if (waited === MOST_WAITED_MS || ![...this.#unclear.keys()].some(isStarting)) return;
      Atomics.wait(pause, 0, 0, 1);
    }
  }

  #look(): void {
    const now = markProcesses();
    const started = startedBetween(this.#looked, now);
    this.#looked = now;
    for (const pid of [...this.#unclear.keys(), ...started]) {
      const environment = environmentOf(pid);
      const at = environment?.indexOf(`${MARKER}=`) ?? -1;
      if (environment && at >= 0) {
        const end = environment.indexOf(0, at);
        const value = environment.subarray(at + MARKER.length + 1, end < 0 ? undefined : end);
        this.#marked.set(pid, value.toString('latin1'));
      }
      const since = this.#unclear.get(pid) ?? performance.now();
      if (environment?.length === 0 && performance.now() - since < UNCLEAR_MS) {
        this.#unclear.set(pid, since);
      } else this.#unclear.delete(pid);
    }
  }
}

function markProcesses(): ProcessMark {
  try {
    const pid = Number(readFileSync('/proc/loadavg', 'utf8').trim().split(' ')[4]);
    return pid > 0 ? { pid, at: performance.now() } : null;
  } catch {
    return null;
  }
}

/** Numbers are given out in turn, from the lowest again after the highest. */
function startedBetween(since: ProcessMark, now: ProcessMark): number[] {
  const isKnown = since !== null && now !== null && now.at - since.at < MARK_LASTS_MS;
  if (!isKnown || now.pid < since.pid) return allProcesses();
  const count = now.pid - since.pid;
  if (count > MOST_TRIED) {
    return allProcesses().filter((pid) => pid > since.pid && pid <= now.pid);
  }
  return Array.from({ length: count }, (_, at) => since.pid + 1 + at).filter(
    (pid) => pid !== process.pid && existsSync(`/proc/${pid}`),
  );
}

function allProcesses(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid);
  } catch {
    return [];
  }
}

const KERNEL_THREAD = 0x00200000;

/** Whether a process without an environment may have one in a moment: it is neither a zombie nor of the kernel. */
function isStarting(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return !/[ZX]/.test(fields[0] ?? '') && (Number(fields[6]) & KERNEL_THREAD) === 0;
  } catch {
    return false;
  }
}

/** Undefined for a process of another user or one that has ended; empty for a kernel thread or a zombie. */
function environmentOf(pid: number): Buffer | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`);
  } catch {
    return undefined;
  }
}
