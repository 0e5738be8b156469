'use strict';
const assert = require('node:assert');

/** Assertions that explain a failure at length when they are given no message of their own. */
const COMPARING = [
  'equal',
  'notEqual',
  'deepEqual',
  'notDeepEqual',
  'strictEqual',
  'notStrictEqual',
  'deepStrictEqual',
  'notDeepStrictEqual',
];

/** node's assertions with a short message: making the long one takes longer than the test. */
function quick(original) {
  const short = (value, ...rest) => original.ok(value, rest[0] ?? 'failed');
  Object.defineProperty(short, 'length', { value: original.length });
  const made = Object.assign(short, original);
  for (const name of COMPARING) {
    made[name] = (actual, expected, message) =>
      original[name](actual, expected, message ?? 'failed');
  }
  made.ok = (value, message) => original.ok(value, message ?? 'failed');
  return made;
}

const loose = quick(assert);
const strict = quick(assert.strict);
loose.strict = strict;
strict.strict = strict;
loose.default = loose;
strict.default = strict;

exports.quickAssert = new Map([
  ['assert', loose],
  ['node:assert', loose],
  ['assert/strict', strict],
  ['node:assert/strict', strict],
]);
