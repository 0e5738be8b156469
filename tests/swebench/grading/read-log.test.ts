import { describe, expect, it } from 'vitest';
import { findMarkers } from '../../../src/swebench/grading/find-markers.ts';
import { readLog } from '../../../src/swebench/grading/read-log.ts';
import { gradeInstance, pythonJson } from '../../../src/swebench/grading/report.ts';
import { LogFormatError } from '../../../src/swebench/parsers/parser.ts';
import { END, exitCode, instance, log, PASSING, START } from './support.ts';

const why = (text: string, changes = {}) => {
  const reading = readLog(text, instance(changes));
  return reading.valid ? [...reading.statuses] : reading.why;
};

describe('a log', () => {
  it('is read between its first markers, whatever ends its lines', () => {
    const text = log(['PASSED a'], 0, ['PASSED before']) + log(['PASSED later']);
    expect(why(text)).toEqual([['a', 'PASSED']]);
    expect(why(text.replaceAll('\n', '\r\n'))).toEqual([['a', 'PASSED']]);
  });

  it('is read whole when nothing stands between the markers', () => {
    expect(why(`PASSED early\n${log([])}PASSED late\n`)).toEqual([
      ['early', 'PASSED'],
      ['late', 'PASSED'],
    ]);
  });

  it.each([
    ['>>>>> Patch Apply Failed', 'the log says ">>>>> Patch Apply Failed"'],
    ['>>>>> Tests Timed Out', 'the log says ">>>>> Tests Timed Out"'],
  ])('counts for nothing with %s in it', (code, reason) => {
    expect(why(`${log(PASSING)}${code}\n`)).toBe(reason);
  });

  it('counts for nothing without a marker', () => {
    expect(why(log(PASSING).replace(START, ''))).toMatch(/no ">>>>> Start/);
    expect(why(log(PASSING).replace(END, ''))).toMatch(/no ">>>>> End/);
  });

  it('counts for nothing when the tests failed and it tells of no failure', () => {
    expect(why(log(PASSING, 1))).toMatch(/exit code 1/);
    expect(why(log([...PASSING, 'FAILED x'], 1))).toHaveLength(3);
    expect(why(log([...PASSING, 'SKIPPED x'], 2))).toMatch(/exit code 2/);
  });

  it('without any result counts only when a suite ran', () => {
    const none = { evalType: 'fail_only', logParser: 'parse_log_marked' };
    expect(why(log(['120 specs, 0 failures']), none)).toEqual([]);
    expect(why(log(['Executed 0 of 0 specs']), none)).toMatch(/nothing shows/);
    expect(why(log(["a/main.js': ok"]), none)).toEqual([]);
  });

  it('of a harness before 5.0 keeps that one’s report of a run without results', () => {
    const before = log([]).replace(exitCode(0), '');
    expect(gradeInstance(instance(), before).report).toMatchObject({
      resolved: false,
      patch_successfully_applied: true,
      tests_status: {
        FAIL_TO_PASS: { success: [], failure: ['test_jug.py::test_spill'] },
        PASS_TO_PASS: { success: [], failure: ['test_jug.py::test_pour'] },
      },
    });
    const now = gradeInstance(instance(), log([])).report;
    expect(now.patch_successfully_applied).toBe(false);
    expect(now).not.toHaveProperty('tests_status');
  });

  it('records exit codes in any digits', () => {
    const exitCodesOf = (text: string) => findMarkers(text).exitCodes;
    expect(exitCodesOf('>>>>> Test Exit Code: 1\n>>>>> Test Exit Code:\n -12')).toEqual([1, -12]);
    expect(exitCodesOf('>>>>> Test Exit Code: ١٢')).toEqual([12]);
  });

  it('needs a parser of the registry', () => {
    expect(() => why(log(PASSING), { logParser: 'parse_log_of_dreams' })).toThrow(LogFormatError);
  });
});

describe('report.json', () => {
  it('has the official fields in the official order', () => {
    const { report } = gradeInstance(instance(), log(PASSING));
    expect(Object.keys(report)).toEqual([
      'patch_is_None',
      'patch_exists',
      'patch_successfully_applied',
      'resolved',
      'infra_failure',
      'tests_status',
    ]);
    expect(Object.keys(report.tests_status ?? {})).toEqual([
      'FAIL_TO_PASS',
      'PASS_TO_PASS',
      'FAIL_TO_FAIL',
      'PASS_TO_FAIL',
    ]);
    expect(report.resolved).toBe(true);
  });

  it('labels what looks like a fault of the environment, and only where nothing could be graded', () => {
    const broken = gradeInstance(instance(), 'Cannot allocate memory\nno tests ran\n').report;
    expect(broken).toMatchObject({ infra_failure: true, infra_failure_reason: 'out_of_memory' });
    const ambiguous = gradeInstance(instance(), 'collected 0 items\n').report;
    expect(ambiguous).toMatchObject({
      infra_failure: false,
      infra_failure_reason: 'no_tests_collected',
    });
    const graded = gradeInstance(instance(), log([...PASSING, 'Killed'])).report;
    expect(graded).not.toHaveProperty('infra_failure_reason');
  });

  it('of a prediction without a patch says so', () => {
    expect(gradeInstance(instance(), null).report).toMatchObject({
      patch_is_None: true,
      patch_exists: false,
      resolved: false,
    });
  });

  it('is written as Python writes JSON', () => {
    const text = pythonJson({ 'größe\u007f': ['\u{1f600}', '\u2028"\\\n'], none: [], nothing: {} });
    expect(text).toBe(
      '{\n    "gr\\u00f6\\u00dfe\\u007f": [\n        "\\ud83d\\ude00",\n        "\\u2028\\"\\\\\\n"\n    ],\n    "none": [],\n    "nothing": {}\n}',
    );
  });
});
