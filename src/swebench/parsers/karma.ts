import { LogFormatError, type LogParser } from './parser.ts';
import { pattern } from './python-text.ts';
import { FAILED, PASSED } from './status.ts';

const LINE = pattern('^(\\s*)?([✔✖])?\\s(.*)$');

/** Karma's mocha reporter: indented headings and tests, between the browser's start and the summary. */
export const parseKarma: LogParser = (log, record) => {
  let indent = -1;
  const suite: string[] = [];
  let started = false;
  for (const [at, line] of log.split('\n').entries()) {
    if (line.startsWith('SUMMARY:')) return;
    if (line.includes('Starting browser')) {
      started = true;
      continue;
    }
    if (!started) continue;
    const match = LINE.exec(line);
    if (!match) continue;
    const [, space = '', mark, name = ''] = match;
    if (space !== '' && mark === undefined) {
      if (space.length > indent) {
        indent = space.length;
        suite.push(name);
      } else if (space.length < indent) {
        indent = space.length;
        if (suite.pop() === undefined) {
          throw new LogFormatError('the indentation leaves more suites than it entered');
        }
        continue;
      }
    }
    if (mark !== undefined) {
      record([...suite, name].join(' > '), mark === '✔' ? PASSED : FAILED, at);
    }
  }
};
