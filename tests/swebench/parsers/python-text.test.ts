import { describe, expect, it } from 'vitest';
import {
  after,
  afterLast,
  before,
  beforeLast,
  indentation,
  pattern,
  rstrip,
  strip,
  withoutAnsi,
  words,
} from '../../../src/swebench/parsers/python-text.ts';

describe('text as Python sees it', () => {
  it('takes U+001C to U+001F and U+0085 for white space, but not U+FEFF', () => {
    expect(strip('\x1c\x85 a\u3000\n')).toBe('a');
    expect(strip('\ufeffa')).toBe('\ufeffa');
    expect(rstrip(' a\x1f')).toBe(' a');
    expect(indentation('\t\x0b\u2003x ')).toBe(3);
    expect(words('a\x1fb\ufeffc  d ')).toEqual(['a', 'b\ufeffc', 'd']);
    expect(words(' a b c', 2)).toEqual(['a', 'b']);
    expect(pattern('^\\s$').test('\x85')).toBe(true);
    expect(pattern('^\\S$').test('\ufeff')).toBe(true);
  });

  it('matches any character but a line feed with a dot, and ends a line at a line feed only', () => {
    expect(pattern('^a.b$').test('a\rb')).toBe(true);
    expect(pattern('^a.b$').test('a\u2028b')).toBe(true);
    expect(pattern('^a.b$').test('a\nb')).toBe(false);
    expect(pattern('^a.b$').test('a\u{1f600}b\n')).toBe(true);
    expect(pattern('^b$', 'm').test('a\nb\nc')).toBe(true);
    expect(pattern('^b$', 'm').test('a\rb\rc')).toBe(false);
    expect(pattern('a\\p{Any}*?b').test('a\n\n\rb')).toBe(true);
  });

  it('knows the digits, letters and borders of words of all scripts', () => {
    expect(pattern('^\\d+$').test('\u0663\u096a')).toBe(true);
    expect(pattern('^\\d$').test('\u00b2')).toBe(false);
    expect(pattern('^[\\w.]+$').test('größe_漢.²')).toBe(true);
    expect(pattern('F\\b').test('Fé')).toBe(false);
    expect(pattern('F\\b').test('F.')).toBe(true);
  });

  it('splits at the first or last separator and keeps a text without any', () => {
    expect([before('a-b-c', '-'), after('a-b-c', '-')]).toEqual(['a', 'b-c']);
    expect([beforeLast('a-b-c', '-'), afterLast('a-b-c', '-')]).toEqual(['a-b', 'c']);
    expect([before, after, beforeLast, afterLast].map((cut) => cut('abc', '-'))).toEqual(
      Array(4).fill('abc'),
    );
  });

  it('drops escape sequences', () => {
    expect(withoutAnsi('\x1b[1;31mred\x1b[0m \x1bMup')).toBe('red up');
  });
});
