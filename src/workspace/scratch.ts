import {
  chmod,
  lstat,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killMarked, markerPrefix } from './strays.ts';

const PREFIX = 'patchwright-';
const OWNER = 'owner.json';
/** Folders whose owner cannot be judged from here are removed when they are this old. */
const MAX_AGE_MS = 7 * 24 * 3600 * 1000;

/** A run's temporary folder. */
export interface Scratch {
  readonly dir: string;
  /** Removes it with all it holds. */
  close(): Promise<void>;
  /** Leaves it there for a week, for a person to look into. */
  keep(): Promise<void>;
}

/** Who made a temporary folder: tells a process from a later one with the same number. */
interface Owner {
  readonly pid: number;
  readonly startTime: string;
  readonly boot: string;
  readonly namespace: string;
}

/** Makes a temporary folder for this process. What a killed process left behind is swept away meanwhile. */
export async function openScratch(): Promise<Scratch> {
  const dir = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  await writeFile(join(dir, OWNER), JSON.stringify(await describeOwner(process.pid)));
  const sweeping = sweepScratch().catch(() => undefined);
  return {
    dir,
    async close() {
      await sweeping;
      await removeTree(dir);
    },
    async keep() {
      await sweeping;
      await rm(join(dir, OWNER), { force: true });
    },
  };
}

/**
 * Removes the temporary folders of processes that are gone, and ends the commands they left running.
 *
 * @returns the folders that were removed
 */
export async function sweepScratch(): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(tmpdir())) {
    if (!new RegExp(`^${PREFIX}\\d+-`).test(name)) continue;
    const dir = join(tmpdir(), name);
    const info = await lstat(dir).catch(() => null);
    if (!info?.isDirectory() || info.uid !== process.getuid?.()) continue;
    if (!(await isAbandoned(dir, info.mtimeMs))) continue;
    const pid = Number(/\d+/.exec(name)?.[0]);
    if (!isAlive(pid)) killMarked(markerPrefix(pid));
    await removeTree(dir);
    removed.push(dir);
  }
  return removed;
}

async function isAbandoned(dir: string, changed: number): Promise<boolean> {
  const text = await readFile(join(dir, OWNER), 'utf8').catch(() => null);
  const old = Date.now() - changed > MAX_AGE_MS;
  if (text === null) return old;
  let owner: Owner;
  try {
    owner = JSON.parse(text) as Owner;
  } catch {
    return old;
  }
  const now = await describeOwner(owner.pid);
  if (owner.boot !== now.boot || owner.namespace !== now.namespace) return old;
  if (now.startTime !== '') return owner.startTime !== now.startTime;
  return !isAlive(owner.pid);
}

async function describeOwner(pid: number): Promise<Owner> {
  const [stat, boot, namespace] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  // Fields after the program's name in parentheses; the start time is the 22nd in all.
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return { pid, startTime, boot: boot.trim(), namespace };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes a folder also when it holds folders that were made unwritable. */
export async function removeTree(dir: string): Promise<void> {
  const remove = () => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  try {
    await remove();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    await makeWritable(dir);
    await remove();
  }
}

/** What is gone meanwhile is passed over: a removal that failed may still be going on elsewhere in the tree. */
async function makeWritable(dir: string): Promise<void> {
  try {
    await chmod(dir, 0o700);
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      if (entry.isDirectory()) await makeWritable(join(dir, entry.name));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
