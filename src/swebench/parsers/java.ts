import type { LogParser } from './parser.ts';
import { pattern, strip } from './python-text.ts';
import { FAILED, PASSED } from './status.ts';

const MAVEN_TEST = pattern('^.*-Dtest=(\\S+).*$');
const MAVEN_RESULT = pattern('^.*BUILD (SUCCESS|FAILURE)$');

/**
 * One Maven run for each test: the test's name from the traced command, the status from the build's result, matched
 * in the order of their appearance.
 */
export const parseMaven: LogParser = (log, record) => {
  const tests: string[] = [];
  const results: { status: string; line: number }[] = [];
  log.split('\n').forEach((raw, at) => {
    const line = strip(raw);
    const [, test] = MAVEN_TEST.exec(line) ?? [];
    if (test !== undefined) tests.push(test);
    const [, result] = MAVEN_RESULT.exec(line) ?? [];
    if (result === undefined) return;
    const entry = { status: result === 'SUCCESS' ? PASSED : FAILED, line: at };
    const waiting = tests.shift();
    if (waiting === undefined) results.push(entry);
    else record(waiting, entry.status, at);
  });
  for (const test of tests) {
    const result = results.shift();
    if (result) record(test, result.status, result.line);
  }
};

const GRADLE_RESULT = pattern('^([^>].+)\\s+(PASSED|FAILED)$');
const GRADLE_TEST = pattern('^([^>]\\S*\\s+>\\s+\\S+)$');
const GRADLE_STATUS = pattern('^(PASSED|FAILED)$');

/** `Class > test PASSED`, also with other output between the name and the status. */
export const parseGradle: LogParser = (log, record) => {
  let waiting: string | undefined;
  log.split('\n').forEach((raw, at) => {
    const line = strip(raw);
    const [, test, status] = GRADLE_RESULT.exec(line) ?? [];
    if (test !== undefined && status !== undefined) {
      record(test, status === 'PASSED' ? PASSED : FAILED, at);
      waiting = undefined;
      return;
    }
    const [, name] = GRADLE_TEST.exec(line) ?? [];
    if (name !== undefined) {
      waiting = name;
      return;
    }
    if (waiting === undefined || !GRADLE_STATUS.test(line)) return;
    record(waiting, line === 'PASSED' ? PASSED : FAILED, at);
    waiting = undefined;
  });
};
