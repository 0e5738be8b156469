import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addUsage,
  countObservations,
  countTurn,
  limitReached,
  MAX_FORMAT_ERRORS,
  MAX_REPEATS,
  NO_USAGE,
  NOTHING_SPENT,
  type Spent,
} from '../../src/agent/limits.ts';
import type { Observation, Turn, Usage } from '../../src/trajectory/event.ts';

const limits = { maxSteps: 100, maxCostUsd: 3, maxTimeMs: 60_000 };

function turn(input: unknown, usage: Usage = NO_USAGE): Turn {
  const actions = [{ id: 'a', tool: 'view', input }];
  return { text: '', actions, usage, stopReason: 'tool_use', model: 'm', raw: null };
}

function observation(text: string, isFormatError = false): Observation {
  return { actionId: 'a', text, isError: isFormatError, isFormatError, durationMs: 1 };
}

type Exchange = readonly [Turn, readonly Observation[]];

function spend(pairs: readonly Exchange[]): Spent {
  return pairs.reduce(
    (spent, [t, o]) => countObservations(countTurn(spent, t), t, o),
    NOTHING_SPENT,
  );
}

const usage = fc.record({
  inputTokens: fc.nat(),
  outputTokens: fc.nat(),
  cacheReadTokens: fc.nat(),
  cacheWriteTokens: fc.nat(),
  // Whole cents: sums of binary fractions are not associative to the last bit.
  costUsd: fc.oneof(fc.nat(1000), fc.constant(null)),
});

describe('usage', () => {
  test('adding is associative, commutative and has nothing as its zero', () => {
    fc.assert(
      fc.property(usage, usage, usage, (a, b, c) => {
        expect(addUsage(addUsage(a, b), c)).toEqual(addUsage(a, addUsage(b, c)));
        expect(addUsage(a, b)).toEqual(addUsage(b, a));
        expect(addUsage(a, NO_USAGE)).toEqual(a);
      }),
    );
  });

  test('an unknown price makes the sum unknown, never 0', () => {
    expect(addUsage({ ...NO_USAGE, costUsd: null }, NO_USAGE).costUsd).toBeNull();
  });
});

describe('limitReached', () => {
  test('nothing spent reaches nothing', () => {
    expect(limitReached(NOTHING_SPENT, limits)).toBeNull();
  });

  test('steps', () => {
    const spent = { ...NOTHING_SPENT, steps: 100 };
    expect(limitReached(spent, limits)).toMatch(/step limit of 100/);
    expect(limitReached({ ...spent, steps: 99 }, limits)).toBeNull();
  });

  test('dollars, and a price that is unknown cannot reach them', () => {
    const at = (costUsd: number | null) =>
      limitReached({ ...NOTHING_SPENT, usage: { ...NO_USAGE, costUsd } }, limits);
    expect(at(3)).toMatch(/cost limit of \$3/);
    expect(at(2.99)).toBeNull();
    expect(at(null)).toBeNull();
  });

  test('a request that would surely pass the dollars is not made', () => {
    const spent = { ...NOTHING_SPENT, usage: { ...NO_USAGE, costUsd: 2.5 } };
    expect(limitReached(spent, limits, 0.6)).toMatch(/\$3 would be passed by the next request/);
    expect(limitReached(spent, limits, 0.4)).toBeNull();
    expect(limitReached(spent, { ...limits, maxCostUsd: null }, 0.6)).toBeNull();
  });

  test('the same call with the same answer in a row', () => {
    const same = [turn({ path: 'a' }), [observation('x')]] as const;
    expect(limitReached(spend(Array(MAX_REPEATS - 1).fill(same)), limits)).toBeNull();
    expect(limitReached(spend(Array(MAX_REPEATS).fill(same)), limits)).toMatch(/same call/);
  });

  test('another answer or another call starts the count anew', () => {
    const same = [turn({ path: 'a' }), [observation('x')]] as const;
    const otherAnswer = [turn({ path: 'a' }), [observation('y')]] as const;
    const spent = spend([same, same, same, same, otherAnswer, same]);
    expect(spent.repeats).toBe(1);
  });

  test('malformed calls in a row; one good call among them clears the count', () => {
    const bad = [turn({}), [observation('wrong', true)]] as const;
    const varied = Array.from(
      { length: MAX_FORMAT_ERRORS },
      (_, i) => [turn({ i }), bad[1]] as const,
    );
    expect(limitReached(spend(varied), limits)).toMatch(/no usable call/);
    const mixed = [turn({}), [observation('wrong', true), observation('fine')]] as const;
    expect(spend([bad, mixed]).formatErrors).toBe(0);
  });
});
