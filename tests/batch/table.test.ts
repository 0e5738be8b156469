import { expect, test } from 'vitest';
import { NO_USAGE } from '../../src/agent/limits.ts';
import type { InstanceResult } from '../../src/batch/instance-result.ts';
import { BatchProgress } from '../../src/batch/progress.ts';
import { batchTable, closingLines, endedLine } from '../../src/batch/table.ts';

const usage = (costUsd: number | null, inputTokens = 100) => ({
  ...NO_USAGE,
  costUsd,
  inputTokens,
});
const result = (instanceId: string, more: Partial<InstanceResult> = {}): InstanceResult => ({
  instanceId,
  runId: 'r',
  model: 'm',
  status: 'submitted',
  reason: 'the patch was submitted',
  patch: 'diff',
  usage: usage(0.5),
  steps: 7,
  durationMs: 65_000,
  ...more,
});

function running(): BatchProgress {
  const progress = new BatchProgress();
  progress.see(
    { type: 'batch', model: 'm', instances: 10, done: [result('old')], workers: 4 },
    1_000,
  );
  for (const instanceId of ['a', 'b', 'c']) progress.see({ type: 'started', instanceId }, 1_000);
  const step = { type: 'step', instanceId: 'a', attempt: 1, usage: usage(0.25) } as const;
  progress.see({ ...step, step: 1, action: 'view x.py' }, 2_000);
  progress.see({ ...step, step: 2, action: 'edit \u001b[31mx.py' }, 3_000);
  progress.see({ type: 'ended', result: result('b', { status: 'limit' }) }, 61_000);
  return progress;
}

test('the table tells what is done, what it cost, what runs and how long it will take', () => {
  const lines = batchTable(running(), 61_000, { columns: 120, rows: 24 }).split('\n');
  expect(lines).toEqual([
    '',
    '2 of 10 done  2 running  $1.00  300 tok  1:00  ETA 8:00',
    'limit 1  submitted 1',
    '  a  step 2    $0.50  200 tok  1:00  edit ·[31mx.py',
    '  c  step 0    $0  0 tok  1:00  getting ready',
  ]);
});

test('it fits the terminal', () => {
  const progress = running();
  for (let n = 0; n < 30; n += 1) progress.see({ type: 'started', instanceId: `more-${n}` }, 1_000);
  const lines = batchTable(progress, 61_000, { columns: 30, rows: 12 }).split('\n');
  expect(lines.length).toBeLessThanOrEqual(11);
  expect(lines.at(-1)).toBe('  and 26 more');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(30);
});

test('a price that is unknown is not shown as nothing', () => {
  const progress = running();
  const step = { type: 'step', instanceId: 'c', attempt: 2, step: 1, action: '' } as const;
  progress.see({ ...step, usage: usage(null) }, 62_000);
  expect(batchTable(progress, 62_000, { columns: 120, rows: 24 })).toContain('2 running  $?');
});

test('the end tells why it stopped and what is left', () => {
  const progress = running();
  progress.see({ type: 'stopping', reason: 'interrupted' }, 62_000);
  progress.see({ type: 'ended', result: result('a', { status: 'interrupted' }) }, 62_000);
  expect(closingLines(progress, 62_000, 'out')).toEqual([
    '3 of 10 done  $1.00  300 tok  1:01',
    'interrupted 1  limit 1  submitted 1',
    'stopped: interrupted',
    '8 not started or cut; run the same command again to go on',
    'predictions  out/preds.json',
  ]);
});

test('a line for an instance that has ended', () => {
  expect(endedLine(result('a'))).toBe('a  submitted  7 steps  $0.50  1:05');
  expect(endedLine(result('a', { patch: '' }))).toBe(
    'a  submitted  7 steps  $0.50  1:05  without a patch',
  );
  expect(endedLine(result('a', { status: 'error', reason: 'no\nkey' }))).toBe(
    'a  error  7 steps  $0.50  1:05  no·key',
  );
});
