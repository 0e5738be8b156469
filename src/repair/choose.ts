import type { Candidate } from './edits/edit.ts';
import { byCost } from './edits/enumerate.ts';
import type { Behaviours } from './pool/pool.ts';

/** A candidate that fits the tests, judged beside the others that do. */
export interface Choice {
  readonly candidate: Candidate;
  /** Candidates with the same number give the same results for all inputs tried; -1 when that is not known. */
  readonly cluster: number;
  /** Share of the likelihood of all that fit which candidates of this behaviour hold; from 0 to 1. */
  readonly weight: number;
  /** Share of the inputs for which the function gives what it gave before; null when not known. */
  readonly agreement: number | null;
  /** From 0 to 1: how likely the candidate is right. */
  readonly confidence: number;
}

/** What keeping all of the old behaviour is worth, as a difference of costs. */
const AGREEMENT_WORTH = 1.5;
/** What variants at one place weigh together at most. */
const MOST_ALIKE = 0.9;
/** A patch that keeps less of what its function did changes next to all of it. */
const HARDLY_ANY = 0.1;
/** What the functions had that confidence was learned from. */
const USUAL_EDITS = 10_000;
const USUAL_CHECKS = 5;

/** What the tests say of candidates besides that they fit them. */
export interface Evidence {
  /** How many assertions a candidate has to make hold. */
  readonly checks: number;
  /** Whether a passing test runs the function that a candidate changes, or the failing tests run no other. */
  readonly isVouchedFor: (candidate: Candidate) => boolean;
}

/**
 * Orders the candidates that fit the tests: those whose behaviour has the largest share of the likelihood and keeps
 * most of what the function did before come first; within one behaviour the cheapest.
 *
 */
export function choose(
  plausible: readonly Candidate[],
  behaviours: ReadonlyMap<Candidate, Behaviours>,
  { checks, isVouchedFor }: Evidence,
): Choice[] {
  const clusters = clustersOf(plausible, behaviours);
  const likelihood = (candidate: Candidate) => Math.exp(-candidate.cost);
  const total = plausible.reduce((sum, each) => sum + likelihood(each), 0);
  const weights = new Map<number, number>();
  for (const each of plausible) {
    const cluster = clusters.get(each) ?? -1;
    weights.set(cluster, (weights.get(cluster) ?? 0) + likelihood(each) / total);
  }
  // Where behaviour is not known, edits of one kind at one place are taken to be variants of one thought.
  const shares = new Map<string, number>();
  for (const each of plausible) {
    const place = placeOf(each);
    shares.set(place, (shares.get(place) ?? 0) + likelihood(each) / total);
  }
  const choices = plausible.map((candidate) => {
    const cluster = clusters.get(candidate) ?? -1;
    const own = likelihood(candidate) / total;
    const alike = Math.min(MOST_ALIKE, shares.get(placeOf(candidate)) ?? own);
    const weight = cluster < 0 ? Math.max(own, alike) : (weights.get(cluster) ?? own);
    const agreement = agreementOf(candidate, behaviours.get(candidate));
    return { candidate, cluster, weight, agreement };
  });
  const score = (choice: { weight: number; agreement: number | null }) =>
    Math.log(choice.weight) + AGREEMENT_WORTH * (choice.agreement ?? 0.5);
  return choices
    .sort((a, b) => {
      if (a.cluster >= 0 && a.cluster === b.cluster) return byCost(a.candidate, b.candidate);
      return score(b) - score(a) || byCost(a.candidate, b.candidate);
    })
    .map((choice) => {
      const changesAll = choice.agreement !== null && choice.agreement < HARDLY_ANY;
      // Failing tests may hold because the function that they measure others by has become another.
      const doubt = changesAll && !isVouchedFor(choice.candidate) ? 2 : 0;
      return {
        ...choice,
        confidence: confidenceOf(choice.weight, choice.candidate, checks, doubt),
      };
    });
}

function placeOf({ path, edits }: Candidate): string {
  return [path, ...edits.map(({ start, end, kind }) => `${start}:${end}:${kind}`)].join();
}

function clustersOf(
  plausible: readonly Candidate[],
  behaviours: ReadonlyMap<Candidate, Behaviours>,
): Map<Candidate, number> {
  const keys = new Map<string, number>();
  const found = new Map<Candidate, number>();
  const groups = [...new Set(behaviours.values())];
  for (const candidate of plausible) {
    const own = behaviours.get(candidate);
    const vector = own?.of.get(candidate);
    if (!own || !vector || vector.length === 0) continue;
    const key = `${groups.indexOf(own)}:${vector.join()}`;
    const number = keys.get(key) ?? keys.size;
    keys.set(key, number);
    found.set(candidate, number);
  }
  return found;
}

/** Inputs on which the old function failed or did not end say nothing about what is to be kept. */
function agreementOf(candidate: Candidate, behaviours: Behaviours | undefined): number | null {
  const vector = behaviours?.of.get(candidate);
  if (!behaviours || !vector || vector.length !== behaviours.original.length) return null;
  const asked = behaviours.original.flatMap((before, index) =>
    before.startsWith('!') ? [] : [before === vector[index]],
  );
  return asked.length === 0 ? null : asked.filter(Boolean).length / asked.length;
}

/**
 * A logistic curve through what was right of 124 functions of HumanEvalFix with the examples of their documentation
 * as tests: by the share of the likelihood and by the cost. A long function has more unlikely edits, more tests let
 * fewer wrong ones pass; both are set off against what those functions had. The doubts are set by hand: patches of two
 * edits, and of functions that nothing vouches for, were right less often than this curve says.
 */
function confidenceOf(
  weight: number,
  { cost, edits, among = USUAL_EDITS }: Candidate,
  checks: number,
  doubt: number,
) {
  const share = Math.min(0.99, Math.max(0.02, weight));
  const relative = cost - Math.max(0, Math.log(among / USUAL_EDITS));
  const evidence = Math.min(1.5, Math.max(0, 0.8 * Math.log(checks / USUAL_CHECKS)));
  const doubts = doubt + (edits.length > 1 ? 1 : 0);
  const odds = 2 + 0.55 * Math.log(share / (1 - share)) - 0.26 * relative + evidence - doubts;
  return Math.min(0.99, Math.round(100 / (1 + Math.exp(-odds))) / 100);
}
