/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Characters whose class differs between Python and JavaScript, and such as formats hang on. */
const ODD = [
  ...['\u001c', '\u001f', '\u0085', '\u00a0', '\ufeff', '\u2028', '\u3000', '\u200b', '\v', '\f'],
  ...['\u0663', '\u00b2', '\u00e9', '\u{1f600}', '\u6f22', '\u0301', '_', '\0', '\u0007'],
  ...[' ', '  ', '\t', ' - ', ' ... ', '[', ']', '(', ')', ':', '>', '.', '..', '=', ' ok', '\n'],
];
const WORDS = [
  ...[
    'PASSED ',
    'FAILED ',
    'SKIPPED [2] ',
    'ERROR ',
    'XFAIL ',
    ' PASSED',
    'ok',
    'FAIL: ',
    'ERROR:',
  ],
  ...['✓ ', '✕ ', '✔ ', '1) ', '12 passing', 'PASS ', 'FAIL ', '- passed', 'BUILD SUCCESS'],
];

type Mutation = (lines: string[], random: () => number) => string[];

const pick = <T>(items: readonly T[], random: () => number): T =>
  items[Math.floor(random() * items.length)] as T;

/** Applies `change` to some lines. */
const some =
  (share: number, change: (line: string, random: () => number) => string): Mutation =>
  (lines, random) =>
    lines.map((line) => (random() < share ? change(line, random) : line));

const insert = (line: string, text: string, random: () => number) => {
  const at = Math.floor(random() * (line.length + 1));
  return line.slice(0, at) + text + line.slice(at);
};

const MUTATIONS: readonly Mutation[] = [
  (lines, random) => lines.filter(() => random() > 0.1),
  (lines, random) => lines.flatMap((line) => (random() < 0.1 ? [line, line] : [line])),
  (lines, random) => {
    const start = Math.floor(random() * lines.length);
    const part = lines.splice(start, 12);
    for (let at = part.length - 1; at > 0; at -= 1) {
      const other = Math.floor(random() * (at + 1));
      [part[at], part[other]] = [part[other] as string, part[at] as string];
    }
    lines.splice(start, 0, ...part);
    return lines;
  },
  some(0.1, (line, random) => line.slice(0, Math.floor(random() * line.length))),
  some(0.1, (line, random) => line.slice(Math.floor(random() * line.length))),
  some(0.2, (line, random) => insert(line, `\u001b[${Math.floor(random() * 50)}m`, random)),
  some(0.3, (line) => `\u001b[32m${line}\u001b[39;49m`),
  (lines) => lines.map((line) => `${line}\r`),
  some(0.2, (line) => `${line}\r`),
  some(0.1, (line, random) => insert(line, '\r', random)),
  some(0.2, (line, random) => insert(line, pick(ODD, random), random)),
  some(0.1, (line, random) => insert(line, pick(WORDS, random), random)),
  some(0.1, (line, random) => pick(WORDS, random) + line),
  some(0.1, (line) => `  ${line}`),
  some(0.1, (line) => line.trimStart()),
  (lines, random) => [lines.join('\n').replaceAll('\n', () => (random() < 0.1 ? '' : '\n'))],
];

/** One to three mutations of a part of a log, at most `most` lines of it. */
export function mutate(log: string, random: () => number, most: number): string {
  const all = log.split('\n');
  const start = Math.floor(random() * Math.max(1, all.length - most + 1));
  let lines = all.slice(start, start + most);
  const times = 1 + Math.floor(random() * 3);
  for (let time = 0; time < times; time += 1) lines = pick(MUTATIONS, random)(lines, random);
  return lines.join('\n');
}
