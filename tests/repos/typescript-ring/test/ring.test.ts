import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ring } from '../src/ring.ts';

function ringOf(capacity: number, ...items: number[]): Ring<number> {
  const ring = new Ring<number>(capacity);
  for (const item of items) ring.push(item);
  return ring;
}

test('keeps the order', () => assert.deepEqual(ringOf(3, 1, 2, 3).toArray(), [1, 2, 3]));
test('drops the oldest', () => assert.deepEqual(ringOf(3, 1, 2, 3, 4, 5).toArray(), [3, 4, 5]));
test('gives the oldest first', () => assert.equal(ringOf(3, 1, 2, 3, 4).shift(), 2));

test('counts its items', () => {
  const ring = ringOf(3, 1, 2);
  ring.shift();
  assert.equal(ring.size, 1);
});

test('an empty ring gives nothing and stays empty', () => {
  const ring = ringOf(3);
  assert.equal(ring.shift(), undefined);
  assert.equal(ring.size, 0);
});

test('works on after it was emptied', () => {
  const ring = ringOf(3, 1);
  ring.shift();
  ring.shift();
  ring.push(7);
  assert.deepEqual(ring.toArray(), [7]);
});
