import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, release, totalmem } from 'node:os';
import { makeControlGroups, usableControllers } from './cgroup.ts';

const GIB = 2 ** 30;
const MAX_FILE_BYTES = 8 * GIB;
const PRLIMIT = '/usr/bin/prlimit';

/** Bounds on one workspace's commands. */
export interface ResourceLimits {
  /** Bytes of memory of all its processes together; default 80% of the machine's, at most 8 GiB. */
  readonly memoryBytes?: number;
  /** Processes and threads at a time; default 2048. */
  readonly processes?: number;
}

export interface OpenLimits {
  /** The command that runs `argv` under the limits. */
  wrap(argv: readonly string[], timeoutMs: number): string[];
  /** The command that runs `argv` inside a user namespace of its own, under limits that only count there. */
  wrapInside(argv: readonly string[]): string[];
  close(): Promise<void>;
}

/** @returns one sentence a limit, telling what holds it here or why nothing does */
export function describeLimits(): string[] {
  const groups = usableControllers();
  const prlimit = existsSync(PRLIMIT);
  const memory = prlimit
    ? 'memory: each process only, by prlimit (no writable memory cgroup)'
    : 'memory: not limited (no writable memory cgroup, no prlimit)';
  const processes =
    prlimit && countsProcessesInside()
      ? 'number of processes: prlimit'
      : 'number of processes: not limited (no writable pids cgroup)';
  return [
    groups.has('memory') ? 'memory of all processes together: cgroup' : memory,
    groups.has('pids') ? 'number of processes: cgroup' : processes,
    prlimit ? 'CPU time, file size, core dumps: prlimit' : 'CPU time: not limited (no prlimit)',
  ];
}

/** Makes what holds the limits; what this system does not offer is left out. */
export function openLimits(limits: ResourceLimits): OpenLimits {
  const memory = limits.memoryBytes ?? Math.min(8 * GIB, Math.floor(totalmem() * 0.8));
  const pids = limits.processes ?? 2048;
  const name = `patchwright-${process.pid}-${randomBytes(4).toString('hex')}`;
  const groups = makeControlGroups(name, { memory, pids });
  const hasPrlimit = existsSync(PRLIMIT);
  return {
    wrap(argv, timeoutMs) {
      const cpu = Math.ceil(timeoutMs / 1000) * availableParallelism() + 5;
      const limited = hasPrlimit
        ? prlimit({ core: 0, cpu, fsize: MAX_FILE_BYTES, data: memory }, argv)
        : [...argv];
      return groups.folders.length === 0 ? limited : joinGroups(groups.folders, limited);
    },
    wrapInside(argv) {
      const isNeeded = hasPrlimit && !groups.bounds.has('pids') && countsProcessesInside();
      return isNeeded ? prlimit({ nproc: pids }, argv) : [...argv];
    },
    close: groups.close,
  };
}

/** The process joins before it becomes the program, so that nothing it starts is left out. */
function joinGroups(folders: readonly string[], argv: readonly string[]): string[] {
  const script =
    'n=$1; shift; while [ "$n" -gt 0 ]; do echo 0 > "$1/cgroup.procs"; shift; n=$((n-1)); done 2>/dev/null; exec "$@"';
  return ['/bin/sh', '-c', script, 'sh', String(folders.length), ...folders, ...argv];
}

type LimitName = 'core' | 'cpu' | 'fsize' | 'data' | 'nproc';

/** Their names in `/proc/PID/limits`. */
const LIMIT_TITLES: Readonly<Record<LimitName, string>> = {
  core: 'Max core file size',
  cpu: 'Max cpu time',
  fsize: 'Max file size',
  data: 'Max data size',
  nproc: 'Max processes',
};

/** A limit that is already lower stays: only root may raise one. */
function prlimit(
  wanted: Readonly<Partial<Record<LimitName, number>>>,
  argv: readonly string[],
): string[] {
  const options = Object.entries(wanted).map(
    ([name, value]) => `--${name}=${Math.min(value, hardLimit(name as LimitName))}`,
  );
  return [PRLIMIT, ...options, '--', ...argv];
}

let ownLimits: string | undefined;

function hardLimit(name: LimitName): number {
  try {
    ownLimits ??= readFileSync('/proc/self/limits', 'utf8');
  } catch {
    ownLimits = '';
  }
  const line = ownLimits.split('\n').find((text) => text.startsWith(LIMIT_TITLES[name])) ?? '';
  const hard = /\s(\d+|unlimited)\s+(\d+|unlimited)\s/.exec(line)?.[2];
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

/**
 * Whether a limit on the processes of a user counts those of one user namespace alone, and binds this user: since Linux
 * 5.14, and never for root.
 */
function countsProcessesInside(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return process.getuid?.() !== 0 && (major > 5 || (major === 5 && minor >= 14));
}
