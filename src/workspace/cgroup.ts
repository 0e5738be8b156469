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
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export type ControllerName = 'memory' | 'pids';

/** Control groups of our own, in whichever hierarchies this process may make some. */
export interface ControlGroups {
  /** A process joins by writing itself into `cgroup.procs` of each. */
  readonly folders: readonly string[];
  readonly bounds: ReadonlySet<ControllerName>;
  /** Removes them; their processes must have ended. */
  close(): Promise<void>;
}

interface Controller {
  readonly name: ControllerName;
  /** Folder in which a group of our own can be made. */
  readonly parent: string;
  readonly version: 1 | 2;
}

let found: readonly Controller[] | undefined;

/** @returns the controllers that can bound commands here */
export function usableControllers(): ReadonlySet<ControllerName> {
  return new Set(findControllers().map(({ name }) => name));
}

/**
 * Makes groups with limits; a controller that cannot be used is left out. Groups of processes that are gone are
 * removed first.
 *
 * @param name of the groups, `patchwright-PID-...`
 * @param limits bytes of memory, number of processes and threads
 */
export function makeControlGroups(
  name: string,
  limits: Readonly<Record<ControllerName, number>>,
): ControlGroups {
  const folders = new Set<string>();
  const bounds = new Set<ControllerName>();
  for (const controller of findControllers()) {
    const folder = join(controller.parent, name);
    try {
      sweep(controller.parent);
      mkdirSync(folder, { recursive: true });
      setLimit(folder, controller, limits[controller.name]);
      folders.add(folder);
      bounds.add(controller.name);
    } catch {
      if (!folders.has(folder)) remove(folder);
    }
  }
  return {
    folders: [...folders],
    bounds,
    async close() {
      await Promise.all([...folders].map(removeSoon));
    },
  };
}

function setLimit(folder: string, { name, version }: Controller, limit: number): void {
  const write = (file: string) => writeFileSync(join(folder, file), String(limit));
  if (name === 'pids') {
    write('pids.max');
    return;
  }
  write(version === 2 ? 'memory.max' : 'memory.limit_in_bytes');
  try {
    if (version === 2) writeFileSync(join(folder, 'memory.swap.max'), '0');
    else write('memory.memsw.limit_in_bytes');
  } catch {
    // Without swap accounting there is no such file.
  }
}

/** A process that was just killed still counts for a moment. */
async function removeSoon(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 50 && !remove(folder); attempt += 1) await delay(10);
}

function remove(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = /^patchwright-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) remove(join(parent, name));
  }
}

function findControllers(): readonly Controller[] {
  found ??= (['memory', 'pids'] as const).flatMap((name) => findController(name) ?? []);
  return found;
}

function findController(name: ControllerName): Controller | undefined {
  for (const line of ownGroups()) {
    const [, names = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (names.split(',').includes(name)) {
      const parent = [names, name]
        .map((mount) => join('/sys/fs/cgroup', mount, path))
        .find((folder) => isWritable(folder));
      if (parent !== undefined) return { name, parent, version: 1 };
    } else if (names === '') {
      const parent = join('/sys/fs/cgroup', path);
      if (hasInChildren(parent, name)) return { name, parent, version: 2 };
    }
  }
  return undefined;
}

function ownGroups(): string[] {
  try {
    return readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

function hasInChildren(parent: string, name: string): boolean {
  try {
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
