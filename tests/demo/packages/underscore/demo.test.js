'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const _ = require('..');

test('uniq: plain array keeps the first of each value', () => {
  assert.deepEqual(_.uniq([1, 2, 1, 3, 1, 4]), [1, 2, 3, 4]);
  assert.deepEqual(_.uniq([]), []);
  assert.deepEqual(_.uniq([NaN, 1, NaN]).length, 2);
});

test('uniq: plain array with a function compares what the function returns', () => {
  assert.deepEqual(_.uniq([1, 2, 3, 4, 5], (n) => n % 2), [1, 2]);
  assert.deepEqual(_.uniq(['apple', 'avocado', 'beet', 'cherry'], (word) => word[0]), ['apple', 'beet', 'cherry']);
});

test('uniq: plain array with the name of a property', () => {
  const people = [{ id: 1, age: 30 }, { id: 2, age: 40 }, { id: 3, age: 30 }];
  assert.deepEqual(_.pluck(_.uniq(people, 'age'), 'id'), [1, 2]);
});

test('uniq: sorted array without a function', () => {
  assert.deepEqual(_.uniq([1, 1, 1, 2, 2, 3], true), [1, 2, 3]);
  assert.deepEqual(_.uniq([], true), []);
  assert.deepEqual(_.uniq([undefined, undefined, null], true), [undefined, null]);
});

test('uniq: the sorted flag only looks at neighbours', () => {
  assert.deepEqual(_.uniq([1, 1, 2, 2, 1], true), [1, 2, 1]);
});

test('uniq: sorted array with a function that keeps the order', () => {
  assert.deepEqual(_.uniq([1, 1.5, 2, 2.5, 3], true, Math.floor), [1, 2, 3]);
});

test('uniq: sorted array with a function whose results are not in order', () => {
  assert.deepEqual(_.uniq([-2, -1, 0, 1, 2], true, (n) => n * n), [-2, -1, 0]);
  assert.deepEqual(_.uniq([1, 2, 3, 4, 5, 6], true, (n) => n % 3), [1, 2, 3]);
});

test('uniq: sorted array with the name of a property whose values are not in order', () => {
  const kinds = [{ kind: 'a' }, { kind: 'b' }, { kind: 'a' }];
  assert.deepEqual(_.pluck(_.uniq(kinds, true, 'kind'), 'kind'), ['a', 'b']);
});

test('uniq: the function is called with the given context', () => {
  const context = { modulus: 2 };
  const rest = function (n) { return n % this.modulus; };
  assert.deepEqual(_.uniq([1, 2, 3, 4], rest, context), [1, 2]);
  assert.deepEqual(_.uniq([1, 3, 5, 8, 10], true, rest, context), [1, 8]);
});

test('union and the alias unique still remove repeats', () => {
  assert.deepEqual(_.union([1, 2], [2, 3], [3, 1]), [1, 2, 3]);
  assert.deepEqual(_.unique([2, 2, 1]), [2, 1]);
});
