import { chmod, lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOwner, isAlive, type OwnerState, parseOwner, stateOfOwner } from './owner.ts';
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

/** Folders of this process that are open. */
let opened = 0;

/** Makes a temporary folder for this process. What a killed process left behind is swept away meanwhile. */
export async function openScratch(): Promise<Scratch> {
  const dir = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  await writeFile(join(dir, OWNER), JSON.stringify(await describeOwner(process.pid)));
  // With many runs in one process, each would look at the folders of all others.
  const sweeping = opened++ === 0 ? sweepScratch().catch(() => undefined) : undefined;
  return {
    dir,
    async close() {
      opened -= 1;
      await sweeping;
      // Killed in the middle, it must still be known whose folder this was.
      const names = await readdir(dir).catch(() => []);
      await Promise.all(
        names.filter((name) => name !== OWNER).map((name) => removeTree(join(dir, name))),
      );
      await removeTree(dir);
    },
    async keep() {
      opened -= 1;
      await sweeping;
      await rm(join(dir, OWNER), { force: true });
    },
  };
}

/** A temporary folder of some run, and whether that run still needs it. */
export interface FoundScratch {
  readonly dir: string;
  /** Number of the process that made it. */
  readonly pid: number;
  /** `gone` also for one that is so old that nothing can need it any more. */
  readonly state: OwnerState;
}

/** Finds the temporary folders of this user's runs. */
export async function findScratch(): Promise<FoundScratch[]> {
  const found: FoundScratch[] = [];
  for (const name of await readdir(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid)) continue;
    const dir = join(tmpdir(), name);
    const info = await lstat(dir).catch(() => null);
    if (!info?.isDirectory() || info.uid !== process.getuid?.()) continue;
    found.push({ dir, pid, state: await stateOf(dir, info.mtimeMs) });
  }
  return found;
}

async function stateOf(dir: string, changed: number): Promise<OwnerState> {
  const text = await readFile(join(dir, OWNER), 'utf8').catch(() => null);
  const owner = text === null ? null : parseOwner(text);
  const state = owner === null ? 'unknown' : await stateOfOwner(owner);
  return state === 'unknown' && Date.now() - changed > MAX_AGE_MS ? 'gone' : state;
}

/** Removes what a run left behind, and ends the commands it left running. */
export async function removeScratch({ dir, pid }: FoundScratch): Promise<void> {
  if (!isAlive(pid)) killMarked(markerPrefix(pid));
  await removeTree(dir);
}

/**
 * Removes the temporary folders of processes that are gone, and ends the commands they left running.
 *
 * @returns the folders that were removed
 */
export async function sweepScratch(): Promise<string[]> {
  const abandoned = (await findScratch()).filter(({ state }) => state === 'gone');
  for (const folder of abandoned) await removeScratch(folder);
  return abandoned.map(({ dir }) => dir);
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
