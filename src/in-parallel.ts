/**
 * Runs `work` on every item, a few at a time. After a failure nothing more is begun, and it is thrown when all that was
 * running has ended: unlike with p-map and p-limit, nothing goes on behind the caller's back.
 *
 * @param width at a time, 1 at least
 * @returns the results in the items' order
 */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < items.length; at = next++) {
      try {
        results[at] = await work(items[at] as T, at);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const lanes = Array.from({ length: Math.max(1, Math.min(width, items.length)) }, lane);
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
  return results;
}
