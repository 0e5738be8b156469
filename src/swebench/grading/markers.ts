/** Lines that the evaluation writes into its output; the names are the official package's. */
export const START_TEST_OUTPUT = '>>>>> Start Test Output';
export const END_TEST_OUTPUT = '>>>>> End Test Output';
export const TEST_EXIT_CODE = '>>>>> Test Exit Code';
/** Of the evaluation script: keeps the tests' exit code until the end marker is printed. */
export const EXIT_CODE_VARIABLE = 'SWEBENCH_TEST_EXIT_CODE';
export const APPLY_PATCH_FAIL = '>>>>> Patch Apply Failed';
export const APPLY_PATCH_PASS = '>>>>> Applied Patch';

/** Every marker begins with it. */
export const MARKER_START = '>>>>> ';

/** Anywhere in a log, any of these means that no test result counts. */
export const BAD_CODES: readonly string[] = [
  APPLY_PATCH_FAIL,
  '>>>>> Reset Failed',
  '>>>>> Tests Errored',
  '>>>>> Tests Timed Out',
];

/** Text of a log as Python opens it: every line end is a line feed. */
export function normalizeLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}
