import * as z from 'zod';
import type { Candidate } from '../edits/edit.ts';
import type { SourceFile, SyntaxNode } from '../tree.ts';

/** What a worker found out about a test before any change. Paths are relative to the root, lines count from 1. */
export const LearnedTest = z.object({
  id: z.string(),
  file: z.string(),
  /** `hang`, `died` and others when the worker could not run it. */
  verdict: z.string(),
  seconds: z.number().default(0),
  lines: z.record(z.string(), z.array(z.number())).default({}),
  /** Where it failed, outermost call first. */
  frames: z.array(z.tuple([z.string(), z.number()])).default([]),
  message: z.string().default(''),
  /** Which assertions held, by place and occurrence. */
  checks: z.array(z.tuple([z.string(), z.boolean()])).default([]),
});
export type LearnedTest = z.infer<typeof LearnedTest>;

export const Learned = z.object({
  tests: z.array(LearnedTest),
  /** Lines by file that ran while the tests were loaded. */
  load: z.record(z.string(), z.array(z.number())).default({}),
  /** Assertions go on after one that does not hold. */
  soft: z.boolean().default(false),
});
export type Learned = z.infer<typeof Learned>;

/**
 * How a candidate did. `passed`: all failing tests and the passing ones it was tried on pass; `breaks`: the failing
 * ones pass, a passing one does not; `same`: behaves as one tried before; `invalid`: does not compile.
 */
export interface Verdict {
  readonly kind: string;
  /** Checks that failed before and hold now. */
  readonly improved: number;
  /** Checks that held before and fail now. */
  readonly broken: number;
}

/** The tests that a candidate is tried on, by id. */
export interface Trial {
  readonly failing: readonly string[];
  readonly passing: readonly string[];
  /** How many times the usual limits a candidate gets; default 1. */
  readonly patience?: number;
}

export type TellVerdict = (candidate: Candidate, verdict: Verdict) => void;

/** Runs candidates somewhere. Several batches may be asked for at once; they share the slots. */
export interface CandidatePool {
  readonly tests: readonly LearnedTest[];
  /** How many batches run side by side. */
  readonly slots: number;
  /** Candidates of the smallest batch; where each takes long, 1. */
  readonly leastBatch?: number;
  /** Files whose tests judge what fits, where it is not those of the failing tests; none: all tests. */
  readonly judgedBy?: readonly string[];
  /** Announces which functions candidates will change, before the first of them. */
  expect(regions: readonly { readonly source: SourceFile; readonly node: SyntaxNode }[]): void;
  /** Runs the candidates in order; resolves when all are told or the signal aborts. */
  run(
    candidates: readonly Candidate[],
    trial: Trial,
    told: TellVerdict,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Calls a function as the tests do and in ways like that, as it stands and with each candidate. The candidates
   * must be of one function.
   *
   * @returns null where that cannot be done
   */
  behave(
    source: SourceFile,
    candidates: readonly Candidate[],
    trial: Trial,
    signal: AbortSignal,
  ): Promise<Behaviours | null>;
  close(): Promise<void>;
}

/** What came of each call, as a short text: equal texts mean equal results; `!` stands before what was thrown. */
export interface Behaviours {
  readonly original: readonly string[];
  readonly of: ReadonlyMap<Candidate, readonly string[]>;
}

/** Gathers what a worker tells of behaviours; number 0 is the function as it stands. */
export async function collect(
  candidates: readonly Candidate[],
  run: (told: (id: number, vector: readonly string[]) => void) => Promise<void>,
): Promise<Behaviours | null> {
  const found = new Map<Candidate, readonly string[]>();
  let original: readonly string[] = [];
  await run((id, vector) => {
    const candidate = candidates[id - 1];
    if (id === 0) original = vector;
    else if (candidate) found.set(candidate, vector);
  });
  return original.length > 0 ? { original, of: found } : null;
}

/** Failing tests of more seconds end at the first assertion that is no better than before. */
const LONG_SECONDS = 0.004;

export function isLong(tests: readonly LearnedTest[], { failing }: Trial): boolean {
  const ids = new Set(failing);
  const seconds = tests
    .filter(({ id }) => ids.has(id))
    .reduce((sum, each) => sum + each.seconds, 0);
  return seconds > LONG_SECONDS;
}

/** Seconds that a test without end counts for. */
const ENDLESS_SECONDS = 0.003;

/** Ids of the tests that came to no end. */
export function endless(tests: readonly LearnedTest[]): string[] {
  return tests.filter(({ verdict }) => verdict === 'hang').map(({ id }) => id);
}

/** Seconds of all tests; one without end would make every limit meaningless and counts little. */
export function secondsOf(tests: readonly LearnedTest[]): number {
  return tests
    .map(({ verdict, seconds }) => (verdict === 'hang' ? ENDLESS_SECONDS : seconds))
    .reduce((sum, each) => sum + each, 0);
}
