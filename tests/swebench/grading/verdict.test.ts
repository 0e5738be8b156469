import { describe, expect, it } from 'vitest';
import { gradeTests, resolution, resolveTest } from '../../../src/swebench/grading/verdict.ts';
import { LogFormatError } from '../../../src/swebench/parsers/parser.ts';
import { instance } from './support.ts';

const graded = (status: string | undefined, evalType = 'pass_and_fail') => {
  const statuses = new Map(status === undefined ? [] : [['t', status] as const]);
  const tests = gradeTests(statuses, instance({ failToPass: ['t'], passToPass: ['t'], evalType }));
  const place = ({ success, failure }: (typeof tests)['FAIL_TO_PASS']) =>
    success.length > 0 ? 'success' : failure.length > 0 ? 'failure' : 'neither';
  return [place(tests.FAIL_TO_PASS), place(tests.PASS_TO_PASS)];
};

describe('the verdict', () => {
  it.each([
    ['PASSED', ['success', 'success']],
    ['XFAIL', ['success', 'success']],
    ['SKIPPED', ['failure', 'success']],
    ['FAILED', ['failure', 'failure']],
    ['ERROR', ['failure', 'failure']],
    ['ERROR:', ['neither', 'neither']],
    [undefined, ['failure', 'failure']],
  ])('of a test that is %s: %j in FAIL_TO_PASS and PASS_TO_PASS', (status, places) => {
    expect(graded(status)).toEqual(places);
  });

  it.each([
    ['FAILED', 'failure'],
    ['ERROR', 'success'],
    ['SKIPPED', 'success'],
    [undefined, 'success'],
  ])('under fail_only of a test that is %s: %s', (status, place) => {
    expect(graded(status, 'fail_only')).toEqual([place, place]);
  });

  it('of a test that is not named is none, also beside a result without a name', () => {
    const statuses = new Map([['', 'PASSED']]);
    const tests = gradeTests(statuses, instance({ failToPass: ['t'], passToPass: ['u'] }));
    expect(tests.FAIL_TO_PASS.failure).toEqual(['t']);
    expect(tests.PASS_TO_PASS.failure).toEqual(['u']);
  });

  it('needs an evaluation type that exists', () => {
    expect(() => graded('PASSED', 'some')).toThrow(LogFormatError);
  });

  it('matches an id that was cut inside a parameter by its start, when all candidates agree', () => {
    const statuses = new Map([
      ['t[log(a)]', 'FAILED'],
      ['t[log(b)]', 'SKIPPED'],
      ['t[exp(a)]', 'PASSED'],
      ['u', 'PASSED'],
    ]);
    expect(resolveTest('t[log', statuses)).toBe('t[log(a)]');
    expect(resolveTest('t[', statuses)).toBeUndefined();
    expect(resolveTest('t', statuses)).toBeUndefined();
    expect(resolveTest('t[exp]', statuses)).toBeUndefined();
  });

  it('is full, partial or no', () => {
    const group = (success: number, failure: number) => ({
      success: Array<string>(success).fill('t'),
      failure: Array<string>(failure).fill('t'),
    });
    const of = (f2p: [number, number], p2p: [number, number]) =>
      resolution({
        FAIL_TO_PASS: group(...f2p),
        PASS_TO_PASS: group(...p2p),
        FAIL_TO_FAIL: group(0, 0),
        PASS_TO_FAIL: group(0, 0),
      });
    expect(of([2, 0], [0, 0])).toBe('RESOLVED_FULL');
    expect(of([0, 0], [0, 0])).toBe('RESOLVED_FULL');
    expect(of([1, 1], [3, 0])).toBe('RESOLVED_PARTIAL');
    expect(of([0, 2], [3, 0])).toBe('RESOLVED_NO');
    expect(of([2, 0], [3, 1])).toBe('RESOLVED_NO');
  });
});
