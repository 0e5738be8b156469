import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

type Call = { readonly self: unknown; readonly values: readonly unknown[] };
const { varied } = createRequire(import.meta.url)('../../src/repair/pool/inputs.cjs') as {
  varied(calls: readonly Call[]): Call[];
};

const call = (...values: unknown[]): Call => ({ self: undefined, values });

test.each([
  ['missing values', call(undefined, [1, undefined], { a: undefined }, null)],
  ['numbers, texts and lists', call(3, 'ab', [1, 2, 3], true)],
  ['empty ones', call([], '', {})],
])('calls like those of the tests are made of %s, the same every time', (_, given) => {
  const made = varied([given]);
  expect(made[0]).toEqual(given);
  expect(made.every(({ values }) => values.length === given.values.length)).toBe(true);
  expect(varied([given])).toEqual(made);
});
