/** Verdict of one test case in the terms of its runner's report. */
export type TestVerdict = 'passed' | 'failed' | 'error' | 'skipped';

export interface TestCase {
  /** Stable name over runs of one tree, for instance `tests/test_a.py::test_b[1]`. */
  readonly id: string;
  readonly verdict: TestVerdict;
  /** Shortest useful trace of a failure: message and the frames inside the repository. */
  readonly trace?: string;
  /** File of the test relative to the root, where the report tells it. */
  readonly file?: string;
}

/** What one run of the tests told. */
export interface TestReport {
  /** `not run`: ended early, timed out or printed nothing that counts; never to be read as passed. */
  readonly state: 'ran' | 'not run';
  /** Name of the runner, for instance `pytest`; `command` when only an exit code was to be had. */
  readonly runner: string;
  /** The command as a person would type it. */
  readonly command: string;
  readonly cases: readonly TestCase[];
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** Raw output, cut in the middle. */
  readonly output: string;
  readonly durationMs: number;
}
