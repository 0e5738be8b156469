import * as z from 'zod';

/** A candidate patch that passed the project's own command. Lines count from 1, both ends included. */
export const RankedPatch = z.object({
  path: z.string(),
  startLine: z.number(),
  endLine: z.number(),
  /** Whole lines as they stand and as they become, with `\n` between them. */
  oldText: z.string(),
  newText: z.string(),
  kind: z.string(),
  function: z.string(),
  cost: z.number(),
  /** From 0 to 1: how likely the patch is right and not only fits the tests. */
  confidence: z.number(),
  /** Patches with the same number gave the same results for all inputs tried. */
  cluster: z.number().optional(),
  /** Share of the inputs tried for which the function gives what it gave before. */
  agreement: z.number().optional(),
  /** Share of the likelihood of all that fit the tests which its behaviour holds; from 0 to 1. */
  share: z.number().optional(),
  /** The patch as `git diff` prints it. */
  diff: z.string().default(''),
});
export type RankedPatch = z.infer<typeof RankedPatch>;

export const SuspiciousRow = z.object({
  path: z.string(),
  line: z.number(),
  function: z.string(),
  score: z.number(),
  failing: z.number(),
  passing: z.number(),
});
export type SuspiciousRow = z.infer<typeof SuspiciousRow>;

/** The machine-readable part of the `repair` tool's answer. */
export const RepairData = z.object({
  suspicious: z.array(SuspiciousRow),
  patches: z.array(RankedPatch),
  tried: z.number(),
  perSecond: z.number(),
  seconds: z.number(),
  /** How many candidates ended how. */
  counts: z.record(z.string(), z.number()),
  /** So many examples of the issue and the documentation served as temporary tests, as no test fails. */
  examples: z.number().optional(),
  /** Why there is no patch, one sentence; absent when there is one. */
  reason: z.string().optional(),
});
export type RepairData = z.infer<typeof RepairData>;
