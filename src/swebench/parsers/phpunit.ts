import type { LogParser } from './parser.ts';
import { pattern } from './python-text.ts';
import { FAILED, PASSED, SKIPPED } from './status.ts';

const SUITE = pattern('^(\\w.+) \\(.+\\)$');
const TEST = pattern('^\\s*([✔✘↩])\\s*(.*)$');

/** PHPUnit's `--testdox`: a class, then its tests. A test before any class stands under `None`. */
export const parsePhpUnit: LogParser = (log, record) => {
  let suite = 'None';
  log.split('\n').forEach((line, at) => {
    const [, heading] = SUITE.exec(line) ?? [];
    if (heading !== undefined) {
      suite = heading;
      return;
    }
    const [, mark, test] = TEST.exec(line) ?? [];
    if (mark === undefined) return;
    record(`${suite} > ${test}`, mark === '✔' ? PASSED : mark === '✘' ? FAILED : SKIPPED, at);
  });
};
