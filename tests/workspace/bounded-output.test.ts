import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedOutput, completeLength } from '../../src/workspace/bounded-output.ts';

function collect(limit: number, chunks: readonly Buffer[]) {
  const output = new BoundedOutput(limit);
  for (const chunk of chunks) output.push(chunk);
  return output.finish();
}

const cut = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...chunks, bytes.subarray(at)];
};

describe('output in bounded memory', () => {
  it('is whole as long as it fits, however it arrives', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(20)), (text, sizes) => {
        const bytes = Buffer.from(text);
        const result = collect(Math.max(2, bytes.length * 2), cut(bytes, sizes));
        expect(result).toEqual({ text: bytes.toString('utf8'), omittedBytes: 0 });
      }),
    );
  });

  it('is its start, a line about what is missing, and its end, with no character cut in two', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 200, maxLength: 400 }),
        fc.array(fc.nat(40)),
        fc.integer({ min: 8, max: 150 }),
        (text, sizes, limit) => {
          const bytes = Buffer.from(text);
          const result = collect(limit, cut(bytes, sizes));
          const notice = `\n[${result.omittedBytes} bytes left out here]\n`;
          const [head = '', tail = ''] = result.text.split(notice);
          expect(text.startsWith(head)).toBe(true);
          expect(text.endsWith(tail)).toBe(true);
          const kept = Buffer.byteLength(head) + Buffer.byteLength(tail);
          expect(kept + result.omittedBytes).toBe(bytes.length);
          expect(kept).toBeLessThanOrEqual(limit);
          expect(kept).toBeGreaterThanOrEqual(limit - 8);
        },
      ),
    );
  });

  it('shows bytes that are no UTF-8 by replacement characters, whole or cut', () => {
    expect(collect(100, [Buffer.from([0xff, 0x41, 0xc3])]).text).toBe('\uFFFDA\uFFFD');
    const { text } = collect(10, [Buffer.alloc(100, 0x80)]);
    expect(text).toContain('bytes left out here');
    expect(text).toContain('\uFFFD');
  });

  it('knows where the last character is not yet complete', () => {
    const euro = Buffer.from('€');
    const face = Buffer.from('😀');
    expect(completeLength(Buffer.concat([Buffer.from('a'), euro.subarray(0, 2)]))).toBe(1);
    expect(completeLength(face.subarray(0, 3))).toBe(0);
    expect(completeLength(face)).toBe(4);
    expect(completeLength(Buffer.from([0x80, 0x80, 0x80, 0x80]))).toBe(4);
    expect(completeLength(Buffer.alloc(0))).toBe(0);
  });
});
