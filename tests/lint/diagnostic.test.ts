import { describe, expect, test } from 'vitest';
import { type Diagnostic, diagnosticsAdded, movedLines } from '../../src/lint/diagnostic.ts';
import { lineChanges } from '../../src/lint/line-changes.ts';

const at = (line: number, message = 'm', source = 's'): Diagnostic => ({
  line,
  column: 1,
  message,
  severity: 'error',
  source,
});
/** Line 5 becomes three lines. */
const grown = [{ start: 5, removed: 1, added: 3 }];

describe('diagnosticsAdded', () => {
  test.each([
    ['the same place', [at(2)], [at(2)], [], 0],
    ['below a change, moved by it', [at(9)], [at(11)], grown, 0],
    ['below a change, not moved', [at(9)], [at(9)], grown, 1],
    ['inside a change, anywhere in it', [at(5)], [at(7)], grown, 0],
    ['inside a change, one more of the kind', [at(5)], [at(5), at(7)], grown, 1],
    ['another message', [at(5, 'a')], [at(5, 'b')], [], 1],
    ['the same message with other numbers', [at(5, 'line 3')], [at(5, 'line 4')], [], 0],
    ['another source', [at(5, 'a', 'x')], [at(5, 'a', 'y')], [], 1],
    ['nothing before', [], [at(1), at(2)], [], 2],
    ['a mended one', [at(1), at(2)], [at(2)], [], 0],
  ])('%s', (_, before, after, changes, added) => {
    expect(diagnosticsAdded(before, after, changes)).toHaveLength(added);
  });
});

describe('lineChanges', () => {
  const before = 'a\nb\nc\nd\n';
  test.each([
    ['inside a line', [{ start: 2, end: 3, text: 'x' }], [{ start: 2, removed: 1, added: 1 }]],
    ['an inserted line', [{ start: 2, end: 2, text: 'x\n' }], [{ start: 2, removed: 1, added: 2 }]],
    ['a removed line', [{ start: 2, end: 4, text: '' }], [{ start: 2, removed: 2, added: 1 }]],
    [
      'two changes of one line',
      [
        { start: 2, end: 2, text: 'x\n' },
        { start: 3, end: 3, text: 'y\n' },
      ],
      [{ start: 2, removed: 1, added: 3 }],
    ],
    [
      'two places',
      [
        { start: 0, end: 1, text: 'x\ny' },
        { start: 6, end: 7, text: 'z' },
      ],
      [
        { start: 1, removed: 1, added: 2 },
        { start: 4, removed: 1, added: 1 },
      ],
    ],
  ])('%s', (_, replacements, changes) => {
    expect(lineChanges(before, replacements)).toEqual(changes);
  });

  test('moves the lines below', () => {
    const changes = lineChanges(before, [{ start: 2, end: 2, text: 'x\ny\n' }]);
    expect(movedLines(1, changes)).toEqual({ from: 1, to: 1 });
    expect(movedLines(3, changes)).toEqual({ from: 5, to: 5 });
  });
});
