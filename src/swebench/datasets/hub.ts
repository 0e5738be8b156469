import { join } from 'node:path';
import * as z from 'zod';
import { messageOf, UsageError } from '../../errors.ts';
import { type Download, download, type OnProgress } from './download.ts';
import { readCached, writeCached } from './hub-cache.ts';
import type { HubId } from './names.ts';
import { filesOfSplit } from './split-files.ts';

export interface HubOptions {
  /** `HF_ENDPOINT`, without a last slash. */
  readonly endpoint: string;
  /** `HF_TOKEN`; sent to the endpoint only. */
  readonly token?: string | undefined;
  /** Folder that keeps what was downloaded. */
  readonly cache: string;
  /** `HF_HUB_OFFLINE`: nothing is asked for, only the cache is read. */
  readonly offline: boolean;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

const Lfs = z.looseObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.number() });
const Listing = z.looseObject({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(
    z.looseObject({
      // It becomes a path below the cache.
      rfilename: z.string().refine((path) => !/(^|\/)\.{0,2}(\/|$)|[\\\0]/.test(path)),
      size: z.number().nullish(),
      blobId: z.string().nullish(),
      lfs: Lfs.nullish(),
    }),
  ),
});

/** A dataset's repository at one commit. */
export interface HubListing {
  readonly commit: string;
  readonly files: readonly {
    readonly path: string;
    readonly size: number | null;
    /** Of the content, for a file in Git LFS. */
    readonly sha256: string | null;
    /** Git's id of the content, for any other. */
    readonly blob: string | null;
  }[];
}

/**
 * Brings the files of one split of a dataset from Hugging Face into the cache; what is there already is not asked for
 * again.
 *
 * @returns absolute paths of the files
 * @throws {UsageError} out of reach and not in the cache, unknown, or not allowed
 */
export async function fetchSplit(
  { id, revision }: HubId,
  split: string,
  options: HubOptions,
): Promise<string[]> {
  const folder = join(options.cache, id.replace('/', '__'));
  const listing = await list({ id, revision }, folder, options);
  const wanted = new Set(
    filesOfSplit(
      listing.files.map(({ path }) => path),
      split,
      `${id} (${options.endpoint})`,
    ),
  );
  const files = listing.files.filter(({ path }) => wanted.has(path));
  const paths: string[] = [];
  for (const file of files) {
    const place = join(folder, listing.commit, ...file.path.split('/'));
    const resolvePath = file.path.split('/').map(encodeURIComponent).join('/');
    const wantedFile: Download = {
      ...file,
      url: `${options.endpoint}/datasets/${id}/resolve/${listing.commit}/${resolvePath}`,
      place,
      name: `${id}/${file.path}`,
    };
    await download(wantedFile, options);
    paths.push(place);
  }
  return paths;
}

/** The listing of a revision; the cached one when the endpoint cannot be reached. */
async function list(
  { id, revision }: HubId,
  folder: string,
  options: HubOptions,
): Promise<HubListing> {
  const place = join(folder, `${encodeURIComponent(revision)}.json`);
  const cached = await readCached(place);
  const mend = 'name a local .parquet, .json or .jsonl file, or set HF_ENDPOINT to a mirror';
  if (options.offline) {
    if (cached) return cached;
    throw new UsageError(
      `the dataset ${id} is not in ${options.cache} and HF_HUB_OFFLINE is set; unset it, or ${mend}`,
    );
  }
  const url = `${options.endpoint}/api/datasets/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  let response: Response;
  try {
    response = await ask(url, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (cached) return cached;
    throw new UsageError(
      `the dataset ${id} cannot be had: ${options.endpoint} is out of reach (${causeOf(error)}); ${mend}`,
      { cause: error },
    );
  }
  if (!response.ok) {
    if (cached && response.status >= 500) return cached;
    throw refusal(response.status, { id, revision }, options);
  }
  const parsed = Listing.safeParse(await response.json().catch(() => null));
  if (!parsed.success) {
    throw new UsageError(`${url} did not answer as Hugging Face does; check HF_ENDPOINT`);
  }
  const listing: HubListing = {
    commit: parsed.data.sha,
    files: parsed.data.siblings.map(({ rfilename, size, blobId, lfs }) => ({
      path: rfilename,
      size: lfs?.size ?? size ?? null,
      sha256: lfs?.sha256 ?? null,
      blob: blobId ?? null,
    })),
  };
  await writeCached(place, listing);
  return listing;
}

function ask(url: string, { token, signal }: HubOptions): Promise<Response> {
  return fetch(url, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
  });
}

function refusal(status: number, { id, revision }: HubId, { endpoint, token }: HubOptions) {
  if (status === 401 || status === 403) {
    const mend = token
      ? 'the token in HF_TOKEN may not read it'
      : 'it does not exist, or is private or gated: set HF_TOKEN';
    return new UsageError(`the dataset ${id} was refused by ${endpoint} (${status}): ${mend}`);
  }
  if (status === 404) {
    return new UsageError(`${endpoint} has no dataset ${id} at revision ${revision}`);
  }
  return new UsageError(`${endpoint} answered ${status} for the dataset ${id}; try again later`);
}

/** The innermost reason: `fetch` itself only says that it failed. */
function causeOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  if (cause instanceof AggregateError) return messageOf(cause.errors[0]);
  return cause === undefined ? messageOf(error) : messageOf(cause);
}
