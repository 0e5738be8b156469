/** A value of the header: GGUF types are told apart by what is needed here. */
export type GgufValue =
  | { readonly u32: number }
  | { readonly f32: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly strings: readonly string[] }
  | { readonly f32s: readonly number[] }
  | { readonly i32s: readonly number[] };

/** A tensor of 32-bit floats; `dims` has the fastest dimension first, as the format wants it. */
export interface GgufTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

const ALIGNMENT = 32;
const TYPE = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

/** @returns the bytes of a GGUF file, version 3 */
export function encodeGguf(
  values: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Buffer {
  const parts = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(Object.keys(values).length)];
  for (const [key, value] of Object.entries(values)) parts.push(text(key), ...valueParts(value));
  let offset = 0;
  for (const { name, dims, data } of tensors) {
    parts.push(text(name), u32(dims.length), ...dims.map(u64), u32(0), u64(offset));
    offset += aligned(data.byteLength);
  }
  const head = Buffer.concat(parts);
  const bodies = tensors.map(({ data }) =>
    padded(Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
  return Buffer.concat([padded(head), ...bodies]);
}

function aligned(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function valueParts(value: GgufValue): Buffer[] {
  const list = (type: number, items: readonly Buffer[]) => [
    u32(TYPE.array),
    u32(type),
    u64(items.length),
    ...items,
  ];
  if ('u32' in value) return [u32(TYPE.u32), u32(value.u32)];
  if ('f32' in value) return [u32(TYPE.f32), f32(value.f32)];
  if ('bool' in value) return [u32(TYPE.bool), Buffer.from([value.bool ? 1 : 0])];
  if ('string' in value) return [u32(TYPE.string), text(value.string)];
  if ('strings' in value) return list(TYPE.string, value.strings.map(text));
  if ('f32s' in value) return list(TYPE.f32, value.f32s.map(f32));
  return list(TYPE.i32, value.i32s.map(i32));
}
