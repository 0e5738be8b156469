import { readFile } from 'node:fs/promises';
import { messageOf } from '../../errors.ts';
import type { Asset } from '../instance.ts';
import { type Station, writeFile } from './station.ts';

/**
 * Brings an instance's binary files to a station.
 *
 * @returns shell lines that put them into the repository; they belong just before the tests
 */
export async function stageAssets(
  station: Station,
  assets: readonly Asset[],
  log: (text: string) => void,
): Promise<string[]> {
  const lines: string[] = [];
  for (const asset of assets) {
    const content = await contentOf(asset).catch((error: unknown) => {
      log(`no asset for ${asset.path}: ${messageOf(error)}`);
      return null;
    });
    if (content === null) continue;
    const staged = `${station.assetsFolder}/${asset.path.replaceAll('/', '__')}`;
    await writeFile(station, staged, content);
    const path = quote(asset.path);
    lines.push(`mkdir -p -- "$(dirname -- ${path})" && cp -- ${quote(staged)} ${path}`);
  }
  return lines;
}

async function contentOf({ url, file }: Asset): Promise<Uint8Array> {
  if (file !== undefined) return readFile(file);
  if (url === undefined) throw new Error('it has neither file nor address');
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** A word as bash reads it. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
