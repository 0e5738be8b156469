import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { writeWhole } from '../write-whole.ts';
import { InstanceResult } from './instance-result.ts';

/**
 * Where the results of a batch land, and how what is done is known. Every instance has a folder named by its id, with
 * `trajectory.jsonl`, `patch.diff` and `result.json`. Several processes may use one store as long as no two have the
 * same instance at a time.
 */
export interface ResultStore {
  /**
   * A folder of this machine for one instance, with whatever an earlier run of it has left in the store.
   *
   * @returns its absolute path; it exists
   */
  open(instanceId: string): Promise<string>;
  /** Makes what the folder holds by now safe against the loss of this machine. Nothing to do for a local folder. */
  save(instanceId: string): Promise<void>;
  /** Stores a result with what the folder holds; a second one for the same instance replaces the first. */
  finish(result: InstanceResult): Promise<void>;
  /** Forgets an instance, so that it is run anew; its old files are kept under another name. */
  discard(instanceId: string): Promise<void>;
  /** All results by instance id, those of interrupted runs included. */
  results(): Promise<Map<string, InstanceResult>>;
  /** Writes a file that tells of the whole batch, such as `preds.json`; readers see the old or the new one, never a part. */
  writeSummary(name: string, text: string): Promise<void>;
}

export const RESULT_FILE = 'result.json';
export const PATCH_FILE = 'patch.diff';
/** Keeps what `discard` puts aside. */
const DISCARDED = 'discarded';

/** Results in a folder, which may be shared by several machines. */
export class FolderResults implements ResultStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async open(instanceId: string): Promise<string> {
    const folder = this.#folder(instanceId);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  async save(): Promise<void> {}

  async finish(result: InstanceResult): Promise<void> {
    const folder = await this.open(result.instanceId);
    await writeWhole(join(folder, PATCH_FILE), result.patch);
    await writeWhole(join(folder, RESULT_FILE), `${JSON.stringify(result, null, 2)}\n`);
  }

  async discard(instanceId: string): Promise<void> {
    const folder = this.#folder(instanceId);
    const kept = join(this.#root, DISCARDED);
    await mkdir(kept, { recursive: true });
    const name = `${instanceId}-${randomBytes(4).toString('hex')}`;
    await rename(folder, join(kept, name)).catch(ignoreMissing);
  }

  async results(): Promise<Map<string, InstanceResult>> {
    const entries = await readdir(this.#root, { withFileTypes: true }).catch(ignoreMissing);
    const folders = (entries ?? []).filter(
      (entry) => entry.isDirectory() && entry.name !== DISCARDED,
    );
    const results = new Map<string, InstanceResult>();
    for (const { name } of folders) {
      const text = await readFile(join(this.#root, name, RESULT_FILE), 'utf8').catch(ignoreMissing);
      const result = text === undefined ? undefined : parseResult(text);
      if (result) results.set(result.instanceId, result);
    }
    return results;
  }

  async writeSummary(name: string, text: string): Promise<void> {
    await writeWhole(join(this.#root, name), text);
  }

  #folder(instanceId: string): string {
    return join(this.#root, folderName(instanceId));
  }
}

/** @throws {UsageError} for an id that is no name of a folder: the dataset is not trusted with paths */
export function folderName(instanceId: string): string {
  if (/^[\w][\w.+@-]*$/.test(instanceId) && instanceId !== DISCARDED) return instanceId;
  throw new UsageError(
    `instance ${JSON.stringify(instanceId)}: the id is no name of a folder; use letters, digits, . _ + @ -`,
  );
}

/** @returns undefined for what is no result: such an instance counts as not done */
export function parseResult(text: string): InstanceResult | undefined {
  try {
    return InstanceResult.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
