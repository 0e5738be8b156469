import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { messageOf, UsageError } from './errors.ts';
import { describeOwner, parseOwner, stateOfOwner } from './workspace/owner.ts';

/** Names who writes into the folder it stands in. */
const LOCK = '.patchwright.lock';

/** Gives the folder back. */
export type Release = () => Promise<void>;

/**
 * Takes a folder, made when missing, for this process alone. A process that is gone, also by a restart of the machine,
 * holds nothing.
 *
 * @returns undefined while another has it
 * @throws what the file system throws
 */
export async function lockFolder(folder: string): Promise<Release | undefined> {
  const file = join(folder, LOCK);
  const mine = `${file}.${randomBytes(4).toString('hex')}`;
  const about = { ...(await describeOwner(process.pid)), host: hostname() };
  await mkdir(folder, { recursive: true });
  await writeFile(mine, `${JSON.stringify(about)}\n`);
  try {
    const taken = (await take(mine, file)) || ((await drop(file)) && (await take(mine, file)));
    return taken ? () => rm(file, { force: true }) : undefined;
  } finally {
    await rm(mine, { force: true });
  }
}

/**
 * Does something while no other process does it in the same folder.
 *
 * @param option names the folder to the user, `--out`
 * @throws {UsageError} while another process has the folder, or when it cannot be written to
 */
export async function whileLocked<T>(
  folder: string,
  option: string,
  work: () => Promise<T>,
): Promise<T> {
  const release = await lockFolder(folder).catch((error: unknown) => {
    throw new UsageError(`${option}: ${folder} cannot be written to (${messageOf(error)})`, {
      cause: error,
    });
  });
  if (!release) throw new UsageError(await refusal(folder, option));
  try {
    return await work();
  } finally {
    await release();
  }
}

/** A link is made where there is none, or not at all. */
async function take(mine: string, file: string): Promise<boolean> {
  try {
    await link(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of a process that is gone. @returns whether there is no lock now */
async function drop(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return true;
  if (!(await isGone(text))) return false;
  const aside = `${file}.${randomBytes(4).toString('hex')}`;
  await rename(file, aside).catch(() => undefined);
  const moved = await readFile(aside, 'utf8').catch(() => text);
  // Another process was faster and has the folder by now: it gets its lock back.
  if (moved !== text) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
  return true;
}

async function isGone(text: string): Promise<boolean> {
  const owner = parseOwner(text);
  if (!owner) return true;
  const state = await stateOfOwner(owner);
  if (state !== 'unknown') return state === 'gone';
  const { boot } = await describeOwner(process.pid);
  return owner.boot !== boot && JSON.parse(text).host === hostname();
}

async function refusal(folder: string, option: string): Promise<string> {
  const file = join(folder, LOCK);
  const text = await readFile(file, 'utf8').catch(() => '');
  const owner = parseOwner(text);
  const who = owner ? `process ${owner.pid}` : 'another process';
  const known = owner !== null && (await stateOfOwner(owner)) === 'lives';
  const mend = known ? '' : `, or remove ${file} when that process is gone`;
  return `${option}: ${who} is at work in ${folder}; wait for it or give another folder${mend}`;
}
