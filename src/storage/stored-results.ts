import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type InstanceResult, isFinal } from '../batch/instance-result.ts';
import {
  folderName,
  PATCH_FILE,
  parseResult,
  RESULT_FILE,
  type ResultStore,
} from '../batch/results.ts';
import { inParallel } from '../in-parallel.ts';
import { FolderSync, filesOf, restoreFolder } from './file-sync.ts';
import { type KeepSavedOptions, keepSaved } from './keep-saved.ts';
import type { ObjectStore } from './object-store.ts';

/** Where runs that are under way are kept: `<this>/<instance>/<attempt>/...`. No instance has a name like it. */
const CHECKPOINTS = '.checkpoints';
/** In the folder of a try: it holds all that the try began with, so that nothing older is needed. */
const WHOLE = 'whole';
const DISCARDED = 'discarded';
const REQUESTS = 32;

export interface StoredResultsOptions {
  readonly store: ObjectStore;
  /** Folder of this machine where instances are worked on; absolute. */
  readonly scratch: string;
  /**
   * Name of this try at its instances. What two tries store while they run never mixes; of several the one whose name
   * sorts last is gone on with.
   */
  readonly attempt: string;
  /** Saves what is open by itself, so often; without it whoever runs an instance does. */
  readonly saving?: Pick<KeepSavedOptions, 'everyMs' | 'onFailure'>;
}

/**
 * Results of a batch in an `ObjectStore`, laid out as `FolderResults` has them: `<instance>/trajectory.jsonl`,
 * `patch.diff`, `result.json`. Work is done in a scratch folder and copied to the store as it grows, so that another
 * machine can go on with it. The one step by which an instance ends is that its `result.json` appears.
 */
export class StoredResults implements ResultStore {
  readonly #store: ObjectStore;
  readonly #scratch: string;
  readonly #attempt: string;
  readonly #saving: StoredResultsOptions['saving'];
  readonly #syncs = new Map<string, FolderSync>();
  /** Of which everything has been stored at least once. */
  readonly #whole = new Set<string>();
  readonly #stopSaving = new Map<string, () => Promise<void>>();

  constructor({ store, scratch, attempt, saving }: StoredResultsOptions) {
    this.#store = store;
    this.#scratch = scratch;
    this.#attempt = attempt;
    this.#saving = saving;
  }

