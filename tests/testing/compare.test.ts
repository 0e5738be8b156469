import { describe, expect, it } from 'vitest';
import { compareReports, differingTests } from '../../src/testing/compare.ts';
import type { TestCase, TestReport, TestVerdict } from '../../src/testing/report.ts';
import { scopeKey, scopeParts } from '../../src/testing/runner.ts';
import { restrictToScope } from '../../src/testing/scope.ts';
import { explainNotRun, summarise } from '../../src/testing/summary.ts';

function report(
  cases: Record<string, TestVerdict> | TestCase[],
  more: Partial<TestReport> = {},
): TestReport {
  const list = Array.isArray(cases)
    ? cases
    : Object.entries(cases).map(([id, verdict]) => ({ id, verdict }));
  return {
    state: 'ran',
    runner: 'pytest',
    command: 'pytest',
    cases: list,
    exitCode: 1,
    timedOut: false,
    output: '',
    durationMs: 1_000,
    ...more,
  };
}
const ids = (cases: readonly TestCase[]) => cases.map((one) => one.id);

describe('compareReports', () => {
  it('tells every change of verdict apart', () => {
    const before = report({
      a: 'passed',
      b: 'failed',
      c: 'failed',
      d: 'skipped',
      e: 'error',
      f: 'passed',
    });
    const now = report({
      a: 'error',
      b: 'passed',
      c: 'error',
      d: 'failed',
      e: 'skipped',
      new: 'failed',
    });
    const found = compareReports(before, now);
    expect(ids(found.newlyFailing)).toEqual(['a', 'd']);
    expect(ids(found.newlyPassing)).toEqual(['b']);
    expect(ids(found.stillFailing)).toEqual(['c']);
    expect(ids(found.failingUnknown)).toEqual(['new']);
    expect(ids(found.missing)).toEqual(['f']);
    expect(found.counts).toEqual({ total: 6, passed: 1, failed: 4, skipped: 1 });
  });

  it.each([null, report({ a: 'passed' }, { state: 'not run' })])(
    'knows nothing from a baseline that was not run',
    (baseline) => {
      const found = compareReports(baseline, report({ a: 'failed' }));
      expect(ids(found.failingUnknown)).toEqual(['a']);
      expect(found.newlyFailing).toEqual([]);
    },
  );

  it('counts tests of a file or package that cannot be loaded as newly failing, with its trace', () => {
    const before = report([
      { id: 'a.py::x', verdict: 'passed', file: 'a.py' },
      { id: './pkg::TestY', verdict: 'passed' },
      { id: 'b.py::z', verdict: 'passed', file: 'b.py' },
    ]);
    const now = report([
      { id: 'a.py', verdict: 'error', file: 'a.py', trace: 'SyntaxError' },
      { id: './pkg', verdict: 'error', trace: 'build failed' },
    ]);
    const found = compareReports(before, now);
    expect(found.newlyFailing).toMatchObject([
      { id: 'a.py::x', verdict: 'error', trace: 'SyntaxError' },
      { id: './pkg::TestY', verdict: 'error', trace: 'build failed' },
    ]);
    expect(ids(found.missing)).toEqual(['b.py::z']);
    expect(found.failingUnknown).toEqual([]);
  });
});

describe('differingTests', () => {
  it('names what passed in one and failed in the other, and nothing of runs that did not run', () => {
    const one = report({ a: 'passed', b: 'failed', c: 'passed', d: 'skipped' });
    const two = report({ a: 'failed', b: 'error', c: 'passed', d: 'failed', e: 'failed' });
    expect(differingTests(one, two)).toEqual(['a']);
    expect(differingTests(one, { ...two, state: 'not run' })).toEqual([]);
  });
});

describe('scopes', () => {
  it('tells ids from parts of names, and reads the labels of unittest', () => {
    const parts = scopeParts({
      names: ['a/b.py::C::d', 'test_x (pkg.mod.Case)', 'adds', 'mod::name'],
    });
    expect(parts.ids).toEqual([{ id: 'a/b.py::C::d', file: 'a/b.py', name: 'C::d' }]);
    expect(parts.patterns).toEqual(['pkg.mod.Case.test_x', 'adds', 'mod::name']);
  });

  it('have the same key in any order, and the whole suite the empty one', () => {
    expect(scopeKey({ files: ['a', 'b'] })).toBe(scopeKey({ files: ['b', 'a'], names: [] }));
    expect(scopeKey({ files: [] })).toBe('');
  });

  it('keep what is inside of an id and drop what only begins like it', () => {
    const cases = ['t.py::a', 't.py::a[1]', 't.py::ab', 't.py::C::a', 'u.py::a'].map((id) => ({
      id,
      verdict: 'passed' as const,
      file: id.split('::')[0] ?? '',
    }));
    expect(ids(restrictToScope(cases, { names: ['t.py::a'] }))).toEqual(['t.py::a', 't.py::a[1]']);
    expect(ids(restrictToScope(cases, { names: ['t.C.a'] }))).toEqual(['t.py::C::a']);
    expect(ids(restrictToScope(cases, { files: ['u.py'] }))).toEqual(['u.py::a']);
    expect(ids(restrictToScope(cases, { files: ['u.py'], names: ['b'] }))).toEqual([]);
  });

  it('keep an error of a whole file of theirs', () => {
    const error = { id: 't.py', verdict: 'error' as const, file: 't.py' };
    expect(restrictToScope([error], { names: ['t.py::a'] })).toEqual([error]);
    expect(restrictToScope([error], { names: ['u.py::a'] })).toEqual([]);
  });
});

describe('summarise', () => {
  it('shows a trace that several tests share once', () => {
    const trace = 'ImportError: no x';
    const now = report([
      { id: 'a', verdict: 'failed', trace },
      { id: 'b', verdict: 'failed', trace },
    ]);
    const before = report({ a: 'passed', b: 'passed' });
    const comparison = compareReports(before, now);
    const text = summarise({ report: now, comparison, baseline: 'kept', flaky: [] });
    expect(text.split(trace)).toHaveLength(2);
    expect(text).toContain('- b\n    as a');
  });

  it('does not call failures new when there was nothing to compare with', () => {
    const now = report({ a: 'failed' });
    const comparison = compareReports(null, now);
    const text = summarise({ report: now, comparison, baseline: 'unknown', flaky: [] });
    expect(text).toContain('nothing to compare with');
    expect(text).not.toMatch(/newly failing/i);
  });
});

describe('explainNotRun', () => {
  it('never lets it look like a pass', () => {
    const text = explainNotRun(report({ a: 'passed' }, { state: 'not run', exitCode: 0 }), 1_000);
    expect(text).toContain('do not take this for a pass');
    expect(text).toContain('It printed nothing.');
  });
});
