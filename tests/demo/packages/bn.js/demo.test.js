'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const BN = require('..');

const LIMB = 0x4000000; // one more than the largest number a single limb holds

test('iaddn: a negative number plus its opposite is plain zero', () => {
  for (const n of [1, 5, 1000, LIMB - 1]) {
    const sum = new BN(-n).iaddn(n);
    assert.equal(sum.toString(), '0', `-${n} + ${n}`);
    assert.equal(sum.isNeg(), false, `-${n} + ${n} must not be negative`);
    assert.equal(sum.cmp(new BN(0)), 0);
  }
});

test('addn: zero reached from below compares equal to zero, and the operand is kept', () => {
  const five = new BN(-5);
  const sum = five.addn(5);
  assert.ok(sum.eq(new BN(0)));
  assert.equal(sum.isZero(), true);
  assert.equal(five.toString(), '-5');
});

test('iaddn: a larger number turns a negative one positive', () => {
  assert.equal(new BN(-3).iaddn(5).toString(), '2');
  assert.equal(new BN(-1).iaddn(LIMB - 1).toString(), String(LIMB - 2));
  assert.equal(new BN(-3).iaddn(5).isNeg(), false);
});

test('iaddn: a smaller number leaves a negative one negative', () => {
  assert.equal(new BN(-7).iaddn(5).toString(), '-2');
  assert.equal(new BN(-6).iaddn(5).toString(), '-1');
  assert.equal(new BN(-7).iaddn(0).toString(), '-7');
  assert.equal(new BN(-7).iaddn(5).isNeg(), true);
});

test('iaddn: a negative number of more than one limb', () => {
  assert.equal(new BN(-(LIMB + 1)).iaddn(1).toString(), String(-LIMB));
  assert.equal(new BN(-(LIMB + 1)).iaddn(5).toString(), String(-(LIMB - 4)));
  assert.equal(new BN('-100000000000000000000', 10).iaddn(1).toString(), '-99999999999999999999');
});

test('iaddn: positive numbers carry into the next limb', () => {
  assert.equal(new BN(2).iaddn(3).toString(), '5');
  assert.equal(new BN(0).iaddn(0).toString(), '0');
  assert.equal(new BN(LIMB - 1).iaddn(1).toString(), String(LIMB));
  assert.equal(new BN('3ffffffffffff', 16).iaddn(1).toString(16), '4000000000000');
});

test('iaddn: adding a negative number subtracts', () => {
  assert.equal(new BN(10).iaddn(-4).toString(), '6');
  assert.equal(new BN(4).iaddn(-10).toString(), '-6');
  assert.equal(new BN(-4).iaddn(-10).toString(), '-14');
});

test('isubn: subtracting from above, to and through zero', () => {
  assert.equal(new BN(5).isubn(3).toString(), '2');
  assert.equal(new BN(5).isubn(5).toString(), '0');
  assert.equal(new BN(5).isubn(5).isNeg(), false);
  assert.equal(new BN(5).isubn(8).toString(), '-3');
  assert.equal(new BN(LIMB).isubn(1).toString(), String(LIMB - 1));
});
