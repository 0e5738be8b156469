import { describe, expect, it } from 'vitest';
import { median } from '../../src/median.ts';
import { compareRuns } from '../../src/trajectory/compare.ts';
import type { TrajectoryEvent } from '../../src/trajectory/event.ts';
import { recordedRun } from '../../src/trajectory/formats/own-run.ts';
import { cacheShare, summariseRun } from '../../src/trajectory/run-summary.ts';
import { runsCsv, statsOf } from '../../src/trajectory/stats.ts';
import { ownEvents, sampleEvents } from '../support/trajectories/own.ts';

const summary = (events: readonly TrajectoryEvent[], resolved: boolean | null = null) =>
  summariseRun(recordedRun(events), resolved);

describe('summariseRun', () => {
  it('counts calls, errors, patch lines and usage', () => {
    expect(summary(sampleEvents())).toMatchObject({
      status: 'submitted',
      steps: 4,
      patchAdded: 1,
      patchRemoved: 1,
      patchFiles: 1,
      durationMs: 1234,
      tools: [
        { tool: 'bash', calls: 1, errors: 0, durationMs: 3 },
        { tool: 'edit', calls: 1, errors: 1 },
        { tool: 'submit', calls: 1, errors: 0 },
        { tool: 'view', calls: 1, errors: 0 },
      ],
    });
  });

  it('sums a run up that has not ended', () => {
    const events = sampleEvents().filter(({ type }) => type !== 'outcome');
    expect(summary(events)).toMatchObject({
      status: 'running',
      steps: 4,
      durationMs: 4 * 20 + 4 * 3,
      usage: { inputTokens: 1000, outputTokens: 40, cacheReadTokens: 200, costUsd: 0.04 },
    });
  });

  it('counts no head of a file as a changed line', () => {
    const patch = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n--- minus\n-x\n+++ plus\n';
    expect(summary(ownEvents([], { patch }))).toMatchObject({ patchAdded: 1, patchRemoved: 2 });
  });
});

it('tells the share of the cache', () => {
  const usage = { inputTokens: 100, outputTokens: 9, cacheReadTokens: 300, cacheWriteTokens: 0 };
  expect(cacheShare({ ...usage, costUsd: 0 })).toBe(0.75);
  expect(cacheShare({ ...usage, inputTokens: 0, cacheReadTokens: 0, costUsd: 0 })).toBeNull();
});

describe('statsOf', () => {
  const runs = [
    summary(sampleEvents(), true),
    summary(ownEvents([{}], { model: 'other', runId: 'run-2' }), false),
    summary(ownEvents([{ turn: { usage: unknown() } }, {}], { patch: null, runId: 'run-3' })),
  ];

  it('groups by model, with statuses, verdicts and costs', () => {
    const { all, byModel, byTag } = statsOf(runs);
    expect(all).toMatchObject({
      runs: 3,
      statuses: { submitted: 2, running: 1 },
      judged: 2,
      resolved: 1,
      unknownCosts: 1,
      medianSteps: 2,
    });
    expect(all.knownCostUsd).toBeCloseTo(0.05, 9);
    expect(all.usage.costUsd).toBeNull();
    expect(byModel.map(({ name, runs: count }) => [name, count])).toEqual([
      ['other', 1],
      ['some-model', 2],
    ]);
    expect(byTag).toEqual([]);
    expect(all.tools.find(({ tool }) => tool === 'edit')).toMatchObject({ calls: 1, errors: 1 });
  });

  it('writes one line a run that no spreadsheet takes for a formula', () => {
    const evil = summary(ownEvents([], { taskId: '=cmd|"x"!A1,\n', runId: '+1' }));
    const [head, first, ...rest] = runsCsv([evil]).split('\r\n');
    expect(head?.split(',')).toHaveLength(19);
    expect(`${first}\r\n${rest.join('\r\n')}`).toMatch(/^'\+1,"'=cmd\|""x""!A1,\n",some-model,/);
  });
});

function unknown() {
  return {
    inputTokens: 1,
    outputTokens: 1,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    costUsd: null,
  };
}

it('median', () => {
  expect([median([]), median([3]), median([4, 1]), median([5, 1, 3])]).toEqual([null, 3, 2.5, 3]);
});

describe('compareRuns', () => {
  const run = (taskId: string, patch: string | null, resolved: boolean | null = null) =>
    summary(ownEvents([{}], { taskId, ...(patch === null ? { patch: '' } : { patch }) }), resolved);
  const patch = 'diff --git a/a b/a\n@@ -1 +1 @@\n-x\n+y\n';

  it('sorts tasks by who solved them: by verdict, else by a submitted change', () => {
    const a = [run('both', patch), run('a', patch), run('judged', patch, false), run('x', patch)];
    const b = [run('both', patch), run('a', null), run('judged', patch), run('y', patch)];
    expect(compareRuns(a, b)).toMatchObject({
      solvedByBoth: ['both'],
      onlyA: ['a'],
      onlyB: ['judged'],
      byNeither: [],
      missingInA: ['y'],
      missingInB: ['x'],
      totals: { a: { runs: 4, solved: 3, steps: 4 }, b: { runs: 4, solved: 3 } },
    });
  });

  it('takes the latest run of a task', () => {
    const early = { ...run('t', patch), startedAt: '2026-01-01T00:00:00Z' };
    const late = { ...run('t', null), startedAt: '2026-01-02T00:00:00Z' };
    expect(compareRuns([late, early], [early]).onlyB).toEqual(['t']);
  });
});
