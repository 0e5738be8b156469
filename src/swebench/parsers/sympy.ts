import type { LogParser } from './parser.ts';
import { eachLine, pattern, stripped, words } from './python-text.ts';
import { ERROR, FAILED, PASSED } from './status.ts';

/** Heading of a traceback: `____ sympy/core/tests/test_x.py:test_y ____`. */
const HEADING = pattern('(_*) (.*)\\.py:(.*) (_*)', 'g');
const ENDINGS = [
  [' E', ERROR],
  [' F', FAILED],
  [' ok', PASSED],
] as const;

/** SymPy's own runner: failures from the headings first, then from the lines `test_x ok`. */
export const parseSympy: LogParser = (log, record) => {
  if (log.includes('.py:')) {
    let next = log.indexOf('.py:');
    eachLine(log, (start, end, at) => {
      while (next !== -1 && next < start) next = log.indexOf('.py:', next + 1);
      if (next === -1 || next >= end) return;
      for (const [, , file, test] of log.slice(start, end).matchAll(HEADING)) {
        record(`${file}.py:${test}`, FAILED, at);
      }
    });
  }
  eachLine(log, (rawStart, rawEnd, at) => {
    const [start, end] = stripped(log, rawStart, rawEnd);
    if (!log.startsWith('test_', start)) return;
    const line = log.slice(start, end);
    if (!line.startsWith('test_')) return;
    for (const [ending, status] of ENDINGS) {
      if (line.endsWith(ending)) record(words(line, 1)[0] ?? '', status, at);
    }
  });
};
