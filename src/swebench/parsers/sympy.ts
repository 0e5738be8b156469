import type { LogParser } from './parser.ts';
import { pattern, strip, words } from './python-text.ts';
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
  const lines = log.split('\n');
  lines.forEach((line, at) => {
    if (!line.includes('.py:')) return;
    for (const [, , file, test] of line.matchAll(HEADING)) record(`${file}.py:${test}`, FAILED, at);
  });
  lines.forEach((raw, at) => {
    const line = strip(raw);
    if (!line.startsWith('test_')) return;
    for (const [ending, status] of ENDINGS) {
      if (line.endsWith(ending)) record(words(line, 1)[0] ?? '', status, at);
    }
  });
};
