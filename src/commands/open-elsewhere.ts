import { readdir, readlink, realpath } from 'node:fs/promises';

/**
 * Finds another process that has a file open, as a run that still goes on has its trajectory.
 *
 * @returns its process id; null when there is none, or where the system does not tell (anything but Linux)
 */
export async function openElsewhere(file: string): Promise<number | null> {
  const path = await realpath(file);
  const ids = await readdir('/proc').catch(() => []);
  const others = ids.filter((id) => /^\d+$/.test(id) && Number(id) !== process.pid);
  for (const id of others) {
    const folder = `/proc/${id}/fd`;
    const open = await readdir(folder).catch(() => []);
    const targets = await Promise.all(
      open.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')),
    );
    if (targets.includes(path)) return Number(id);
  }
  return null;
}
