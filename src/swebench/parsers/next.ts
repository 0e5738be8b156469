import type { LogParser, RecordResult } from './parser.ts';
import { afterLast, pattern, strip, withoutAnsi } from './python-text.ts';
import { FAILED, PASSED } from './status.ts';
import { SuiteStack } from './suite-stack.ts';

const ASSERTION = pattern('AssertionError:\\s+#(\\p{Any}*?)\\n\\n', 'g');
const NOISE = ['ERROR', 'LOG', 'WARN', 'Check', 'in'];
const KARMA_LINES = [
  { line: pattern('^.*?✗\\s*(.*)'), status: FAILED },
  { line: pattern('^.*?✓\\s*(.*)'), status: PASSED },
];

function parseKarmaRuns(log: string, record: RecordResult): void {
  const suites = new SuiteStack();
  const text = withoutAnsi(log).replace(ASSERTION, '');
  for (const run of text.split(' xvfb-run ').slice(1)) {
    for (const line of afterLast(run, 'Starting browser Chrome').split('\n')) {
      if (line.startsWith('TOTAL')) break;
      const trimmed = strip(line);
      if (NOISE.some((word) => trimmed.startsWith(word))) continue;
      const found = KARMA_LINES.map(({ line: form, status }) => ({
        test: form.exec(line)?.[1],
        status,
      })).find(({ test }) => test !== undefined);
      if (found) record([...suites.names(), found.test].join(' - '), found.status, null);
      else suites.enter(line);
    }
  }
}

const SUITE = pattern('Running:(.*)\\)\\n{3}\\s{2}(.*)\\n', 'g');
const FAILURE = pattern('^\\s{4}\\d+\\)\\s(.*)', 'gm');
const SUCCESS = pattern('^\\s{4}✓\\s(.*)\\(', 'gm');

function parseCypressRuns(log: string, record: RecordResult): void {
  const heads = [...log.matchAll(SUITE)];
  heads.forEach((head, index) => {
    const body = log.slice(head.index + head[0].length, heads[index + 1]?.index);
    const nameOf = (test = '') => `${head[2]}: ${strip(test)}`;
    for (const [, test] of body.matchAll(FAILURE)) record(nameOf(test), FAILED, null);
    for (const [, test] of body.matchAll(SUCCESS)) record(nameOf(test), PASSED, null);
  });
}

/** Fusion Next: Cypress in version 1.27, Karma under xvfb in all others. */
export const parseNext: LogParser = (log, record, { version }) =>
  version === '1.27' ? parseCypressRuns(log, record) : parseKarmaRuns(log, record);
