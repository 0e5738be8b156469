import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { type Signature, signatureOf } from './signature.ts';

/** A file changed so shortly before it was read may change again without another time. */
const SAME_TIME_MS = 20;
/** Of a larger file only ripgrep says what it holds. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Ripgrep passes over a file with a NUL in what it reads first, 64 KiB; well within that it surely does. */
const SURELY_READ_FIRST = 32 * 1024;

/** What is known of one file for a search; the same object for as long as the file is seen unchanged. */
export interface IndexedFile {
  /** Null: ripgrep finds nothing in it. */
  readonly signature: Signature | null;
  /** Whether ripgrep reads it alike when it is named and when it comes by it. */
  readonly sameByName: boolean;
  /** Times, size and inode; null when the next look must read it again. */
  readonly stamp: string | null;
}

const NOTHING: IndexedFile = { signature: null, sameByName: true, stamp: null };
const ALL = Uint32Array.of(0xffffffff);

/** @param known what an earlier look has found */
export function indexFile(path: string, known: IndexedFile | undefined): IndexedFile {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return NOTHING;
  const { mtimeMs, ctimeMs, size, ino } = stat;
  const found = `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
  if (known?.stamp === found) return known;
  const isSettled = Math.max(mtimeMs, ctimeMs) < Date.now() - SAME_TIME_MS;
  const stamp = isSettled ? found : null;
  const isLarge = size > MAX_BYTES;
  const content = contentOf(path, isLarge ? SURELY_READ_FIRST : size);
  if (content === null) return NOTHING;
  const text = asUtf8(content);
  const nul = text.indexOf(0);
  if (nul >= 0 && nul < SURELY_READ_FIRST) return { signature: null, sameByName: true, stamp };
  if (isLarge) return { signature: ALL, sameByName: false, stamp };
  return { signature: signatureOf(text), sameByName: nul < 0, stamp };
}

let room = Buffer.alloc(64 * 1024);

/** @returns the first bytes, which the next call overwrites; null when it cannot be read, by ripgrep neither */
function contentOf(path: string, bytes: number): Buffer | null {
  if (room.length < bytes) room = Buffer.alloc(Math.max(bytes, 2 * room.length));
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    let length = 0;
    for (;;) {
      const read = length === bytes ? 0 : readSync(fd, room, length, bytes - length, null);
      if (read === 0) return room.subarray(0, length);
      length += read;
    }
  } catch {
    return null;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** As ripgrep reads it: a byte order mark of UTF-16 is followed, one of UTF-8 left out. */
function asUtf8(content: Buffer): Buffer {
  const [first, second] = content;
  if (first === 0xff && second === 0xfe) return decoded(content, 'utf-16le');
  if (first === 0xfe && second === 0xff) return decoded(content, 'utf-16be');
  return content;
}

function decoded(content: Buffer, encoding: string): Buffer {
  return Buffer.from(new TextDecoder(encoding).decode(content), 'utf8');
}
