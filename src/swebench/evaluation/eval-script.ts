import {
  END_TEST_OUTPUT,
  EXIT_CODE_VARIABLE,
  START_TEST_OUTPUT,
  TEST_EXIT_CODE,
} from '../grading/markers.ts';
import { strip } from '../parsers/python-text.ts';

/**
 * A row's evaluation script as the official harness runs it: the exit code of the tests is kept before the line with
 * the end marker and printed after it.
 *
 * @param restore lines that put binary files in place, just before the start marker
 */
export function evaluationScript(script: string, restore: readonly string[] = []): string {
  const commands = strip(script)
    .split('\n')
    .filter((line) => line !== '#!/bin/bash' && line !== 'set -uxo pipefail');
  const lines = ['#!/bin/bash', 'set -uxo pipefail', ...recordExitCode(commands), ''];
  if (restore.length === 0) return lines.join('\n');
  const start = lines.findIndex((line) => line.includes(START_TEST_OUTPUT));
  if (start === -1) return `${lines.join('\n')}\n${restore.join('\n')}`;
  return [...lines.slice(0, start), ...restore, ...lines.slice(start)].join('\n');
}

function recordExitCode(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) => line.includes(END_TEST_OUTPUT));
  if (end === -1) return lines;
  return [
    ...lines.slice(0, end),
    `${EXIT_CODE_VARIABLE}=$?`,
    ...lines.slice(end, end + 1),
    `echo "${TEST_EXIT_CODE}: $${EXIT_CODE_VARIABLE}"`,
    ...lines.slice(end + 1),
  ];
}

/**
 * The script for the hardened run: what runs before the tests prints nothing, nothing runs after them, and the
 * script's own exit code is that of the tests. All that is printed is then the tests' output, and the exit code comes
 * from the process, so neither can be forged by printing markers.
 *
 * @param script as {@link evaluationScript} makes it
 * @param restore lines that put back the files that run and judge tests; they come first, since the
 *   test patch applies to the files as they were
 * @param last lines that come just before the tests
 */
export function hardenedScript(
  script: string,
  restore: readonly string[],
  last: readonly string[] = [],
): string | undefined {
  const lines = script.split('\n');
  const start = lines.findIndex((line) => line.includes(START_TEST_OUTPUT));
  const end = lines.indexOf(`${EXIT_CODE_VARIABLE}=$?`);
  if (start === -1 || end < start) return undefined;
  return [
    'set -uo pipefail',
    '{',
    ...restore,
    ...lines.slice(0, start).filter((line) => line !== 'set -uxo pipefail'),
    ...last,
    ':',
    '} >/dev/null 2>&1',
    'set -x',
    ...lines.slice(start + 1, end),
    '',
  ].join('\n');
}

/** Lines that only make sense in the official images. */
const IMAGE_LINES = [
  /^\s*(source|\.)\s+\S*\/(bin\/activate|conda\.sh|nvm\.sh)\b/,
  /^\s*conda (activate|deactivate)\b/,
  /^\s*nvm use\b/,
  /^\s*git config --global\b/,
  /\blocale-gen\b/,
  /^\s*export (LANG|LANGUAGE|LC_ALL)=/,
];

/**
 * The script for a place that is no official image: its conda, nvm, global git and locale lines are left out, and
 * `/testbed` is where the repository is. What stands in a here document is left as it is.
 *
 * @param replacements more that is rewritten, by the line
 */
export function adaptScript(
  script: string,
  workdir: string,
  replacements: readonly { readonly from: RegExp; readonly to: string }[] = [],
): string {
  let delimiter: string | undefined;
  const adapted: string[] = [];
  for (const line of script.split('\n')) {
    if (delimiter !== undefined) {
      if (line === delimiter) delimiter = undefined;
      adapted.push(line);
      continue;
    }
    delimiter = /<<-?\s*(['"]?)(\w+)\1/.exec(line)?.[2];
    if (IMAGE_LINES.some((form) => form.test(line))) continue;
    const here = workdir === '/testbed' ? line : line.replaceAll(/\/testbed\b/g, () => workdir);
    adapted.push(replacements.reduce((text, { from, to }) => text.replace(from, () => to), here));
  }
  return adapted.join('\n');
}
