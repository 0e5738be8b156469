import { describe, expect, test } from 'vitest';
import { nearest } from '../../src/text/nearest.ts';

const FILE = [
  'def first(a):',
  '\tif a == "x":',
  '\t\treturn one(a)  ',
  '\treturn None',
  '',
  'def second(b):',
  "    return other(b, 'y')",
  '',
].join('\n');

describe('nearest', () => {
  test.each([
    [
      'tabs for spaces',
      'def first(a):\n    if a == "x":',
      1,
      'Line 2 is indented by 1 tab, yours by 4 spaces.',
    ],
    [
      'other quotes',
      "\tif a == 'x':",
      2,
      'Line 2 differs only in its quotes: the file has «\\tif a == "x":», you sent «\\tif a == \'x\':».',
    ],
    [
      'white space at the end',
      '\t\treturn one(a)\n\treturn None',
      3,
      'Line 3 has white space at its end that yours lacks.',
    ],
    ['white space inside', "    return other(b,'y')", 7, 'Line 7 differs only in white space'],
    ['upper case', '\treturn none', 4, 'differs only in upper and lower case'],
    [
      'one other word',
      "def second(b):\n    return others(b, 'y')",
      6,
      "Line 7 of the file is «    return other(b, 'y')», you sent «    return others(b, 'y')».",
    ],
  ])('tells %s', (_, wanted, line, difference) => {
    const found = nearest(FILE, wanted);
    expect(found?.startLine).toBe(line);
    expect(found?.differences.join('\n')).toContain(difference);
  });

  test('is nothing where nothing is alike', () => {
    expect(nearest(FILE, 'import unrelated.module as something_else')).toBeNull();
    expect(nearest('', 'x')).toBeNull();
    expect(nearest(FILE, '  \n')).toBeNull();
  });

  test('is quick in a large file', () => {
    const large = Array.from({ length: 50_000 }, (_, i) => `value_${i} = compute(${i})`).join('\n');
    const found = nearest(large, 'value_4321 = compute(4321)\nvalue_4322 = computed(4322)');
    expect(found?.startLine).toBe(4322);
  });
});
