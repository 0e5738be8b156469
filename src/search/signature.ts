import type { NeededTexts } from './needed-texts.ts';

/** Bits of the smallest and of the largest signature; powers of two. */
const [FEWEST_BITS, MOST_BITS] = [256, 1 << 19];
/** Short sequences tell of short texts, long ones leave out more files. */
const [SHORT, LONG] = [3, 5];

/**
 * Which sequences of three and of five bytes a file holds: one bit for each, by its hash. A bit may be set by another
 * sequence with the same hash.
 */
export type Signature = Uint32Array;

/** @returns two to four bits for each byte of the content */
export function signatureOf(content: Uint8Array): Signature {
  let bits = FEWEST_BITS;
  while (bits < 2 * content.length && bits < MOST_BITS) bits *= 2;
  const signature = new Uint32Array(bits / 32);
  const mask = bits - 1;
  let three = ((content[0] ?? 0) << 8) | (content[1] ?? 0);
  // Of the sequences of three that end here, one byte before and two bytes before.
  let [short, before, first] = [0, 0, 0];
  for (let at = 2; at < content.length; at++) {
    three = ((three << 8) | (content[at] as number)) & 0xffffff;
    first = before;
    before = short;
    short = shortHash(three);
    const bit = (short >>> UNUSED) & mask;
    signature[bit >>> 5] = (signature[bit >>> 5] as number) | (1 << (bit & 31));
    if (at < LONG - 1) continue;
    const longBit = (longHash(first, three & 0xffff) >>> UNUSED) & mask;
    signature[longBit >>> 5] = (signature[longBit >>> 5] as number) | (1 << (longBit & 31));
  }
  return signature;
}

/** What a signature must show: of each element one of the hashes. */
type Conditions = readonly Uint32Array[];
/** Conditions of which all of one alternative must be met. */
export type SignatureQuery = readonly Conditions[];

/** @returns null when too little is known to leave a file out */
export function signatureQuery(needed: NeededTexts, ignoreCase: boolean): SignatureQuery | null {
  if (needed === null) return null;
  const alternatives = needed.map((texts) =>
    texts.flatMap((text) => conditionsOf(text, ignoreCase)),
  );
  return alternatives.every((conditions) => conditions.length > 0) ? alternatives : null;
}

function conditionsOf(text: string, ignoreCase: boolean): Uint32Array[] {
  const bytes = Buffer.from(text, 'utf8');
  const conditions: Uint32Array[] = [];
  for (const length of [LONG, SHORT]) {
    for (let start = 0; start + length <= bytes.length; start++) {
      const sequence = bytes.subarray(start, start + length);
      if (!ignoreCase) conditions.push(Uint32Array.of(hashOf(sequence, 0, length)));
      else if (!sequence.some(hasCasesOutsideOfAscii)) {
        conditions.push(Uint32Array.from(inAllCases(sequence), (one) => hashOf(one, 0, length)));
      }
    }
  }
  return conditions;
}

/** Whether a file with this signature may hold what is asked for. In loops: it is asked for each file of a search. */
export function mayHold(signature: Signature, query: SignatureQuery): boolean {
  for (const conditions of query) {
    if (meetsAll(signature, conditions)) return true;
  }
  return false;
}

function meetsAll(signature: Signature, conditions: Conditions): boolean {
  for (let at = 0; at < conditions.length; at++) {
    const hashes = conditions[at] as Uint32Array;
    if (!showsOne(signature, hashes)) return false;
  }
  return true;
}

function showsOne(signature: Signature, hashes: Uint32Array): boolean {
  const mask = signature.length * 32 - 1;
  for (let at = 0; at < hashes.length; at++) {
    const bit = (hashes[at] as number) & mask;
    if (((signature[bit >>> 5] as number) & (1 << (bit & 31))) !== 0) return true;
  }
  return false;
}

function inAllCases(sequence: Uint8Array): Uint8Array[] {
  let all: number[][] = [[]];
  for (const byte of sequence) {
    const lower = byte | 0x20;
    const isLetter = lower >= 97 && lower <= 122;
    const cases = isLetter ? [lower, lower - 32] : [byte];
    all = all.flatMap((start) => cases.map((one) => [...start, one]));
  }
  return all.map((one) => Uint8Array.from(one));
}

const [LOWER_K, LOWER_S] = [107, 115];

/** U+212A is a k and U+017F an s where case does not count; bytes of longer characters may have any other case. */
function hasCasesOutsideOfAscii(byte: number): boolean {
  return byte >= 128 || (byte | 0x20) === LOWER_K || (byte | 0x20) === LOWER_S;
}

function hashOf(bytes: Uint8Array, start: number, length: number): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes.subarray(start, start + length);
  const short = shortHash((a << 16) | (b << 8) | c);
  return (length === SHORT ? short : longHash(short, (d << 8) | e)) >>> UNUSED;
}

/** Low bits of a product say little; the others are as many as the largest signature takes. */
const UNUSED = 13;

function shortHash(three: number): number {
  return Math.imul(three, 0x9e3779b1);
}

function longHash(short: number, rest: number): number {
  return Math.imul((short ^ (short >>> 15)) + rest, 0x85ebca6b);
}
