import { randomBytes } from 'node:crypto';
import {
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { UsageError } from '../errors.ts';
import { isKey, type ObjectStore } from './object-store.ts';

/** Objects as files of a folder, which may be shared by several machines (NFS and its like). */
export class FolderStore implements ObjectStore {
  readonly place: string;

  /** @param root absolute; made when something is stored */
  constructor(root: string) {
    this.place = root;
  }

  /**
   * By a hard link, which the file system makes or refuses as one step; also over NFS.
   *
   * @throws {UsageError} where the file system has no hard links
   */
  async create(key: string, bytes: Uint8Array): Promise<boolean> {
    const path = this.#path(key);
    const part = await this.#writePart(path, bytes);
    try {
      await link(part, path);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A server may have made the link and lost the answer: then the file has two names.
      if (code === 'EEXIST') return (await stat(part)).nlink > 1;
      if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'ENOSYS') {
        throw new UsageError(
          `${this.place}: this file system has no hard links, so two machines could store one result twice; use another (NFS has them) or s3://BUCKET/PREFIX`,
          { cause: error },
        );
      }
      throw error;
    } finally {
      await rm(part, { force: true });
    }
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(key);
    const part = await this.#writePart(path, bytes);
    try {
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  async get(key: string): Promise<Buffer | null> {
    return (await readFile(this.#path(key)).catch(ignoreMissing)) ?? null;
  }

  async list(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    const walk = async (folder: string): Promise<void> => {
      const entries = await readdir(folder, { withFileTypes: true }).catch(ignoreMissing);
      for (const entry of entries ?? []) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) await walk(path);
        else if (entry.isFile() && !PART.test(entry.name)) {
          keys.push(relative(this.place, path).split(sep).join('/'));
        }
      }
    };
    await walk(prefix === '' ? this.place : this.#path(prefix.replace(/\/$/, '')));
    return keys.sort();
  }

  async delete(keys: readonly string[]): Promise<void> {
    const folders = new Set<string>();
    for (const key of keys) {
      const path = this.#path(key);
      await rm(path, { force: true });
      folders.add(dirname(path));
    }
    for (const folder of folders) await this.#removeEmpty(folder);
  }

  async clear(prefix: string): Promise<void> {
    const folder = this.#path(prefix.replace(/\/$/, ''));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    await this.#removeEmpty(dirname(folder));
  }

  /** Objects need no folders, so one that holds nothing any more goes. */
  async #removeEmpty(folder: string): Promise<void> {
    for (let at = folder; at.length > this.place.length; at = dirname(at)) {
      const removed = await rmdir(at).then(
        () => true,
        () => false,
      );
      if (!removed) return;
    }
  }

  /** The folder may go between being made and being used, when another machine clears it. */
  async #writePart(path: string, bytes: Uint8Array): Promise<string> {
    const part = join(dirname(path), `.${randomBytes(8).toString('hex')}.part`);
    for (let attempt = 1; ; attempt += 1) {
      await mkdir(dirname(path), { recursive: true });
      try {
        await writeFile(part, bytes, { flush: true });
        return part;
      } catch (error) {
        const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
        if (gone && attempt < 5) continue;
        await rm(part, { force: true });
        throw error;
      }
    }
  }

  #path(key: string): string {
    if (!isKey(key)) throw new Error(`no key: ${JSON.stringify(key)}`);
    return join(this.place, key);
  }
}

/** A file that is being written. */
const PART = /^\.[0-9a-f]{16}\.part$/;

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
