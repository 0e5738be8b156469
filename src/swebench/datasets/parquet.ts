import { open } from 'node:fs/promises';
import { messageOf, UsageError } from '../../errors.ts';

/** Uncompressed bytes that are decoded at a time; a larger row group is read in parts. */
const MOST_BYTES = 128 * 1024 * 1024;

/**
 * The rows of a Parquet file, one row group after the other, so that memory is bounded by a group and not by the file.
 *
 * @param columns the columns to read, of those that the file has
 * @throws {UsageError} when the file cannot be read
 */
export async function* readParquet(
  path: string,
  columns: ReadonlySet<string>,
): AsyncGenerator<Record<string, unknown>> {
  const [{ parquetMetadataAsync, parquetReadObjects, parquetSchema }, { compressors }] =
    await Promise.all([import('hyparquet'), import('hyparquet-compressors')]);
  const failed = (error: unknown) =>
    new UsageError(`${path} cannot be read as Parquet (${messageOf(error)})`, { cause: error });
  const handle = await open(path).catch((error: unknown) => Promise.reject(failed(error)));
  try {
    const { size } = await handle.stat();
    const file = {
      byteLength: size,
      async slice(start: number, end = size): Promise<ArrayBuffer> {
        const bytes = new Uint8Array(end - start);
        for (let at = 0; at < bytes.length; ) {
          const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
          if (bytesRead === 0) throw new Error('the file ends early');
          at += bytesRead;
        }
        return bytes.buffer;
      },
    };
    const metadata = await parquetMetadataAsync(file);
    const wanted = parquetSchema(metadata)
      .children.map(({ element }) => element.name)
      .filter((name) => columns.has(name));
    let groupStart = 0;
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      const parts = Math.max(1, Math.ceil(Number(group.total_byte_size) / MOST_BYTES));
      const step = Math.max(1, Math.ceil(rows / parts));
      for (let start = 0; start < rows; start += step) {
        const rowStart = groupStart + start;
        const rowEnd = groupStart + Math.min(start + step, rows);
        const options = { file, metadata, compressors, columns: wanted, rowStart, rowEnd };
        for (const row of await parquetReadObjects({ ...options, useOffsetIndex: true })) {
          yield plainNumbers(row) as Record<string, unknown>;
        }
      }
      groupStart += rows;
    }
  } catch (error) {
    throw error instanceof UsageError ? error : failed(error);
  } finally {
    await handle.close();
  }
}

/** Integers of 64 bits arrive as BigInt, which JSON and zod's numbers do not take. */
function plainNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainNumbers(item)]));
}
