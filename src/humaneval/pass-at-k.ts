/**
 * The unbiased estimate of pass@k (Chen et al. 2021, equation 1): the chance that of k samples drawn from n at least
 * one passes, `1 - C(n - c, k) / C(n, k)`.
 *
 * @param n samples, at least k
 * @param c of them that pass
 */
export function passAtK(n: number, c: number, k: number): number {
  if (n - c < k) return 1;
  let none = 1;
  for (let i = n - c + 1; i <= n; i += 1) none *= 1 - k / i;
  return 1 - none;
}

/**
 * The mean of {@link passAtK} over problems.
 *
 * @param results by problem: for each sample whether it passed
 * @param ks a k that some problem has too few samples for is left out
 * @returns `{"pass@1": 0.5}`; nothing without problems
 */
export function passRates(
  results: ReadonlyMap<string, readonly boolean[]>,
  ks: readonly number[],
): Record<string, number> {
  const problems = [...results.values()];
  if (problems.length === 0) return {};
  const possible = ks.filter((k) => problems.every((passed) => passed.length >= k));
  return Object.fromEntries(
    possible.map((k) => {
      const rates = problems.map((all) => passAtK(all.length, all.filter(Boolean).length, k));
      return [`pass@${k}`, rates.reduce((sum, rate) => sum + rate, 0) / rates.length];
    }),
  );
}
