import { isAscii } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';

/** Used again for every file: allocating anew for each costs more than reading. */
let buffer = Buffer.allocUnsafe(1024 * 1024);

/**
 * The text of a file, invalid UTF-8 shown with U+FFFD. Synchronous and in three system calls: grading many small logs
 * is bound by them.
 *
 * @throws what `open` and `read` throw
 */
export function readTextSync(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    let length = 0;
    for (;;) {
      const room = buffer.length - length;
      const count = readSync(descriptor, buffer, length, room, null);
      length += count;
      // Less than there was room for: a regular file has ended.
      if (count < room) return decode(buffer.subarray(0, length));
      buffer = Buffer.concat([buffer], buffer.length * 2);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Most logs are ASCII, which is copied and not decoded. */
function decode(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}
