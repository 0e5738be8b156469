import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstLine, plain } from '../../src/report/plain.ts';

test('no control, no escape sequence and no bidirectional mark reaches the terminal', () => {
  expect(plain('a\u001b[31mb\u0007\r\u202ec\u009b1m')).toBe('a·[31mb···c·1m');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(plain(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test('a long line is cut to its width', () => {
  expect(plain('abcdef', 4)).toBe('abc…');
  expect(plain('abcd', 4)).toBe('abcd');
});

test('the first line is one with something on it', () => {
  expect(firstLine('\n  \n  one \ntwo')).toBe('one');
  expect(firstLine(' ')).toBe('');
});
