import type { Instance } from '../instance.ts';
import { patchedPaths } from '../patched-paths.ts';
import { type HardenedVerdict, hardenedResult, hardenedVerdict } from './hardened.ts';
import type { InfrastructureFailure } from './infrastructure.ts';
import { TEST_PATH } from './test-path.ts';

/** What is worth knowing about one verdict and never changes it; one line of `findings.jsonl`. */
export interface Findings {
  readonly instance_id: string;
  readonly resolved: boolean;
  readonly hardened: HardenedVerdict;
  /** Test files that the patch edits; null where the patch is not known. */
  readonly tests_edited: readonly string[] | null;
  readonly infrastructure: InfrastructureFailure | null;
  /** Expected tests whose status differed between runs of the same patch; null where they were run once. */
  readonly flaky: readonly string[] | null;
}

/** Paths of a patch that are tests by their name, or that the hidden tests also change. */
export function editedTests(patch: string, testPatch: string): string[] {
  const hidden = new Set(patchedPaths(testPatch));
  return patchedPaths(patch).filter((path) => hidden.has(path) || TEST_PATH.test(path));
}

export interface Evidence {
  readonly instance: Instance;
  readonly log: string;
  /** Null where it is not known. */
  readonly patch: string | null;
  /** The compatible verdict. */
  readonly resolved: boolean;
  readonly failure: InfrastructureFailure | undefined;
}

/** @throws {LogFormatError} for a log that its parser fails on */
export function findingsOf({ instance, log, patch, resolved, failure }: Evidence): Findings {
  return {
    instance_id: instance.id,
    resolved,
    hardened: resolved
      ? hardenedVerdict(log, instance, patch)
      : hardenedResult(['the official verdict is unresolved']),
    tests_edited: patch === null ? null : editedTests(patch, instance.testPatch),
    infrastructure: failure ?? null,
    flaky: null,
  };
}
