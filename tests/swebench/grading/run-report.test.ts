import { describe, expect, it } from 'vitest';
import { runReport, runReportName } from '../../../src/swebench/grading/run-report.ts';

describe('the run report', () => {
  it('counts outcomes; infrastructure is a label beside the score', () => {
    const report = runReport(
      ['e', 'd', 'c', 'b', 'a', 'f'],
      new Map([
        ['b', { kind: 'resolved' }],
        ['a', { kind: 'unresolved', failure: { reason: 'out_of_memory', tier: 'environment' } }],
        ['c', { kind: 'error', failure: { reason: 'tests_timed_out', tier: 'ambiguous' } }],
        ['d', { kind: 'empty_patch' }],
        ['f', { kind: 'error', completed: true }],
      ]),
    );
    expect(report).toEqual({
      total_instances: 6,
      submitted_instances: 5,
      completed_instances: 3,
      resolved_instances: 1,
      unresolved_instances: 1,
      infra_failure_instances: 1,
      ambiguous_failure_instances: 1,
      empty_patch_instances: 1,
      error_instances: 2,
      completed_ids: ['a', 'b', 'f'],
      incomplete_ids: ['e'],
      empty_patch_ids: ['d'],
      submitted_ids: ['a', 'b', 'c', 'd', 'f'],
      resolved_ids: ['b'],
      unresolved_ids: ['a'],
      infra_failure_ids: ['a'],
      ambiguous_failure_ids: ['c'],
      failure_reasons: { a: 'out_of_memory', c: 'tests_timed_out' },
      error_ids: ['c', 'f'],
      schema_version: 2,
    });
  });

  it('is named after model and run', () => {
    expect(runReportName('org/model', 'run')).toBe('org__model.run.json');
  });
});
