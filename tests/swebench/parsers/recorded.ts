import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { LogFormatError } from '../../../src/swebench/parsers/parser.ts';
import { PARSERS } from '../../../src/swebench/parsers/registry.ts';
import { CASES, type ParserCase, readLog } from './cases.ts';
import { mutate, randomFrom } from './mutate.ts';

/** A status map as pairs in their order, or `raises` where the official parser raises. */
export type ParsedMap = readonly (readonly [string, string])[] | 'raises';

/** What the official package made of our own logs: a line of `recorded.jsonl`, which the differential test writes. */
export interface Recorded {
  readonly parser: string;
  readonly instanceId: string;
  readonly version: string;
  readonly log: string;
  readonly map: ParsedMap;
  /** SHA-256 of the maps of as many mutated logs, in the order of {@link mutationsOf}. */
  readonly mutations: readonly string[];
}

export interface ParseRequest extends Omit<ParserCase, 'log'> {
  readonly text: string;
}

export function parse({ parser, text, instanceId, version }: ParseRequest): ParsedMap {
  const statuses = new Map<string, string>();
  try {
    PARSERS.get(parser)?.(text, (test, status) => statuses.set(test, status), {
      instanceId,
      version,
    });
  } catch (error) {
    if (error instanceof LogFormatError) return 'raises';
    throw error;
  }
  return [...statuses];
}

export function digest(map: ParsedMap): string {
  return createHash('sha256').update(JSON.stringify(map)).digest('hex').slice(0, 16);
}

export function readRecorded(): Recorded[] {
  const text = readFileSync(new URL('recorded.jsonl', import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const MUTATIONS = 12;

/** The same mutated logs at every call. */
export function mutationsOf({ log }: Pick<ParserCase, 'log'>): string[] {
  const random = randomFrom([...log].reduce((sum, char) => sum * 31 + char.charCodeAt(0), 7));
  return Array.from({ length: MUTATIONS }, () => mutate(readLog(log), random, 1_000));
}

export { CASES, readLog };
