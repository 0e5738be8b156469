import type { LearnedTest } from '../pool/pool.ts';

/** How suspicious one line is. */
export interface SuspiciousLine {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** Ochiai of the coverage, raised by frames of failures; from 0 to 1. */
  readonly score: number;
  /** Failing and passing tests that run the line. */
  readonly failing: number;
  readonly passing: number;
}

/** What the last frames of a failure add to a line's score. */
const FRAME_WEIGHT = 0.3;

/**
 * Ranks lines by Ochiai (failing runs of a line over the root of all failing times all runs of it; Abreu et al. 2007)
 * and by the frames of the failures, the last frame most.
 *
 * @param failing ids of the failing tests
 */
export function rankLines(
  tests: readonly LearnedTest[],
  failing: ReadonlySet<string>,
  isCandidate: (path: string) => boolean,
): SuspiciousLine[] {
  const counts = new Map<
    string,
    { path: string; line: number; failing: number; passing: number }
  >();
  let failingTests = 0;
  for (const test of tests) {
    const fails = failing.has(test.id);
    if (fails) failingTests += 1;
    else if (test.verdict !== 'passed') continue;
    for (const [path, lines] of Object.entries(test.lines)) {
      if (!isCandidate(path)) continue;
      for (const line of lines) {
        const key = `${path}:${line}`;
        const known = counts.get(key) ?? { path, line, failing: 0, passing: 0 };
        if (fails) known.failing += 1;
        else known.passing += 1;
        counts.set(key, known);
      }
    }
  }
  const frames = frameScores(tests, failing);
  return [...counts.entries()]
    .filter(([, count]) => count.failing > 0)
    .map(([key, { path, line, failing: hit, passing }]) => {
      const ochiai = hit / Math.sqrt(Math.max(1, failingTests) * (hit + passing));
      const framed = frames.get(key) ?? 0;
      const score = ochiai * (1 - FRAME_WEIGHT) + FRAME_WEIGHT * framed;
      return { path, line, score, failing: hit, passing };
    })
    .sort((a, b) => b.score - a.score || compareText(a.path, b.path) || a.line - b.line);
}

/** 1 for the last frame in the repository's own code, less for each one further out. */
function frameScores(
  tests: readonly LearnedTest[],
  failing: ReadonlySet<string>,
): Map<string, number> {
  const scores = new Map<string, number>();
  for (const test of tests) {
    if (!failing.has(test.id)) continue;
    [...test.frames].reverse().forEach(([path, line], depth) => {
      const key = `${path}:${line}`;
      scores.set(key, Math.max(scores.get(key) ?? 0, 1 / (1 + depth)));
    });
  }
  return scores;
}

/** Places of the repository in the text of a trace. */
export function framesOf(trace: string): [string, number][] {
  return [...trace.matchAll(/([\w./-]+\.[a-z]{1,4}):(\d+)/g)].map((match) => [
    (match[1] ?? '').replace(/^\.\//, ''),
    Number(match[2]),
  ]);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const NOTHING_THERE =
  /Cannot (?:read|set) propert(?:y|ies)|of (?:null|undefined)\b|(?:null|undefined) is not|is not iterable|NoneType|is None\b|Cannot convert undefined|nil pointer dereference|index out of range \[|NullPointerException|IndexOutOfBoundsException/;

/** The lines in which failing tests ended because something was null, undefined, None or empty: rows from 0, by file. */
export function crashRows(
  tests: readonly LearnedTest[],
  failing: ReadonlySet<string>,
): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  for (const test of tests) {
    const last = test.frames.at(-1);
    if (!failing.has(test.id) || !last || !NOTHING_THERE.test(test.message)) continue;
    const [path, line] = last;
    const rows = found.get(path) ?? new Set<number>();
    rows.add(line - 1);
    found.set(path, rows);
  }
  return found;
}
