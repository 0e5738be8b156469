/**
 * Keeps the first and the last part of a stream of bytes in bounded memory.
 *
 * Invariant: `head` holds at most `limit / 2` bytes, `tail` at most `limit / 2` plus one chunk.
 */
export class BoundedOutput {
  private readonly head: Buffer[] = [];
  private headBytes = 0;
  private readonly tail: Buffer[] = [];
  private tailBytes = 0;
  private readonly half: number;
  /** Bytes seen in all. */
  total = 0;

  constructor(limit: number) {
    this.half = Math.max(1, Math.floor(limit / 2));
  }

  push(chunk: Buffer): void {
    this.total += chunk.length;
    let rest = chunk;
    const room = this.half - this.headBytes;
    if (room > 0) {
      const taken = rest.subarray(0, room);
      this.head.push(taken);
      this.headBytes += taken.length;
      rest = rest.subarray(taken.length);
    }
    if (rest.length === 0) return;
    this.tail.push(rest);
    this.tailBytes += rest.length;
    for (let first = this.tail[0]; first; first = this.tail[0]) {
      if (this.tailBytes - first.length < this.half) return;
      this.tail.shift();
      this.tailBytes -= first.length;
    }
  }

  /**
   * @returns the text, invalid UTF-8 shown with U+FFFD; where bytes were left out, a line in its middle says how
   *   many. No character is cut in two.
   */
  finish(): { text: string; omittedBytes: number } {
    const head = Buffer.concat(this.head);
    const tail = Buffer.concat(this.tail);
    if (this.total === head.length + tail.length && tail.length <= this.half) {
      return { text: Buffer.concat([head, tail]).toString('utf8'), omittedBytes: 0 };
    }
    const start = head.subarray(0, completeLength(head));
    const end = tail.subarray(tail.length - Math.min(this.half, tail.length));
    const kept = end.subarray(continuationBytes(end));
    const omittedBytes = this.total - start.length - kept.length;
    const notice = `\n[${omittedBytes} bytes left out here]\n`;
    return { text: start.toString('utf8') + notice + kept.toString('utf8'), omittedBytes };
  }
}

/** @returns how many bytes of `bytes` end on a character's border; an unfinished UTF-8 sequence is at most 3 bytes */
export function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function continuationBytes(bytes: Buffer): number {
  let count = 0;
  while (count < Math.min(3, bytes.length) && ((bytes[count] ?? 0) & 0xc0) === 0x80) count += 1;
  return count;
}
