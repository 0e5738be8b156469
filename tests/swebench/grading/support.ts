import type { Instance } from '../../../src/swebench/instance.ts';

/** An instance of no published dataset; graded by pytest's summary. */
export function instance(changes: Partial<Instance> = {}): Instance {
  return {
    id: 'jug__jug-1',
    repo: 'jug/jug',
    baseCommit: '0'.repeat(40),
    version: '1.0',
    problemStatement: 'It spills.',
    hints: '',
    patch: '',
    testPatch: '',
    evalScript: '',
    image: '',
    logParser: 'parse_log_pytest',
    evalType: 'pass_and_fail',
    failToPass: ['test_jug.py::test_spill'],
    passToPass: ['test_jug.py::test_pour'],
    assets: [],
    ...changes,
  };
}

export const START = "+ : '>>>>> Start Test Output'";
export const END = "+ : '>>>>> End Test Output'";
export const exitCode = (code: number) =>
  `+ echo '>>>>> Test Exit Code: ${code}'\n>>>>> Test Exit Code: ${code}`;

/** The output of an evaluation with these lines between its markers. */
export function log(lines: readonly string[], code = 0, preamble: readonly string[] = []): string {
  return `${[...preamble, START, ...lines, END, exitCode(code)].join('\n')}\n`;
}

export const PASSING = ['PASSED test_jug.py::test_pour', 'PASSED test_jug.py::test_spill'];
