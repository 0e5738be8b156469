import { describe, expect, it } from 'vitest';
import { parseEvents } from '../../../src/testing/parse/events.ts';

const lines = (...records: unknown[]) => records.map((one) => JSON.stringify(one)).join('\n');

describe('parseEvents', () => {
  it('is complete only with an end record', () => {
    const one = { t: 'case', id: 'a.py::b', file: 'a.py', verdict: 'passed' };
    expect(parseEvents(lines(one), '/repo').complete).toBe(false);
    expect(parseEvents(lines(one, { t: 'end' }), '/repo').complete).toBe(true);
  });

  it('shows the test in which the process died as an error', () => {
    const text = lines({ t: 'start', id: 'a.py::b' });
    expect(parseEvents(text, '/repo').cases).toMatchObject([{ id: 'a.py::b', verdict: 'error' }]);
  });

  it('does not blame a test that had ended', () => {
    const text = lines({ t: 'start', id: 'x' }, { t: 'case', id: 'x', verdict: 'passed' });
    expect(parseEvents(text, '/repo').cases).toEqual([{ id: 'x', verdict: 'passed' }]);
  });

  it('keeps the worst verdict of a test that is told twice', () => {
    const text = lines(
      { t: 'case', id: 'x', verdict: 'passed' },
      { t: 'case', id: 'x', verdict: 'error', message: 'in teardown' },
      { t: 'case', id: 'x', verdict: 'failed', message: 'later' },
    );
    expect(parseEvents(text, '/repo').cases).toEqual([
      { id: 'x', verdict: 'error', trace: 'in teardown' },
    ]);
  });

  it('passes over lines that are cut, foreign or of a wrong form', () => {
    const text = `noise\n{"t":"case","id":"x","verdict":"passed"}\n{"t":"case","id":7}\n{"t":"nothing"}\n{"t":"ca`;
    expect(parseEvents(text, '/repo').cases).toEqual([{ id: 'x', verdict: 'passed' }]);
  });

  it('leaves frames of installed packages and of the system out of a trace', () => {
    const frames = [
      ['/usr/lib/python3/unittest.py', 1, 'run()'],
      ['/repo/.venv/lib/site-packages/x.py', 2, 'call()'],
      ['/repo/src/a.py', 3, '  return b()  '],
    ];
    const text = lines({ t: 'case', id: 'x', verdict: 'failed', message: 'no', frames });
    expect(parseEvents(text, '/repo').cases[0]?.trace).toBe('no\n  src/a.py:3  return b()');
  });
});
