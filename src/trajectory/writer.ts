import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TrajectoryEvent } from './event.ts';

/**
 * Appends events to a JSON Lines file. Each event is one synchronous write of one whole line, so that a process
 * killed at any moment leaves whole lines and at most one cut one at the end.
 */
export class TrajectoryWriter {
  readonly #file: number;
  readonly path: string;
  #failure: unknown = null;

  /**
   * Creates the file and its folder.
   *
   * @param keepBytes go on with a file that is there, after this many of its bytes
   * @throws the file system's error
   */
  constructor(path: string, keepBytes?: number) {
    mkdirSync(dirname(path), { recursive: true });
    this.path = path;
    this.#file = openSync(path, keepBytes === undefined ? 'wx' : 'a', 0o644);
    if (keepBytes !== undefined) ftruncateSync(this.#file, keepBytes);
  }

  /** The first error of a write (a full disk, say); later events are not written, so the file has no gap. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Takes one event; never throws. A failed write is kept in `failure`. */
  readonly write = (event: TrajectoryEvent): void => {
    if (this.#failure) return;
    try {
      const line = Buffer.from(`${JSON.stringify(event)}\n`);
      for (let offset = 0; offset < line.length; ) offset += writeSync(this.#file, line, offset);
      if (event.type === 'outcome') fsyncSync(this.#file);
    } catch (error) {
      this.#failure = error;
    }
  };

  close(): void {
    closeSync(this.#file);
  }
}
