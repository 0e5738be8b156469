import { extname } from 'node:path';

/** First bytes of formats one meets in repositories. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['7f454c46', 'ELF program or library'],
  ['504b0304', 'ZIP archive (also jar, wheel, docx)'],
  ['1f8b', 'gzip data'],
  ['425a68', 'bzip2 data'],
  ['fd377a585a00', 'xz data'],
  ['28b52ffd', 'zstd data'],
  ['25504446', 'PDF document'],
  ['53514c69746520666f726d6174203300', 'SQLite database'],
  ['cafebabe', 'Java class'],
  ['0061736d', 'WebAssembly module'],
  ['4d5a', 'Windows program'],
  ['774f4646', 'WOFF font'],
  ['774f4632', 'WOFF2 font'],
  ['00010000', 'TrueType font'],
];

/** @returns one line on a file that is no text: what it is and how large */
export async function describeBinary(path: string, bytes: Buffer): Promise<string> {
  const size = sizeText(bytes.length);
  const image = await imageOf(bytes);
  if (image) return `[${path}: image, ${image}, ${size}. Its content is not shown.]`;
  const head = bytes.subarray(0, 16).toString('hex');
  const known = SIGNATURES.find(([signature]) => head.startsWith(signature))?.[1];
  const kind = known ?? (extname(path) ? `binary file (${extname(path)})` : 'binary file');
  return `[${path}: ${kind}, ${size}. Its content is not shown; use a program that reads this format through \`bash\`.]`;
}

/** @returns a number of bytes for people */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

async function imageOf(bytes: Buffer): Promise<string | null> {
  const { imageSize } = await import('image-size');
  try {
    const { type, width, height } = imageSize(bytes);
    return type ? `${type.toUpperCase()} of ${width} x ${height} pixels` : null;
  } catch {
    return null;
  }
}
