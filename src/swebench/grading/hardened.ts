import type { GradedInstance } from '../instance.ts';
import { ERROR, FAILED } from '../parsers/status.ts';
import { patchedPaths } from '../patched-paths.ts';
import { findMarkers } from './find-markers.ts';
import { END_TEST_OUTPUT, normalizeLineEnds, START_TEST_OUTPUT } from './markers.ts';
import { reachesRunner } from './reaches.ts';
import { contextOf, EXIT_CODE_PARSER, exitCodeStatus, hasFailure, parserOf } from './read-log.ts';
import { endOfRunDoubt } from './run-end.ts';
import { suiteRan } from './suite-ran.ts';
import { gradeTests, resolution } from './verdict.ts';

/** A stricter verdict beside the score: what a log forged by the patch does not get. */
export interface HardenedVerdict {
  /** Only when nothing speaks against it and it can be known. */
  readonly resolved: boolean;
  /** `unknown`: nothing was found wrong, but the patch could have made it look so. */
  readonly verdict: 'resolved' | 'unresolved' | 'unknown';
  /** Why the official verdict is not believed, a sentence each; empty when it is. */
  readonly reasons: readonly string[];
}

/** @param unknown why it cannot be known, where nothing is found wrong */
export function hardenedResult(
  wrong: readonly string[],
  unknown: readonly string[] = [],
): HardenedVerdict {
  const verdict = wrong.length > 0 ? 'unresolved' : unknown.length > 0 ? 'unknown' : 'resolved';
  return { resolved: verdict === 'resolved', verdict, reasons: [...wrong, ...unknown] };
}

/** Files that decide what is run and what is reported, wherever they stand. */
const MACHINERY =
  /^(_pytest|pytest|unittest)(\/|\.py$)|(^|\/)(conftest\.py|\.?pytest\.(ini|toml)|jasmine\.json|sitecustomize\.py|usercustomize\.py|[^/]+\.pth|\.mocharc[^/]*|(jest|vitest|karma)\.(config|conf)[^/]*)$/;

/** Paths of a patch that can rewrite the outcome of tests. */
export function editedMachinery(paths: readonly string[]): string[] {
  return paths.filter((path) => MACHINERY.test(path));
}

/** Paths that `git status`, which evaluation scripts run first, shows as changed or new. */
function changedPaths(log: string): string[] {
  const preamble = log.slice(0, Math.max(0, log.indexOf(START_TEST_OUTPUT)));
  const status = /^\++ git status\n([\s\S]*?)^\++ /m.exec(preamble)?.[1] ?? '';
  return [...status.matchAll(/^\t(?:modified: +|new file: +|deleted: +)?([^\n]+)$/gm)].map(
    ([, path = '']) => path,
  );
}

/**
 * Judges a log that the official grader takes as resolved again, not believing what the tests themselves could have
 * printed: every marker stands once, only the last exit code counts, and a test that failed once has failed.
 *
 * What a patch does inside of the test runner leaves no trace in a log; a patch that edits the runner's own files is
 * therefore not believed before they were put back and the tests run again.
 *
 * @param patch null where it is not known; the log's own `git status` is looked at besides
 */
export function hardenedVerdict(
  text: string,
  instance: GradedInstance,
  patch: string | null,
): HardenedVerdict {
  const log = normalizeLineEnds(text);
  const reasons: string[] = [];
  for (const marker of [START_TEST_OUTPUT, END_TEST_OUTPUT]) {
    const times = log.split(marker).length - 1;
    if (times > 1) reasons.push(`the marker "${marker}" stands ${times} times in the log`);
  }
  const start = log.lastIndexOf(START_TEST_OUTPUT) + START_TEST_OUTPUT.length;
  const end = log.lastIndexOf(END_TEST_OUTPUT);
  const codes = findMarkers(log).exitCodes;
  if (new Set(codes).size > 1) {
    reasons.push(`the log records different exit codes: ${[...new Set(codes)].join(', ')}`);
  }
  reasons.push(...judge(end < start ? log : log.slice(start, end), codes.at(-1), instance));
  const machinery = editedMachinery([...patchedPaths(patch ?? ''), ...changedPaths(log)]);
  const unknown = reachReasons(patch ?? '');
  if (machinery.length > 0) {
    unknown.push(`the patch edits what runs the tests: ${list([...new Set(machinery)])}`);
  }
  return hardenedResult(reasons, unknown);
}

/** Why a log cannot tell what a patch does. */
function reachReasons(patch: string, putBack: readonly string[] = []): string[] {
  const reaching = reachesRunner(patch).filter(({ path }) => !putBack.includes(path));
  if (reaching.length === 0) return [];
  const named = [...new Set(reaching.map(({ path, word }) => `${path} (${word})`))];
  return [`the patch could reach what runs the tests: ${list(named)}`];
}

/**
 * Judges a run whose output is that of the tests alone and whose exit code came from the process.
 *
 * @param exitCode null when a signal ended the tests
 * @param putBack paths of the patch that were as in the base commit
 */
export function hardenedRunVerdict(
  { output, exitCode }: { readonly output: string; readonly exitCode: number | null },
  instance: GradedInstance,
  { patch, putBack }: { readonly patch: string; readonly putBack: readonly string[] },
): HardenedVerdict {
  const reasons = judge(normalizeLineEnds(output), exitCode ?? -1, instance);
  return hardenedResult(reasons, reachReasons(patch, putBack));
}

/** Why these results do not make the instance resolved. */
function judge(results: string, code: number | undefined, instance: GradedInstance): string[] {
  const reasons: string[] = [];
  const { statuses, overwritten } = worstStatuses(results, instance, code);
  const tests = gradeTests(statuses, instance);
  if (resolution(tests) !== 'RESOLVED_FULL') {
    const failing = [...tests.FAIL_TO_PASS.failure, ...tests.PASS_TO_PASS.failure];
    const twice = failing.filter((test) => overwritten.has(test));
    reasons.push(
      twice.length > 0
        ? `a failure was overwritten by a later success: ${list(twice)}`
        : `between the last markers these do not pass: ${list(failing)}`,
    );
  }
  const doubt = endOfRunDoubt(results, instance, statuses);
  if (doubt !== undefined) reasons.push(doubt);
  if (statuses.size === 0 && !suiteRan(results)) reasons.push('nothing shows that a suite ran');
  if (code !== undefined && code !== 0 && statuses.size > 0 && !hasFailure(statuses)) {
    reasons.push(`the tests ended with exit code ${code}, but the log tells of no failure`);
  }
  return reasons;
}

/** Like the official map, but a failure stays whatever comes later. */
function worstStatuses(text: string, instance: GradedInstance, code: number | undefined) {
  if (instance.logParser === EXIT_CODE_PARSER) {
    return { statuses: exitCodeStatus(code), overwritten: new Set<string>() };
  }
  const statuses = new Map<string, string>();
  const overwritten = new Set<string>();
  parserOf(instance)(
    text,
    (test, status) => {
      const known = statuses.get(test);
      if (known !== FAILED && known !== ERROR) statuses.set(test, status);
      else if (status !== FAILED && status !== ERROR) overwritten.add(test);
    },
    contextOf(instance),
  );
  return { statuses, overwritten };
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
