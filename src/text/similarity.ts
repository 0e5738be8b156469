/**
 * How alike two lines are, whatever their white space, quotes and case: Dice's coefficient over pairs of neighbouring characters
 * (Dice 1945).
 *
 * @returns 0 (nothing in common) to 1 (the same but for these)
 */
export function similarity(a: string, b: string): number {
  const left = squeezed(a).toLowerCase();
  const right = squeezed(b).toLowerCase();
  if (left === right) return 1;
  if (left.length < 2 || right.length < 2) return 0;
  const pairs = new Map<string, number>();
  for (let i = 0; i < left.length - 1; i++) {
    const pair = left.slice(i, i + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  let shared = 0;
  for (let i = 0; i < right.length - 1; i++) {
    const pair = right.slice(i, i + 2);
    const left = pairs.get(pair) ?? 0;
    if (left === 0) continue;
    shared++;
    pairs.set(pair, left - 1);
  }
  return (2 * shared) / (left.length + right.length - 2);
}

/** @returns the line without white space and with all quotes alike */
export function squeezed(line: string): string {
  return line.replace(/\s+/g, '').replace(/['`´‘’“”]/g, '"');
}
