import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { NO_USAGE } from '../../src/agent/limits.ts';
import { Alternatives } from '../../src/commands/alternatives.ts';
import type { RepairData } from '../../src/repair/result.ts';
import type { Outcome, TrajectoryEvent } from '../../src/trajectory/event.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-alternatives-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const patch = (diff: string): RepairData['patches'][number] => ({
  ...{ path: 'a.py', startLine: 1, endLine: 1, oldText: 'a', newText: 'b' },
  ...{ kind: 'number', function: 'f', cost: 1, confidence: 0.5, diff },
});
const data: RepairData = {
  ...{ suspicious: [], tried: 2, perSecond: 1, seconds: 2, counts: {} },
  patches: [patch('first\n'), patch('second\n')],
};
const event = {
  ...{ v: 1, seq: 1, time: '2026-01-01T00:00:00.000Z', type: 'observation', step: 1 },
  observation: { actionId: 'a', text: '', isError: false, durationMs: 1, data },
} as TrajectoryEvent;
const outcome = (text: string): Outcome => ({
  ...{ status: 'refused', reason: 'not sure', patch: text, usage: NO_USAGE, steps: 1 },
  durationMs: 1,
});

test('candidates of a run without a patch are left as files, the likeliest first', async () => {
  const alternatives = new Alternatives();
  alternatives.see(event);
  const files = await alternatives.write(outcome(''), folder);
  expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(['first\n', 'second\n']);
  expect(readdirSync(folder)).toEqual(['alternative-1.diff', 'alternative-2.diff']);
});

test('a run with a patch leaves no candidates', async () => {
  const alternatives = new Alternatives();
  alternatives.see(event);
  expect(await alternatives.write(outcome('diff'), folder)).toEqual([]);
});
