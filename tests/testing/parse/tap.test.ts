import { describe, expect, it } from 'vitest';
import { parseAva, parseTapRunner } from '../../../src/testing/runners/tap-family.ts';
import { reportInput } from '../input.ts';

describe('TAP', () => {
  it('groups the points of tape by the comment before them', () => {
    const stdout = `TAP version 13
# adds
ok 1 zero
not ok 2 should be equal
  ---
    operator: equal
    expected: 3
    actual:   1
    at: Test.<anonymous> (/repo/test/a.js:5:3)
  ...
# other
ok 3 fine

1..3
# tests 3
# pass  2
# fail  1
`;
    const report = parseTapRunner(reportInput({ stdout }));
    expect(report?.complete).toBe(true);
    expect(report?.cases).toMatchObject([
      { id: 'adds', verdict: 'failed' },
      { id: 'other', verdict: 'passed' },
    ]);
    expect(report?.cases[0]?.trace).toContain('expected: 3');
    expect(report?.cases[0]?.trace).toContain('test/a.js:5');
  });

  it.each([
    ['no plan', 'TAP version 13\nok 1 a\n'],
    ['fewer points than planned', 'TAP version 13\n1..3\nok 1 a\n'],
    ['a bail out', 'TAP version 13\n1..1\nok 1 a\nBail out! no database\n'],
  ])('is not complete with %s', (_name, stdout) => {
    expect(parseTapRunner(reportInput({ stdout }))?.complete).toBe(false);
  });

  it('is null for output that is no TAP', () => {
    expect(parseTapRunner(reportInput({ stdout: 'all fine\nok\n' }))).toBeNull();
  });

  it('takes TODO for skipped and finds the file of ava by its title', () => {
    const stdout = `TAP version 13
ok 1 - parser › lexer › a › b
not ok 2 - other › later # TODO
not ok 3 - test/parser/broken.js exited with a non-zero exit code: 1
1..3
`;
    const files = ['test/parser/lexer.test.js', 'test/other.js', 'test/parser/broken.js'];
    const { cases } = parseAva(reportInput({ stdout }), files);
    expect(cases).toMatchObject([
      { id: 'test/parser/lexer.test.js::a › b', verdict: 'passed' },
      { id: 'test/other.js::later', verdict: 'skipped' },
      { id: 'test/parser/broken.js', verdict: 'error', file: 'test/parser/broken.js' },
    ]);
  });
});
