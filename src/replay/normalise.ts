import { stripVTControlCharacters } from 'node:util';
import { type Roots, replacePath } from './roots.ts';

/** What differs from one run to the next without meaning, and the word that stands for it. Order counts. */
const NOISE: readonly (readonly [RegExp, string])[] = [
  [/(\/tmp\/patchwright-\d+-\w+|\/run\/patchwright|<scratch>)(\/[\w.-]+)*/g, '<scratch>'],
  [/\boutput-\d+-[0-9a-f]{4}\.txt\b/g, '<output file>'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?/g, '<time>'],
  [
    /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d( [A-Z]{3,4})? \d{4}\b/g,
    '<time>',
  ],
  [/\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} +(\d\d:\d\d|\d{4})\b/g, '<time>'],
  [/\b\d{4}-\d\d-\d\d\b/g, '<time>'],
  [/\b\d{1,2}:\d\d:\d\d(\.\d+)?\b/g, '<time>'],
  [/\b((?:real|user|sys)\s+)\d+m\d+(\.\d+)?s\b/g, '$1<duration>'],
  [/\b\d+(\.\d+)?(e-\d+)? ?(ns|µs|us|ms|s|secs?|seconds?|min|minutes?)\b/g, '<duration>'],
  [/(?<=duration_ms:? )\d+(\.\d+)?/g, '<duration>'],
  [/\b0x[0-9a-f]{6,}\b/gi, '<address>'],
  [/\b(pid|PID|process)([ =:]+)\d+/g, '$1$2<pid>'],
  [/^\[(\d+)\] \d+$/gm, '[$1] <pid>'],
  // A search with a time limit gets as far as the machine lets it.
  [/^Tried \d+ candidates in \S+ \(\d+ a second\)/gm, 'Tried <count> candidates'],
  [/(127\.0\.0\.1|localhost|\[::1\]):\d{4,5}\b/g, '$1:<port>'],
  [/\/(?:var\/)?tmp\/[\w.-]+/g, '<temporary>'],
];

/** A line of `ls -l`: rights, links, owner, group, size, time, name. Sizes of folders depend on the file system. */
const LONG_LISTING =
  /^([bcdlps-][rwxsStT-]{9})[.+@]? +\d+ +\S+ +\S+ +(\d+(?:, +\d+)?) +<time> +(.+)$/gm;

/**
 * Takes out of an output what differs from run to run: terminal sequences, roots, times, durations, addresses,
 * process ids, ports, temporary names, owners of files, spaces at line ends.
 *
 * @param roots of the run that the text comes from
 */
export function normaliseOutput(text: string, roots: Roots): string {
  let result = stripVTControlCharacters(text).replaceAll('\r\n', '\n');
  result = replacePath(result, roots.scratch, '<scratch>');
  result = replacePath(result, roots.root, '<root>');
  for (const [pattern, word] of NOISE) result = result.replace(pattern, word);
  result = result
    .replace(LONG_LISTING, (_, rights: string, size: string, name: string) =>
      [rights, rights.startsWith('-') ? size : '<size>', name].join(' '),
    )
    .replace(/^total \d+$/gm, 'total <size>');
  return result.replace(/[ \t]+$/gm, '').replace(/\n+$/, '');
}

/** The names that `ls` prints, however many stand in a row. */
export function listedNames(text: string): string {
  return text
    .split(/[\t\n]+| {2,}|(?<=[\w/@*|=]) (?=\S)/)
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .sort()
    .join('\n');
}
