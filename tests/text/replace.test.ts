import { describe, expect, test } from 'vitest';
import {
  applyReplacements,
  type EditRequest,
  planReplacements,
  TextNotFound,
} from '../../src/text/replace.ts';

const edit = (text: string, ...requests: EditRequest[]) =>
  applyReplacements(text, planReplacements(text, requests));

describe('planReplacements', () => {
  test.each<[string, string, EditRequest[], string]>([
    ['text', 'a b c', [{ oldText: 'b', newText: 'x' }], 'a x c'],
    ['all', 'b b b', [{ oldText: 'b', newText: 'bb', replaceAll: true }], 'bb bb bb'],
    [
      'text within lines',
      'b\nb\nb',
      [{ oldText: 'b', newText: 'x', startLine: 2, endLine: 2 }],
      'b\nx\nb',
    ],
    ['the whole empty file', '', [{ oldText: '', newText: 'a\n' }], 'a\n'],
    ['lines', 'a\nb\nc\n', [{ startLine: 2, endLine: 3, newText: 'x' }], 'a\nx\n'],
    ['one line by default', 'a\nb\n', [{ startLine: 1, newText: 'x\ny\n' }], 'x\ny\nb\n'],
    ['lines by nothing', 'a\nb\nc\n', [{ startLine: 2, endLine: 2, newText: '' }], 'a\nc\n'],
    ['an insertion at the top', 'a\n', [{ startLine: 1, endLine: 0, newText: 'x' }], 'x\na\n'],
    ['an insertion at the end', 'a\n', [{ startLine: 2, endLine: 1, newText: 'x' }], 'a\nx\n'],
    [
      'an insertion after an unfinished line',
      'a',
      [{ startLine: 2, endLine: 1, newText: 'x\n' }],
      'a\nx',
    ],
    ['an unfinished last line', 'a\nb', [{ startLine: 2, endLine: 2, newText: 'x\n' }], 'a\nx'],
    [
      'several, in any order',
      'a\nb\nc\n',
      [
        { startLine: 3, endLine: 3, newText: 'z' },
        { oldText: 'a', newText: 'x' },
      ],
      'x\nb\nz\n',
    ],
    [
      'neighbours',
      'ab',
      [
        { oldText: 'a', newText: '1' },
        { oldText: 'b', newText: '2' },
      ],
      '12',
    ],
    [
      'CRLF by text with LF',
      'a\r\nb\r\n',
      [{ oldText: 'a\nb\n', newText: 'a\nx\nb\n' }],
      'a\r\nx\r\nb\r\n',
    ],
    [
      'one LF line among CRLF',
      'a\r\nb\nc\r\n',
      [{ oldText: 'b\nc', newText: 'b2\nc2' }],
      'a\r\nb2\nc2\r\n',
    ],
    ['old Mac endings', 'a\rb\r', [{ startLine: 2, endLine: 2, newText: 'x' }], 'a\rx\r'],
    [
      'text that was sent with CRLF',
      'a\nb\n',
      [{ oldText: 'a\r\nb', newText: 'x\r\ny' }],
      'x\ny\n',
    ],
    ['dollar signs as they are', 'a', [{ oldText: 'a', newText: '$& $1' }], '$& $1'],
  ])('replaces %s', (_, text, requests, expected) => {
    expect(edit(text, ...requests)).toBe(expected);
  });

  test.each<[string, string, EditRequest[], string]>([
    ['ambiguous text', 'b\nb\n', [{ oldText: 'b', newText: 'x' }], 'is there 2 times (lines 1, 2)'],
    ['no place', 'a\n', [{ newText: 'x' }], 'Say what to replace'],
    ['empty text', 'a\n', [{ oldText: '', newText: 'x' }], 'old_text is empty'],
    [
      'lines past the end',
      'a\n',
      [{ startLine: 2, endLine: 2, newText: 'x' }],
      'the file has 1 line.',
    ],
    ['no change', 'a\n', [{ oldText: 'a', newText: 'a' }], 'nothing would change'],
    [
      'overlaps',
      'abc',
      [
        { oldText: 'ab', newText: '1' },
        { oldText: 'bc', newText: '2' },
      ],
      'Edits 1 and 2 of 2 overlap at line 1',
    ],
    [
      'the same line twice',
      'a\nb\n',
      [
        { startLine: 1, newText: 'x' },
        { startLine: 1, newText: 'y' },
      ],
      'overlap',
    ],
    [
      'an insertion into replaced lines',
      'a\nb\nc\n',
      [
        { startLine: 1, endLine: 3, newText: 'x' },
        { startLine: 2, endLine: 1, newText: 'y' },
      ],
      'overlap',
    ],
  ])('refuses %s', (_, text, requests, message) => {
    expect(() => planReplacements(text, requests)).toThrow(message);
  });

  test('tells which text is missing', () => {
    const missing = { oldText: 'zz', newText: '' };
    const plan = () => planReplacements('a', [{ oldText: 'a', newText: 'b' }, missing]);
    expect(plan).toThrow(TextNotFound);
  });

  test('leaves out what stays the same', () => {
    expect(planReplacements('a b c d', [{ oldText: 'a b c d', newText: 'a x c d' }])).toEqual([
      { start: 2, end: 3, text: 'x' },
    ]);
  });
});
