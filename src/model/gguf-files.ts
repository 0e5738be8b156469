import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import type { LlamaLibrary } from './llama-library.ts';

export interface ModelFile {
  /** File name in the models folder. */
  readonly name: string;
  readonly path: string;
  /** Of all parts, when the model is split. */
  readonly bytes: number;
  readonly modified: Date;
}

/** Parts of a split model are one model, named for its first part. */
const PART = /-(\d{5})-of-\d{5}\.gguf$/;

/** @returns the models of a folder by name; none when there is no such folder */
export async function listModels(folder: string): Promise<ModelFile[]> {
  const names = await readdir(folder).catch(() => []);
  const models: ModelFile[] = [];
  for (const name of names.filter((one) => one.endsWith('.gguf')).sort()) {
    const part = PART.exec(name)?.[1];
    const path = join(folder, name);
    const { size, mtime } = await stat(path);
    const last = models.at(-1);
    if (part !== undefined && part !== '00001' && last) {
      models[models.length - 1] = { ...last, bytes: last.bytes + size };
    } else models.push({ name, path, bytes: size, modified: mtime });
  }
  return models;
}

export interface PullOptions {
  readonly folder: string;
  /** Told a line at most once a second. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** From HF_TOKEN, for models that need one. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads a model, unless it is there.
 *
 * @param uri `hf:USER/REPO:QUANT` or an address
 * @returns the path of its file
 * @throws {UsageError} when it cannot be had
 */
export async function pullModel(
  library: LlamaLibrary,
  uri: string,
  options: PullOptions,
): Promise<string> {
  const { folder, onProgress, token, signal } = options;
  await mkdir(folder, { recursive: true });
  let told = 0;
  try {
    await checkReachable(uri, signal);
    return await library.resolveModelFile(uri, {
      directory: folder,
      download: 'auto',
      cli: false,
      ...(token ? { tokens: { huggingFace: token } } : {}),
      ...(signal ? { signal } : {}),
      onProgress: ({ totalSize, downloadedSize }) => {
        const now = performance.now();
        const isLast = downloadedSize >= totalSize;
        if (now - told < 1_000 && !isLast) return;
        told = now;
        const percent = totalSize > 0 ? Math.floor((100 * downloadedSize) / totalSize) : 0;
        onProgress?.(`downloading ${uri}: ${percent} % of ${megabytes(totalSize)}`);
      },
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new UsageError(`${uri} cannot be downloaded: ${messageOf(error)}`, { cause: error });
  }
}

const REACH_MS = 15_000;

/** The library tries a dead address for minutes; one question beforehand tells in seconds. */
async function checkReachable(uri: string, signal: AbortSignal | undefined): Promise<void> {
  const hub = process.env.HF_ENDPOINT || 'https://huggingface.co/';
  const { origin } = new URL(/^https?:/.test(uri) ? uri : hub);
  const limit = AbortSignal.timeout(REACH_MS);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  await fetch(origin, { method: 'HEAD', signal: either }).catch((error: unknown) => {
    throw new Error(`${origin} cannot be reached`, { cause: error });
  });
}

/** @returns bytes as a person reads them */
export function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * Removes a model and, when it is split, all its parts.
 *
 * @throws {UsageError} when the folder has no model of this name
 */
export async function removeModel(folder: string, name: string): Promise<void> {
  const known = await listModels(folder);
  if (!known.some((model) => model.name === name)) {
    const names = known.map((model) => model.name).join(', ') || 'none';
    throw new UsageError(`no model ${JSON.stringify(name)} in ${folder}; there: ${names}`);
  }
  const stem = name.replace(PART, '');
  const files = PART.test(name)
    ? (await readdir(folder)).filter((file) => PART.test(file) && file.replace(PART, '') === stem)
    : [name];
  await Promise.all(files.map((file) => rm(join(folder, file))));
}

/**
 * Finds the file that a model's name means, downloading it if the name is an address.
 *
 * @param name a path, the name of a file in the models folder, `hf:USER/REPO:QUANT` or an address
 * @throws {UsageError} when there is none
 */
export async function findModelFile(
  library: LlamaLibrary,
  name: string,
  options: PullOptions,
): Promise<string> {
  if (/^(hf|huggingface|https?):/.test(name)) return pullModel(library, name, options);
  const places = [resolve(name), join(options.folder, basename(name))];
  for (const place of places) {
    if (
      await stat(place).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      return place;
  }
  throw new UsageError(
    `there is no model file ${name}, nor one of this name in ${options.folder}; give a path or hf:USER/REPO:QUANT`,
  );
}
