import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { trajectoryJsonSchema } from '../../src/trajectory/json-schema.ts';
import { parseTrajectory } from '../../src/trajectory/reader.ts';
import { sampleEvents } from '../support/trajectories/own.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** After a change of the types: `npx vitest run tests/trajectory/json-schema.test.ts -u`. */
test('docs/trajectory.schema.json is the schema of the types', async () => {
  const text = `${JSON.stringify(trajectoryJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(file('../../docs/trajectory.schema.json'));
});

test('the schema takes every event of a run, with fields it does not know, and refuses others', () => {
  const schema = z.fromJSONSchema(
    JSON.parse(readFileSync(file('../../docs/trajectory.schema.json'), 'utf8')),
  );
  for (const event of sampleEvents()) {
    expect(schema.safeParse({ ...event, later: 1 }).success, event.type).toBe(true);
    expect(schema.safeParse({ ...event, v: 2 }).success).toBe(false);
    expect(schema.safeParse({ ...event, type: 'other' }).success).toBe(false);
  }
});

test('a file of version 1 with every kind of event is read, whatever is added later', () => {
  const bytes = readFileSync(file('fixtures/version-1.jsonl'));
  const read = parseTrajectory(bytes);
  expect(read.problem).toBeUndefined();
  expect(read.events.map(({ type }) => type)).toEqual([
    'header',
    'note',
    'turn',
    'observation',
    'note',
    'outcome',
  ]);
});
