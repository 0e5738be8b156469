import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

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
  close(): Promise<void>;
}

interface Controller {
  readonly name: 'memory' | 'pids';
  /** Folder in which a group of our own can be made. */
  readonly parent: string;
  readonly version: 1 | 2;
}

/** @returns one sentence a limit, telling what holds it here or why nothing does */
export function describeLimits(): string[] {
  const names = new Set(findControllers().map((controller) => controller.name));
  const prlimit = existsSync(PRLIMIT);
  return [
    names.has('memory')
      ? 'memory of all processes together: cgroup'
      : prlimit
        ? 'memory: each process only (no writable memory cgroup)'
        : 'memory: not limited (no writable cgroup, no prlimit)',
    names.has('pids')
      ? 'number of processes: cgroup'
      : 'number of processes: not limited (no writable pids cgroup)',
    prlimit ? 'CPU time, file size, core dumps: prlimit' : 'CPU time: not limited (no prlimit)',
  ];
}

/** Makes what holds the limits; what this system does not offer is left out. */
export function openLimits(limits: ResourceLimits): OpenLimits {
  const name = `patchwright-${process.pid}-${randomBytes(4).toString('hex')}`;
  const memory = limits.memoryBytes ?? Math.min(8 * GIB, Math.floor(totalmem() * 0.8));
  const processes = limits.processes ?? 2048;
  const groups = makeGroups(findControllers(), name, { memory, processes });
  const prlimit = existsSync(PRLIMIT);
  return {
    wrap(argv, timeoutMs) {
      const seconds = Math.ceil(timeoutMs / 1000) * availableParallelism() + 5;
      const limited = prlimit
        ? [
            PRLIMIT,
            '--core=0',
            `--cpu=${seconds}`,
            `--fsize=${MAX_FILE_BYTES}`,
            `--data=${memory}`,
            '--',
            ...argv,
          ]
        : [...argv];
      if (groups.length === 0) return limited;
      const script =
        'n=$1; shift; while [ "$n" -gt 0 ]; do echo 0 > "$1/cgroup.procs"; shift; n=$((n-1)); done 2>/dev/null; exec "$@"';
      return ['/bin/sh', '-c', script, 'sh', String(groups.length), ...groups, ...limited];
    },
    async close() {
      await Promise.all(groups.map((group) => removeSoon(group)));
    },
  };
}

function makeGroups(
  controllers: readonly Controller[],
  name: string,
  limits: { memory: number; processes: number },
): string[] {
  const groups = new Set<string>();
  for (const controller of controllers) {
    const group = join(controller.parent, name);
    try {
      sweepGroups(controller.parent);
      mkdirSync(group, { recursive: true });
      if (controller.name === 'pids')
        writeFileSync(join(group, 'pids.max'), String(limits.processes));
      else if (controller.version === 2) {
        writeFileSync(join(group, 'memory.max'), String(limits.memory));
        tryWrite(join(group, 'memory.swap.max'), '0');
      } else {
        writeFileSync(join(group, 'memory.limit_in_bytes'), String(limits.memory));
        tryWrite(join(group, 'memory.memsw.limit_in_bytes'), String(limits.memory));
      }
      groups.add(group);
    } catch {
      if (!groups.has(group)) removeGroup(group);
    }
  }
  return [...groups];
}

function tryWrite(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    // Without swap accounting there is no such file.
  }
}

/** A process that was just killed still counts for a moment. */
async function removeSoon(group: string): Promise<void> {
  for (let attempt = 0; attempt < 20 && !removeGroup(group); attempt += 1) await delay(10);
}

function removeGroup(group: string): boolean {
  try {
    rmdirSync(group);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** Removes the groups of processes that ended without closing their workspace. */
function sweepGroups(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = /^patchwright-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeGroup(join(parent, name));
  }
}

let controllersFound: Controller[] | undefined;

/** Controllers with a folder where this process may make groups and move its children into them. */
function findControllers(): Controller[] {
  controllersFound ??= (['memory', 'pids'] as const).flatMap((name) => {
    const controller = findController(name);
    return controller ? [controller] : [];
  });
  return controllersFound;
}

function findController(name: 'memory' | 'pids'): Controller | undefined {
  let lines: string[];
  try {
    lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n');
  } catch {
    return undefined;
  }
  for (const line of lines) {
    const [, names = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (names.split(',').includes(name)) {
      const parent = join('/sys/fs/cgroup', names, path);
      const alternative = join('/sys/fs/cgroup', name, path);
      const found = [parent, alternative].find((folder) => isWritable(folder));
      if (found) return { name, parent: found, version: 1 };
    }
    if (names === '' && offersInChildren('/sys/fs/cgroup', path, name)) {
      return { name, parent: join('/sys/fs/cgroup', path), version: 2 };
    }
  }
  return undefined;
}

function offersInChildren(mount: string, path: string, name: string): boolean {
  try {
    const parent = join(mount, path);
    const enabled = readFileSync(join(parent, 'cgroup.subtree_control'), 'utf8').trim().split(' ');
    return enabled.includes(name) && isWritable(parent) && isWritable(join(parent, 'cgroup.procs'));
  } catch {
    return false;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
