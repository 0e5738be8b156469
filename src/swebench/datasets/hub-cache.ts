import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HubListing } from './hub.ts';

/** A listing that was stored before, or undefined. */
export async function readCached(place: string): Promise<HubListing | undefined> {
  try {
    return JSON.parse(await readFile(place, 'utf8')) as HubListing;
  } catch {
    return undefined;
  }
}

export async function writeCached(place: string, listing: HubListing): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  const part = `${place}.${process.pid}.part`;
  await writeFile(part, JSON.stringify(listing));
  await rename(part, place);
}
