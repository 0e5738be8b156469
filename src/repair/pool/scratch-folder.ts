import { constants } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from '../../workspace/workspace.ts';

/** Bytes of a file of a worker that are read at most. */
const MAX_FILE = 64 << 20;

/**
 * A folder shared with a worker that runs code nobody trusts. What the worker puts there is read as plain files of
 * this folder only: a link, or the folder itself replaced by one, is taken for missing.
 */
export class ScratchFolder {
  readonly host: string;
  /** The folder as commands see it. */
  readonly inside: string;

  private constructor(host: string, inside: string) {
    this.host = host;
    this.inside = inside;
  }

  static async create(workspace: Workspace, name: string): Promise<ScratchFolder> {
    const host = join(await realpath(workspace.hostScratch), name);
    await mkdir(host, { recursive: true });
    return new ScratchFolder(host, `${workspace.scratchRoot}/${name}`);
  }

  /** Writes a file so that it appears at once and whole. */
  async put(name: string, content: string): Promise<void> {
    await writeFile(join(this.host, `${name}.host`), content);
    await rename(join(this.host, `${name}.host`), join(this.host, name));
  }

  /** @returns the text from an offset in bytes, null when there is no such plain file */
  async read(name: string, from = 0): Promise<Buffer | null> {
    if (!(await this.isIntact())) return null;
    const handle = await open(
      join(this.host, name),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    ).catch(() => null);
    if (!handle) return null;
    try {
      const stat = await handle.stat();
      if (!stat.isFile() || stat.size > MAX_FILE) return null;
      const length = Math.max(0, stat.size - from);
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await handle.read(buffer, 0, length, from);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  async names(): Promise<string[]> {
    if (!(await this.isIntact())) return [];
    return readdir(this.host).catch(() => []);
  }

  async remove(): Promise<void> {
    if (await this.isIntact()) await rm(this.host, { recursive: true, force: true });
  }

  private async isIntact(): Promise<boolean> {
    return (await realpath(this.host).catch(() => '')) === this.host;
  }
}
