import { describe, expect, it } from 'vitest';
import { passAtK, passRates } from '../../src/humaneval/pass-at-k.ts';

/** By counting all ways to draw k of n. */
function counted(n: number, c: number, k: number): number {
  let drawn = 0;
  let good = 0;
  for (let set = 0; set < 2 ** n; set += 1) {
    const chosen = Array.from({ length: n }, (_, at) => at).filter((at) => set & (1 << at));
    if (chosen.length !== k) continue;
    drawn += 1;
    if (chosen.some((at) => at < c)) good += 1;
  }
  return good / drawn;
}

describe('pass@k', () => {
  it('is the share of draws of k samples that hold one that passes', () => {
    for (let n = 1; n <= 8; n += 1) {
      for (let c = 0; c <= n; c += 1) {
        for (let k = 1; k <= n; k += 1) expect(passAtK(n, c, k)).toBeCloseTo(counted(n, c, k), 12);
      }
    }
  });

  it('holds for many samples', () => {
    expect(passAtK(200, 0, 100)).toBe(0);
    expect(passAtK(200, 1, 100)).toBeCloseTo(0.5, 12);
    expect(passAtK(200, 101, 100)).toBe(1);
  });

  it('is averaged over problems, for each k that all have samples enough for', () => {
    const results = new Map([
      ['a', [true, false]],
      ['b', [false, false, false]],
    ]);
    expect(passRates(results, [1, 2, 3])).toEqual({ 'pass@1': 0.25, 'pass@2': 0.5 });
    expect(passRates(new Map(), [1])).toEqual({});
  });
});
