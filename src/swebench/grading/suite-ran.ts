import { pattern } from '../parsers/python-text.ts';

interface Sign {
  /** Part of the sign that never changes. */
  readonly words: string;
  /** Matched where the words stand. */
  readonly sign: RegExp;
  /** A digit stands before the words. */
  readonly isCount?: boolean;
}

/**
 * Signs that a suite ran although no result of it was parsed. Every count must not be zero: a runner whose browser
 * never started also prints a summary.
 */
const SIGNS: readonly Sign[] = [
  { words: ' spec', sign: pattern('(?<=[1-9]\\d*) specs?, \\d+ failures?', 'y'), isCount: true },
  { words: ' passing', sign: pattern('(?<=[1-9]\\d*) passing', 'y'), isCount: true },
  { words: 'Executed ', sign: pattern('Executed [1-9]\\d* of \\d+', 'y') },
  { words: 'TOTAL: ', sign: pattern('TOTAL: [1-9]\\d* (?:SUCCESS|FAILED)', 'y') },
  { words: 'Tests:', sign: pattern('Tests:\\s+[1-9]\\d*', 'y') },
  {
    words: 'Test Suites:',
    sign: pattern('Test Suites:\\s+(?:\\d+ \\w+, )*[1-9]\\d* total', 'y'),
  },
  { words: '# tests ', sign: pattern('^# tests [1-9]\\d*', 'my') },
  { words: "': ok", sign: pattern("': ok$", 'my') },
];

/** Whether a log shows that tests were run, also where no result of theirs can be parsed. */
export function suiteRan(log: string): boolean {
  return SIGNS.some(({ words, sign, isCount }) => {
    // From the end: that is where summaries stand.
    for (let at = log.lastIndexOf(words); at !== -1; ) {
      sign.lastIndex = at;
      if (!(isCount && noDigitAt(log, at - 1)) && sign.test(log)) return true;
      at = at === 0 ? -1 : log.lastIndexOf(words, at - 1);
    }
    return false;
  });
}

/** Rules out a digit of any script, quickly. */
function noDigitAt(log: string, at: number): boolean {
  const code = log.charCodeAt(at);
  return !(code >= 0x30 && code <= 0x39) && !(code >= 0x80);
}
