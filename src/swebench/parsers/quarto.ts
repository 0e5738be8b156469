import type { LogParser } from './parser.ts';
import { before, pattern, strip } from './python-text.ts';
import { FAILED, PASSED } from './status.ts';

const TEST = pattern('\\[(smoke|unit)\\]');
const TEMPORARY = ['\\/tmp\\/(\\w+)\\.qmd', '\\/tmp\\/(\\w+)\\/'].map((source) => ({
  first: pattern(source),
  all: pattern(source, 'g'),
}));

/** Deno's reporter as Quarto uses it; temporary paths are numbered in the order of their appearance. */
export const parseQuarto: LogParser = (log, record) => {
  const numbers = new Map<string, number>();
  const recorded = new Set<string>();
  const withNumbers = (text: string) => {
    let line = text;
    for (const { first, all } of TEMPORARY) {
      const [path] = first.exec(line) ?? [];
      if (path === undefined) continue;
      const number = numbers.get(path) ?? numbers.size;
      numbers.set(path, number);
      line = line.replace(all, () => `/tmp/${number}`);
    }
    return line;
  };
  for (const [at, raw] of log.split('\n').entries()) {
    if (raw.includes('ERRORS') || raw.includes('failures:')) return;
    if (!TEST.test(raw)) continue;
    const line = withNumbers(raw);
    const isSummary =
      line.startsWith('test result:') ||
      ['passed', 'failed', 'steps'].every((word) => line.includes(word)) ||
      line.includes('34mINFO');
    if (isSummary) continue;
    const test = strip(before(line, '...'));
    // A test without a word of its own has failed, unless an earlier line told.
    const status = line.includes('32mok')
      ? PASSED
      : line.includes('31mFAILED') || !recorded.has(test)
        ? FAILED
        : undefined;
    if (status === undefined) continue;
    record(test, status, at);
    recorded.add(test);
  }
};
