import {
  BAD_CODES,
  END_TEST_OUTPUT,
  START_TEST_OUTPUT,
  TEST_EXIT_CODE,
} from '../../../src/swebench/grading/markers.ts';

const CODES = ['0', '1', '-1', '137', 'x', '+5', '\u0663'].map(
  (code) => `${TEST_EXIT_CODE}: ${code}`,
);
const MARKERS = [START_TEST_OUTPUT, END_TEST_OUTPUT, ...CODES, `${TEST_EXIT_CODE}:\n\n7`];
const OTHER = [
  ...BAD_CODES,
  '>>>>> Applied Patch',
  '>>>>> Some Tests Failed',
  '>>>>> All Tests Passed',
];
/** Signs that a suite ran, or that its surroundings failed, and what only looks like them. */
const SIGNS = [
  ...['Killed', ' Killed', 'cannot open display', 'OutOfMemoryError', 'Could not resolve host'],
  ...['ModuleNotFoundError: x', 'collected 0 items', 'Timeout error: \u0663 seconds exceeded'],
  ...[
    '12 passing',
    '0 passing',
    'Executed 3 of 4',
    'Executed 0 of 0',
    'TOTAL: 3 SUCCESS',
    "x': ok",
  ],
  ...[
    'Tests:\n\n5',
    'Test Suites: 1 failed, 2 total',
    '# tests 0',
    '# tests 3',
    '1 spec, 1 failure',
  ],
];

type Change = (log: string, random: () => number) => string;

const pick = <T>(items: readonly T[], random: () => number): T =>
  items[Math.floor(random() * items.length)] as T;

const put = (log: string, text: string, random: () => number) => {
  const at = Math.floor(random() * (log.length + 1));
  const line = random() < 0.5 ? at : log.indexOf('\n', at) + 1;
  return `${log.slice(0, line)}${text}${pick(['\n', '', '\r'], random)}${log.slice(line)}`;
};

/** The text between the markers goes through `change`. */
const body = (log: string, change: (text: string) => string) => {
  const start = log.indexOf(START_TEST_OUTPUT) + START_TEST_OUTPUT.length;
  const end = log.indexOf(END_TEST_OUTPUT, start);
  return end === -1 ? log : log.slice(0, start) + change(log.slice(start, end)) + log.slice(end);
};

const CHANGES: readonly Change[] = [
  (log, random) => put(log, pick(MARKERS, random), random),
  (log, random) => put(log, pick(OTHER, random), random),
  (log, random) => put(log, pick(SIGNS, random), random),
  (log, random) =>
    log.replace(pick([START_TEST_OUTPUT, END_TEST_OUTPUT, TEST_EXIT_CODE], random), ''),
  (log) =>
    log
      .replaceAll(START_TEST_OUTPUT, '@')
      .replaceAll(END_TEST_OUTPUT, START_TEST_OUTPUT)
      .replaceAll('@', END_TEST_OUTPUT),
  (log, random) => body(log, () => `\n${pick(SIGNS, random)}\n`),
  (log) => body(log, (text) => `${text}${END_TEST_OUTPUT}\n${START_TEST_OUTPUT}${text}`),
  (log) => `${body(log, () => '\n')}${log}`,
  (log) => body(log, (text) => text.replace(/^.*(FAIL|ERROR).*\n/gm, '')),
  (log, random) =>
    log.replace(/Exit Code: -?\d+/g, `Exit Code: ${pick(['0', '1', '124'], random)}`),
  (log, random) =>
    log.replaceAll('\n', () => pick(['\n', '\n', '\r\n', '\r', '\n....[ 7%]\r'], random)),
  (log, random) => log.slice(0, Math.floor(random() * log.length)),
  (log, random) => log.slice(Math.floor(random() * log.length)),
  (log) => `\ufeff${log}`,
  (_, random) =>
    pick(['', '\n', START_TEST_OUTPUT, `${START_TEST_OUTPUT}\n${END_TEST_OUTPUT}\n`], random),
];

/** One to three changes of a whole log's frame: its markers, exit code, line ends and what a reader takes for signs. */
export function mutateReport(log: string, random: () => number): string {
  let text = log;
  const times = 1 + Math.floor(random() * 3);
  for (let time = 0; time < times; time += 1) text = pick(CHANGES, random)(text, random);
  return text;
}
