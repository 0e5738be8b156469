import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neighbours, page, pageCount } from '../src/pages.js';

test('full pages are counted', () => assert.equal(pageCount(20, 10), 2));
test('no item needs no page', () => assert.equal(pageCount(0, 10), 0));
test('a page that is not full counts too', () => assert.equal(pageCount(21, 10), 3));
test('a page holds its items', () => assert.deepEqual(page([1, 2, 3, 4, 5], 2, 2), [3, 4]));
test('the last page may be short', () => assert.deepEqual(page([1, 2, 3, 4, 5], 3, 2), [5]));
test('neighbours stop at the ends', () => assert.deepEqual(neighbours(1, 3, 2), [1, 2, 3]));
