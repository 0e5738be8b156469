import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { TrajectoryEvent } from '../../src/trajectory/event.ts';
import { parseTrajectory, readTrajectory } from '../../src/trajectory/reader.ts';
import { TrajectoryWriter } from '../../src/trajectory/writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const note = fc.record({
  v: fc.constant(1 as const),
  seq: fc.nat(),
  time: fc.constant('2026-11-23T14:00:00.000Z'),
  type: fc.constant('note' as const),
  step: fc.nat(),
  level: fc.constantFrom('info' as const, 'warning' as const, 'progress' as const),
  kind: fc.constantFrom('nudge' as const, 'general' as const),
  text: fc.string({ unit: 'grapheme' }),
});

const bytesOf = (events: readonly TrajectoryEvent[]) =>
  Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));

test('a file cut at any byte gives all whole events and says where it stopped', () => {
  fc.assert(
    fc.property(fc.array(note, { maxLength: 6 }), fc.nat(), (events, cut) => {
      const bytes = bytesOf(events);
      const end = bytes.length === 0 ? 0 : cut % (bytes.length + 1);
      const read = parseTrajectory(bytes.subarray(0, end));
      const whole = bytes.subarray(0, end).toString('latin1').split('\n').length - 1;
      expect(read.events).toEqual(events.slice(0, whole));
      expect(read.wholeBytes).toBe(bytesOf(events.slice(0, whole)).length);
      expect(read.complete).toBe(read.wholeBytes === end);
      if (!read.complete) expect(read.problem).toContain(`byte ${read.wholeBytes}`);
    }),
  );
});

test('damage in the middle stops the reading there, with the field named', () => {
  const good: TrajectoryEvent = {
    ...{ v: 1, seq: 0, time: 't', type: 'note', step: 0 },
    ...{ level: 'info', kind: 'general', text: 'x' },
  };
  const bad = { ...good, level: 'loud' };
  const read = parseTrajectory(bytesOf([good, bad as TrajectoryEvent, good]));
  expect(read.events).toHaveLength(1);
  expect(read.problem).toMatch(/after 1 events: field level/);
  const newer = parseTrajectory(Buffer.from(`${JSON.stringify({ ...good, v: 2 })}\n`));
  expect(newer.problem).toMatch(/version 2 is not one/);
  expect(parseTrajectory(Buffer.from('null\n')).problem).toMatch(/version undefined/);
});

test('what was written is read back, line by line', async () => {
  const path = join(folder, 'deep', 'trajectory.jsonl');
  const writer = new TrajectoryWriter(path);
  const event: TrajectoryEvent = {
    ...{ v: 1, seq: 0, time: 't', type: 'note', step: 0 },
    ...{ level: 'info', kind: 'general', text: 'line\n\u2028 end' },
  };
  writer.write(event);
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2);
  writer.write({ ...event, seq: 1 });
  writer.close();
  const read = await readTrajectory(path);
  expect(read).toMatchObject({ complete: true, events: [event, { ...event, seq: 1 }] });
});

test('an existing trajectory is never written over', () => {
  const path = join(folder, 'once.jsonl');
  new TrajectoryWriter(path).close();
  expect(() => new TrajectoryWriter(path)).toThrow(/EEXIST/);
});
