import { lstat, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { inParallel } from '../in-parallel.ts';
import { isKey, type ObjectStore } from './object-store.ts';

/** Bytes before the end of what is stored that must still be the same for a file to count as grown. */
const OVERLAP = 1024;
const REQUESTS = 8;

interface Stored {
  readonly generation: number;
  readonly offset: number;
  readonly overlap: Buffer;
}

/**
 * Copies the files of a folder into a store as they grow: of a file that was appended to, only the new bytes go, as an
 * object `<prefix>/<path>/<generation>-<offset>`. A file that was cut or written anew begins a new generation.
 */
export class FolderSync {
  readonly #stored = new Map<string, Stored>();
  readonly #input: {
    readonly store: ObjectStore;
    readonly prefix: string;
    readonly folder: string;
  };

  /** @param input `prefix`: without a slash at its end; `folder`: absolute */
  constructor(input: { store: ObjectStore; prefix: string; folder: string }) {
    this.#input = input;
  }

  /** Stores what was added since the last call, which has to be over. */
  async sync(): Promise<void> {
    await inParallel(await filesOf(this.#input.folder), REQUESTS, (path) => this.#syncFile(path));
  }

  async #syncFile(path: string): Promise<void> {
    const { store, prefix, folder } = this.#input;
    const before = this.#stored.get(path);
    const file = await open(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (!file) return;
    try {
      const { size } = await file.stat();
      const grown = before && size >= before.offset && (await endsWith(file, before));
      const offset = grown ? before.offset : 0;
      const generation = before ? before.generation + (grown ? 0 : 1) : 0;
      if (size === offset && before) return;
      const bytes = await readAt(file, offset, size - offset);
      const name = `${pad(generation, 4)}-${pad(offset, 12)}`;
      await store.put(`${prefix}/${path}/${name}`, bytes);
      const end = offset + bytes.length;
      const overlap = await readAt(file, Math.max(0, end - OVERLAP), Math.min(OVERLAP, end));
      this.#stored.set(path, { generation, offset: end, overlap });
    } finally {
      await file.close();
    }
  }
}

/**
 * Lays into a folder what `FolderSync` has stored of another: of each file its newest generation, as far as no piece
 * is missing.
 *
 * @returns the paths of the files that were written, with `/` between parts
 */
export async function restoreFolder(
  store: ObjectStore,
  prefix: string,
  folder: string,
): Promise<string[]> {
  const pieces = new Map<string, { generation: number; offset: number; key: string }[]>();
  for (const key of await store.list(`${prefix}/`)) {
    const [, path = '', generation, offset] =
      /^(.+)\/(\d{4})-(\d{12})$/.exec(key.slice(prefix.length + 1)) ?? [];
    if (!isKey(path)) continue;
    const piece = { generation: Number(generation), offset: Number(offset), key };
    pieces.set(path, [...(pieces.get(path) ?? []), piece]);
  }
  await inParallel([...pieces], REQUESTS, async ([path, all]) => {
    const newest = Math.max(...all.map(({ generation }) => generation));
    const parts: Buffer[] = [];
    let end = 0;
    for (const { generation, offset, key } of all) {
      if (generation !== newest || offset !== end) continue;
      const bytes = await store.get(key);
      if (!bytes) break;
      parts.push(bytes);
      end += bytes.length;
    }
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), Buffer.concat(parts));
  });
  return [...pieces.keys()].sort();
}

/** Paths of the plain files of a folder, with `/` between parts, sorted. */
export async function filesOf(folder: string): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true });
  const plain = await Promise.all(
    paths.map(async (path) => (await lstat(join(folder, path)).catch(() => null))?.isFile()),
  );
  return paths
    .filter((_, at) => plain[at])
    .map((path) => path.split(sep).join('/'))
    .sort();
}

type File = Awaited<ReturnType<typeof open>>;

async function endsWith(file: File, { offset, overlap }: Stored): Promise<boolean> {
  return (await readAt(file, offset - overlap.length, overlap.length)).equals(overlap);
}

/** @returns fewer bytes when the file ends before */
async function readAt(file: File, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(buffer, read, length - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}

function pad(number: number, width: number): string {
  return String(number).padStart(width, '0');
}
