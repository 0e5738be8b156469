import { LogFormatError, type LogParser, lineCounter, type RecordResult } from './parser.ts';
import {
  after,
  before,
  beforeLast,
  eachLine,
  isSpaceAt,
  strip,
  stripped,
  words,
} from './python-text.ts';
import { ERROR, FAILED, PASSED, SKIPPED } from './status.ts';

const VERSION_TEST = '--version is equivalent to version';
const PASS_SUFFIXES = [' ... ok', ' ... OK', ' ...  OK'];
/** A migration's message on the line of the test that ran it (django-7188). */
const MIGRATION = 'Applying sites.0002_alter_domain_unique...test_no_migrations';

/**
 * Messages of several lines that come between a test's name and its `ok`: how they start, and where the whole of it
 * ends, seen from behind that start.
 */
const INTERRUPTIONS: readonly {
  readonly start: string;
  readonly endOf: (log: string, from: number) => number | undefined;
}[] = [
  {
    start: 'Testing against Django installed in ',
    endOf(log, from) {
      const end = ' silenced).\nok';
      for (let at = log.indexOf(end, from); at !== -1; at = log.indexOf(end, at + 1)) {
        if (isLineEnd(log, at + end.length)) return at + end.length;
      }
      return undefined;
    },
  },
  {
    start: 'Internal Server Error: /',
    endOf(log, from) {
      const at = log.indexOf('\n', from);
      return log[at - 1] === '/' && at > from ? okAfter(log, at) : undefined;
    },
  },
  {
    start: 'System check identified no issues (0 silenced)',
    endOf: (log, from) => (log[from] === '\n' ? okAfter(log, from) : undefined),
  },
];

function isLineEnd(log: string, at: number): boolean {
  return at === log.length || log[at] === '\n';
}

/** The end of a line `ok` that follows a line break. */
function okAfter(log: string, lineBreak: number): number | undefined {
  const end = lineBreak + '\nok'.length;
  return log.startsWith('\nok', lineBreak) && isLineEnd(log, end) ? end : undefined;
}

/** Tests whose `ok` comes after such a message: `test ... message`, then `ok` on a line of its own. */
function recordInterrupted(log: string, record: RecordResult): void {
  for (const { start, endOf } of INTERRUPTIONS) {
    const lineAt = lineCounter(log);
    let done = 0;
    for (let at = log.indexOf(start); at !== -1; at = log.indexOf(start, at + 1)) {
      const [space, dots] = [at - 5, at - 4];
      const isNamed =
        log.startsWith('...', dots) && isSpaceAt(log, at - 1) && isSpaceAt(log, space);
      if (space < done || !isNamed) continue;
      const lineStart = space === 0 ? 0 : log.lastIndexOf('\n', space - 1) + 1;
      const end = lineStart < done ? undefined : endOf(log, at + start.length);
      if (end === undefined) continue;
      record(log.slice(lineStart, space), PASSED, lineAt(lineStart));
      done = end;
    }
  }
}

/** Django's own runner, `test (module) ... ok`. */
export const parseDjango: LogParser = (log, record) => {
  let previous: string | undefined;
  const namesVersion = log.includes(VERSION_TEST);
  let nextDots = log.indexOf(' ... ');
  eachLine(log, (rawStart, rawEnd, at) => {
    while (nextDots !== -1 && nextDots < rawStart) nextDots = log.indexOf(' ... ', nextDots + 1);
    const mayHaveDots = nextDots !== -1 && nextDots < rawEnd;
    const [start, end] = stripped(log, rawStart, rawEnd);
    if (namesVersion && log.slice(start, end).includes(VERSION_TEST)) {
      record(VERSION_TEST, PASSED, at);
    }
    // Without dots only the start of a line can say something.
    const first = log.charCodeAt(start);
    if (!mayHaveDots && first !== 0x46 && first !== 0x45 && first !== 0x6f) return;
    previous = readLine(log.slice(start, end), at, previous, record);
  });
  recordInterrupted(log, record);
};

/** @returns the test that was named last, on this line or before */
function readLine(
  text: string,
  at: number,
  previous: string | undefined,
  record: RecordResult,
): string | undefined {
  let line = text;
  const dots = line.indexOf(' ... ');
  const named = dots === -1 ? previous : line.slice(0, dots);
  const last = line.charCodeAt(line.length - 1);
  // They all end in a `k`, large or small; most lines do not.
  const suffix =
    last === 0x6b || last === 0x4b
      ? PASS_SUFFIXES.find((candidate) => line.endsWith(candidate))
      : undefined;
  if (suffix !== undefined) {
    if (line.startsWith(MIGRATION)) line = strip(after(line, '...'));
    record(beforeLast(line, suffix), PASSED, at);
  }
  if (dots !== -1) {
    if (line.includes(' ... skipped')) record(before(line, ' ... skipped'), SKIPPED, at);
    if (line.endsWith(' ... FAIL')) record(before(line, ' ... FAIL'), FAILED, at);
  }
  if (line.startsWith('FAIL:')) record(secondWord(line), FAILED, at);
  if (dots !== -1 && line.endsWith(' ... ERROR')) record(before(line, ' ... ERROR'), ERROR, at);
  if (line.startsWith('ERROR:')) record(secondWord(line), ERROR, at);
  if (named !== undefined && line.startsWith('ok')) record(named, PASSED, at);
  return named;
}

function secondWord(line: string): string {
  const [, word] = words(line, 2);
  if (word === undefined)
    throw new LogFormatError(`no test is named after ${JSON.stringify(line)}`);
  return word;
}
