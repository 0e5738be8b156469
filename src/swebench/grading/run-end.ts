import type { GradedInstance } from '../instance.ts';
import { parsePytest, parsePytestOptions, parsePytestV2 } from '../parsers/pytest.ts';
import { withoutAnsi } from '../parsers/python-text.ts';
import { PARSERS } from '../parsers/registry.ts';
import { PASSED } from '../parsers/status.ts';
import type { StatusMap } from './read-log.ts';

/** `==== 3 passed, 1 failed in 0.12s ====`, with or without the frame. */
const PYTEST_END =
  /^=* ?(?=[^\n]* in \d)(?:no tests ran|\d+ (?:passed|failed|errors?|skipped|deselected|xfailed|xpassed|warnings?|rerun)\b)[^\n]* in [\d.]+ ?s/gm;
const PYTEST_PASSED = /\b(\d+) passed\b/;

/** What a runner prints first and last. */
interface Frame {
  readonly start: string;
  readonly end: RegExp;
}

const PYTEST: Frame = { start: 'test session starts', end: PYTEST_END };
const ENDS: Readonly<Record<string, Frame>> = {
  parse_log_django: {
    start: 'Testing against Django installed in',
    end: /^Ran \d+ tests? in /m,
  },
  parse_log_sympy: { start: 'test process starts', end: /tests finished:/ },
};

function isPytest(logParser: string): boolean {
  const parser = PARSERS.get(logParser);
  return parser !== undefined && [parsePytest, parsePytestOptions, parsePytestV2].includes(parser);
}

/**
 * Why results do not fit how their runner ends, or undefined: a program that prints results and ends the runner leaves
 * no count behind, or one that is too small.
 */
export function endOfRunDoubt(
  results: string,
  { logParser }: GradedInstance,
  statuses: StatusMap,
): string | undefined {
  if (statuses.size === 0) return undefined;
  const text = withoutAnsi(results);
  const known = ENDS[logParser] ?? (isPytest(logParser) ? PYTEST : undefined);
  if (!known || !text.includes(known.start)) return undefined;
  if (text.search(known.end) === -1) return 'the run of the tests has no end';
  if (known !== PYTEST) return undefined;
  const ends = [...text.matchAll(PYTEST_END)].map(([line]) => line);
  const counted = ends.reduce((sum, line) => sum + Number(PYTEST_PASSED.exec(line)?.[1] ?? 0), 0);
  const passed = [...statuses].filter(
    ([test, status]) => status === PASSED && !test.startsWith('['),
  ).length;
  return passed > counted
    ? `${passed} tests are said to have passed, but the run ended with ${counted}`
    : undefined;
}
