import { readFile } from 'node:fs/promises';
import { writeWhole } from '../../write-whole.ts';
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
  await writeWhole(place, JSON.stringify(listing));
}
