import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, UsageError } from '../../errors.ts';

/** How far a download is; `total` is null where the server does not say. */
export interface Progress {
  readonly name: string;
  readonly received: number;
  readonly total: number | null;
}
export type OnProgress = (progress: Progress) => void;

export interface Download {
  readonly url: string;
  /** Absolute path that receives it. */
  readonly place: string;
  /** For messages. */
  readonly name: string;
  readonly size: number | null;
  readonly sha256: string | null;
  /** Git's object id, `sha1("blob " + size + "\0" + content)`. */
  readonly blob: string | null;
}

export interface DownloadOptions {
  readonly token?: string | undefined;
  readonly offline: boolean;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

const ATTEMPTS = 3;

/**
 * Downloads a file unless it is there, whole; it appears under its name only after its size and checksum were found
 * right.
 *
 * @throws {UsageError} when that fails three times
 */
export async function download(file: Download, options: DownloadOptions): Promise<void> {
  const there = await stat(file.place).catch(() => null);
  if (there && (file.size === null || there.size === file.size)) return;
  if (options.offline) {
    throw new UsageError(`${file.name} is not in the cache and HF_HUB_OFFLINE is set; unset it`);
  }
  await mkdir(dirname(file.place), { recursive: true });
  const part = `${file.place}.${process.pid}.part`;
  let failure: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      await receive(file, part, options);
      await rename(part, file.place);
      return;
    } catch (error) {
      await rm(part, { force: true });
      options.signal.throwIfAborted();
      failure = error;
    }
  }
  throw new UsageError(`${file.name} could not be downloaded: ${messageOf(failure)}`, {
    cause: failure,
  });
}

async function receive(
  file: Download,
  part: string,
  { token, signal, onProgress }: DownloadOptions,
): Promise<void> {
  // A redirect to another host, where the bytes are kept, goes without the token: fetch leaves it out.
  const headers = token ? { authorization: `Bearer ${token}` } : undefined;
  const response = await fetch(file.url, { signal, ...(headers ? { headers } : {}) });
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
  const length = Number(response.headers.get('content-length')) || null;
  const total = file.size ?? length;
  const sha256 = createHash('sha256');
  const blob = file.size === null ? null : createHash('sha1').update(`blob ${file.size}\0`);
  let received = 0;
  const handle = await open(part, 'w');
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      await handle.writeFile(chunk);
      sha256.update(chunk);
      blob?.update(chunk);
      received += chunk.length;
      onProgress({ name: file.name, received, total });
    }
  } finally {
    await handle.close();
  }
  if (file.size !== null && received !== file.size) {
    throw new Error(`${received} bytes arrived of ${file.size}`);
  }
  const sums = [
    { wanted: file.sha256, found: sha256.digest('hex') },
    // The id of a file in Git LFS is that of its pointer.
    { wanted: file.sha256 === null ? file.blob : null, found: blob?.digest('hex') ?? null },
  ];
  if (sums.some(({ wanted, found }) => wanted !== null && found !== null && wanted !== found)) {
    throw new Error('its checksum is wrong');
  }
}
