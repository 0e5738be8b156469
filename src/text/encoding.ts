import { ToolError } from '../errors.ts';

export type Encoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be' | 'latin-1';

/** A text file as characters, with what is needed to write the same bytes again. */
export interface DecodedText {
  /** Without byte order mark. */
  readonly text: string;
  readonly encoding: Encoding;
}

const SNIFFED_BYTES = 8192;
const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Finds the encoding of a file: byte order mark, UTF-8, else Latin-1, which maps every byte to one character and
 * so loses nothing. `encodeText` of the answer gives the same bytes.
 *
 * @returns null for binary content
 */
export function decodeText(bytes: Buffer): DecodedText | null {
  if (bytes.subarray(0, 3).equals(UTF8_BOM)) {
    const text = decodeUtf8(bytes.subarray(3));
    if (text !== null) return { text, encoding: 'utf-8-bom' };
  }
  const evenLength = bytes.length % 2 === 0;
  if (evenLength && bytes[0] === 0xff && bytes[1] === 0xfe) {
    return { text: bytes.subarray(2).toString('utf16le'), encoding: 'utf-16le' };
  }
  if (evenLength && bytes[0] === 0xfe && bytes[1] === 0xff) {
    return { text: swapped(bytes.subarray(2)).toString('utf16le'), encoding: 'utf-16be' };
  }
  if (looksBinary(bytes)) return null;
  const text = decodeUtf8(bytes);
  return text !== null
    ? { text, encoding: 'utf-8' }
    : { text: bytes.toString('latin1'), encoding: 'latin-1' };
}

/**
 * The bytes of a text in the encoding its file has.
 *
 * @throws {ToolError} when a character has no place in Latin-1
 */
export function encodeText(text: string, encoding: Encoding): Buffer {
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text, 'utf8');
    case 'utf-8-bom':
      return Buffer.concat([UTF8_BOM, Buffer.from(text, 'utf8')]);
    case 'utf-16le':
      return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    case 'utf-16be':
      return Buffer.concat([Buffer.from([0xfe, 0xff]), swapped(Buffer.from(text, 'utf16le'))]);
    case 'latin-1':
      return encodeLatin1(text);
  }
}

function decodeUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function encodeLatin1(text: string): Buffer {
  const stranger = /[\u0100-\u{10ffff}]/u.exec(text);
  if (stranger) {
    throw new ToolError(
      `This file is encoded in Latin-1, which has no ${JSON.stringify(stranger[0])}. Use characters up to U+00FF, or an escape sequence of the language.`,
    );
  }
  return Buffer.from(text, 'latin1');
}

/** Text has no NUL and hardly any control characters. */
function looksBinary(bytes: Buffer): boolean {
  const head = bytes.subarray(0, SNIFFED_BYTES);
  let controls = 0;
  for (const byte of head) {
    if (byte === 0) return true;
    if (byte < 0x20 && !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b) controls++;
  }
  return controls > head.length * 0.05 || bytes.includes(0);
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap16();
}