  async open(instanceId: string): Promise<string> {
    const folder = join(this.#scratch, folderName(instanceId));
    await mkdir(folder, { recursive: true });
    const restored = await this.#restoreNewest(instanceId, folder);
    if (!restored) await this.#copyLanded(instanceId, folder);
    if (this.#saving) {
      const stop = keepSaved({ store: this, instanceId, ...this.#saving });
      this.#stopSaving.set(instanceId, stop);
    }
    return folder;
  }

  async save(instanceId: string): Promise<void> {
    await this.#syncOf(instanceId).sync();
    if (this.#whole.has(instanceId)) return;
    await this.#store.put(`${this.#prefixOf(instanceId)}/${WHOLE}`, Buffer.from(''));
    this.#whole.add(instanceId);
  }

  async finish(result: InstanceResult): Promise<void> {
    await this.#prepare(result);
    await this.#store.put(resultKey(result.instanceId), encode(result, this.#attempt));
    await this.#publish(result.instanceId);
    await this.close(result.instanceId);
  }

  /**
   * Stores a result as `finish` does, but only when the instance has none yet.
   *
   * @returns false when another was first; nothing has changed then
   */
  async land(result: InstanceResult): Promise<boolean> {
    const { instanceId } = result;
    await this.#prepare(result);
    if (!(await this.#store.create(resultKey(instanceId), encode(result, this.#attempt)))) {
      return false;
    }
    await this.#publish(instanceId);
    return true;
  }

  /** The result that has landed for an instance, if one has. */
  async landed(instanceId: string): Promise<InstanceResult | undefined> {
    const bytes = await this.#store.get(resultKey(instanceId));
    return bytes ? parseResult(bytes.toString()) : undefined;
  }

  /**
   * Completes what a machine has left that died between landing a result and putting the files of its run in place,
   * and clears away what tries that came to nothing have stored. Call it for an instance with a result only.
   */
  async settle(instanceId: string): Promise<void> {
    const prefix = checkpointPrefix(instanceId);
    const keys = await this.#store.list(`${prefix}/`);
    if (keys.length === 0) return;
    const bytes = await this.#store.get(resultKey(instanceId));
    const result = bytes ? parseResult(bytes.toString()) : undefined;
    if (!bytes || !result) return;
    const { landedBy } = JSON.parse(bytes.toString()) as { landedBy?: unknown };
    const folder = join(this.#scratch, `settle-${randomBytes(8).toString('hex')}`);
    try {
      await mkdir(folder, { recursive: true });
      if (typeof landedBy === 'string') {
        await restoreFolder(this.#store, `${prefix}/${landedBy}`, folder);
        await writeFile(join(folder, PATCH_FILE), result.patch);
      }
      await this.#publish(instanceId, { from: folder, onlyLonger: true });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * Settles every instance that has a result, and clears away what nobody needs any more.
   *
   * @param ids of the instances with a result
   */
  async settleAll(ids: Pick<ReadonlySet<string>, 'has'>): Promise<void> {
    for (const id of await this.unsettled()) if (ids.has(id)) await this.settle(id);
    if ((await this.unsettled()).length === 0) await this.#store.clear(`${CHECKPOINTS}/`);
  }

  /** Ids of instances of which runs are stored that have not ended or were not put in place. */
  async unsettled(): Promise<string[]> {
    const keys = await this.#store.list(`${CHECKPOINTS}/`);
    return [...new Set(keys.map((key) => key.split('/')[1] ?? ''))].filter(Boolean);
  }

  async discard(instanceId: string): Promise<void> {
    const name = folderName(instanceId);
    const kept = `${DISCARDED}/${name}-${randomBytes(4).toString('hex')}`;
    const keys = await this.#store.list(`${name}/`);
    await inParallel(keys, REQUESTS, async (key) => {
      const bytes = await this.#store.get(key);
      if (bytes) await this.#store.put(`${kept}/${key.slice(name.length + 1)}`, bytes);
    });
    await this.#store.delete([...keys, ...(await this.#store.list(`${checkpointPrefix(name)}/`))]);
    await rm(join(this.#scratch, name), { recursive: true, force: true });
    this.#syncs.delete(instanceId);
  }

  /** Takes back the results of interrupted runs: their instances are open, and what they left is gone on with. */
  async reopenInterrupted(): Promise<void> {
    const open = [...(await this.results()).values()].filter((result) => !isFinal(result));
    await this.#store.delete(open.map(({ instanceId }) => resultKey(instanceId)));
  }

  async results(): Promise<Map<string, InstanceResult>> {
    const keys = (await this.#store.list('')).filter((key) => RESULT_KEY.test(key));
    const found = await inParallel(keys, REQUESTS, async (key) => {
      const bytes = await this.#store.get(key);
      return bytes ? parseResult(bytes.toString()) : undefined;
    });
    const results = new Map<string, InstanceResult>();
    for (const result of found) if (result) results.set(result.instanceId, result);
    return results;
  }

  async writeSummary(name: string, text: string): Promise<void> {
    await this.#store.put(name, Buffer.from(text));
  }

  /** Bytes of the files that the scratch folder of an instance holds. */
  async size(instanceId: string): Promise<number> {
    const folder = join(this.#scratch, folderName(instanceId));
    const sizes = (await filesOf(folder)).map(
      async (path) => (await stat(join(folder, path))).size,
    );
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }

  /** Gives the scratch folder of an instance back. */
  async close(instanceId: string): Promise<void> {
    await this.#endSaving(instanceId);
    this.#syncs.delete(instanceId);
    this.#whole.delete(instanceId);
    await rm(join(this.#scratch, folderName(instanceId)), { recursive: true, force: true });
  }

  async #endSaving(instanceId: string): Promise<void> {
    const stop = this.#stopSaving.get(instanceId);
    this.#stopSaving.delete(instanceId);
    await stop?.();
  }

  /** Everything that belongs to a result is in the store before the result is. */
  async #prepare({ instanceId, patch }: InstanceResult): Promise<void> {
    await this.#endSaving(instanceId);
    const folder = join(this.#scratch, folderName(instanceId));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, PATCH_FILE), patch);
    await this.save(instanceId);
  }

  /**
   * Puts the files of the run that has landed in place and clears what was stored while it ran.
   *
   * @param options `onlyLonger`: a file in place stays unless it is shorter, for when an earlier call may have put it
   * there and have cleared a part already
   */
  async #publish(
    instanceId: string,
    { from, onlyLonger = false }: { from?: string; onlyLonger?: boolean } = {},
  ): Promise<void> {
    const name = folderName(instanceId);
    const folder = from ?? join(this.#scratch, name);
    const files = (await filesOf(folder)).filter((path) => path !== RESULT_FILE);
    await inParallel(files, REQUESTS, async (path) => {
      const bytes = await readFile(join(folder, path));
      const there = onlyLonger ? await this.#store.get(`${name}/${path}`) : null;
      if (!there || there.length < bytes.length) await this.#store.put(`${name}/${path}`, bytes);
    });
    await this.#store.clear(`${checkpointPrefix(name)}/`);
  }

  async #restoreNewest(instanceId: string, folder: string): Promise<boolean> {
    const prefix = checkpointPrefix(instanceId);
    const keys = await this.#store.list(`${prefix}/`);
    const newest = keys
      .map((key) => key.slice(prefix.length + 1).split('/'))
      .filter(([, name, ...rest]) => name === WHOLE && rest.length === 0)
      .flatMap(([attempt = '']) => attempt)
      .sort()
      .at(-1);
    if (newest === undefined) return false;
    return (await restoreFolder(this.#store, `${prefix}/${newest}`, folder)).length > 0;
  }

  /** What a batch in this folder has left of an instance that it did not end. */
  async #copyLanded(instanceId: string, folder: string): Promise<void> {
    const name = folderName(instanceId);
    const keys = await this.#store.list(`${name}/`);
    await inParallel(keys, REQUESTS, async (key) => {
      if (RESULT_KEY.test(key)) return;
      const bytes = await this.#store.get(key);
      const path = join(folder, key.slice(name.length + 1));
      await mkdir(dirname(path), { recursive: true });
      if (bytes) await writeFile(path, bytes);
    });
  }

  #prefixOf(instanceId: string): string {
    return `${checkpointPrefix(instanceId)}/${this.#attempt}`;
  }

  #syncOf(instanceId: string): FolderSync {
    const known = this.#syncs.get(instanceId);
    if (known) return known;
    const sync = new FolderSync({
      store: this.#store,
      prefix: this.#prefixOf(instanceId),
      folder: join(this.#scratch, folderName(instanceId)),
    });
    this.#syncs.set(instanceId, sync);
    return sync;
  }
}

const RESULT_KEY = /^[^/]+\/result\.json$/;

function resultKey(instanceId: string): string {
  return `${folderName(instanceId)}/${RESULT_FILE}`;
}

function checkpointPrefix(instanceId: string): string {
  return `${CHECKPOINTS}/${folderName(instanceId)}`;
}

/** A result as it is stored, with the try that it is of: no two tries store the same bytes. */
function encode(result: InstanceResult, attempt: string): Buffer {
  return Buffer.from(`${JSON.stringify({ ...result, landedBy: attempt }, null, 2)}\n`);
}
