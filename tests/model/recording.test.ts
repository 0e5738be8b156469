import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { createRecordedModel } from '../../src/model/recorded.ts';
import { recordingFetch } from '../../src/model/recording.ts';
import {
  firstDifference,
  lengthen,
  type RequestBody,
  shorten,
} from '../../src/model/recording-format.ts';
import type { Turn } from '../../src/trajectory/event.ts';
import { FAULTS } from '../support/messages-api/faults.ts';
import { text, thinking, toolUse } from '../support/messages-api/script.ts';
import { DIALECTS } from '../support/openai-api/dialect.ts';
import { PRICES, SHORT_PATIENCE, start } from './anthropic-server.ts';
import { converse } from './converse.ts';
import { startChat } from './openai-server.ts';

let folder = '';
let file = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recording-'));
  file = join(folder, 'run.jsonl');
});
afterAll(() => rm(folder, { recursive: true }));

const SCRIPT = [
  [thinking('Hm.'), text('Größe 🐞'), toolUse('view', { path: 'a.py' })],
  [thinking('Aha.'), toolUse('bash', { command: 'ls' })],
  [text('Done.')],
];
const KEY = 'sk-ant-very-secret';
const MODEL = 'claude-sonnet-5-5';

/** Everything that a turn tells, its id too. */
async function play(turns: number, run?: () => string): Promise<Turn[]> {
  return converse(await createRecordedModel(file, PRICES), { turns, ...(run ? { run } : {}) });
}

describe('Claude', () => {
  const record = () =>
    recordingFetch({ file, provider: 'anthropic', options: { model: MODEL }, secrets: [KEY] });

  test('plays back the same turns through the same client', async () => {
    const { model } = await start(
      { turns: SCRIPT, apiKey: KEY },
      { apiKey: KEY, fetch: record(), settled: true },
    );
    const turns = await converse(model, { turns: 3 });
    expect(await play(3)).toEqual(turns);
    expect((await createRecordedModel(file, PRICES)).name).toBe(`recorded:${MODEL}`);
  });

  test('keeps every attempt: statuses, broken and stalled streams, no answer at all', async () => {
    const { model, server } = await start(
      {
        turns: SCRIPT,
        faults: {
          0: FAULTS.overloaded(),
          1: { kind: 'reset', at: 'tool' },
          2: { kind: 'stall', at: 'text' },
          3: { kind: 'refuse' },
          5: FAULTS.rateLimit(1),
          6: { kind: 'error', type: 'api_error', message: 'Oops' },
        },
      },
      { fetch: record(), settled: true, patience: SHORT_PATIENCE },
    );
    const turns = await converse(model, { turns: 3 });
    expect(server.requests).toHaveLength(9);
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(1 + 1 + 9);
    expect(await play(3)).toEqual(turns);
  });

  test('the key is in no line, wherever it turns up', async () => {
    const { model } = await start(
      { turns: SCRIPT, apiKey: KEY },
      { apiKey: KEY, fetch: record(), settled: true },
    );
    await converse(model, { turns: 2, run: () => `env says "${KEY}"` });
    const content = await readFile(file, 'utf8');
    expect(content).not.toContain(KEY);
    expect(content).toContain('env says \\"[key]\\"');
    expect(content).not.toMatch(/authorization|bearer|127\.0\.0\.1/i);
  });

  test('a request that differs fails at once and shows where', async () => {
    const { model } = await start({ turns: SCRIPT }, { fetch: record(), settled: true });
    await converse(model, { turns: 3, run: () => `${'x'.repeat(100)} = 1` });
    await expect(play(3, () => `${'x'.repeat(100)} = 2`)).rejects.toMatchObject({
      name: 'ModelError',
      kind: 'invalid_request',
      message: expect.stringMatching(
        /request 2 differs from .*run\.jsonl at messages\[2\]\.content\[0\]\.content: recorded \.\.\."x+ = 1", now \.\.\."x+ = 2"$/,
      ),
    });
  });

  test('says when the recording is at its end', async () => {
    const { model } = await start({ turns: SCRIPT }, { fetch: record(), settled: true });
    await converse(model, { turns: 2 });
    await expect(play(3)).rejects.toThrow(/run\.jsonl has no further POST \/V1\/MESSAGES/i);
  });

  test('a long conversation takes little space', async () => {
    const { model } = await start(
      { turns: (_, n) => [toolUse('view', { path: `f${n}` })] },
      { fetch: record(), settled: true },
    );
    await converse(model, { turns: 30, run: () => 'y'.repeat(10_000) });
    expect((await readFile(file)).length).toBeLessThan(2 * 30 * 10_000);
    expect(await play(30, () => 'y'.repeat(10_000))).toHaveLength(30);
  });
});

test('a server of chat completions, in the text protocol', async () => {
  const call = '```json\n{"tool": "view", "input": {"path": "a.py"}}\n```';
  const { model } = await startChat(
    { turns: [[text(call)], [text('Done.')]], dialect: { ...DIALECTS.vllm, tools: 'refused' } },
    {
      fetch: recordingFetch({
        file,
        provider: 'openai',
        options: { model: 'local-model' },
        secrets: ['test-key'],
      }),
      settled: true,
    },
  );
  const turns = await converse(model, { turns: 2 });
  expect(await play(2)).toEqual(turns);
  expect(await readFile(file, 'utf8')).not.toContain('test-key');
});

describe('the format', () => {
  const message = fc.record({ role: fc.constantFrom('user', 'assistant'), content: fc.string() });
  const body = fc.record({
    messages: fc.array(message),
    rest: fc.dictionary(fc.constantFrom('model', 'tools', 'system'), fc.string()),
  });

  test('shortened requests can be lengthened again', () => {
    fc.assert(
      fc.property(fc.array(body), (bodies) => {
        let recorded: RequestBody | null = null;
        let played: RequestBody | null = null;
        for (const next of bodies) {
          played = lengthen(shorten(next, recorded), played);
          recorded = next;
          expect(played).toEqual(next);
        }
      }),
    );
  });

  test('a difference is found exactly when there is one', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (a, b) => {
        const [one, two] = [JSON.parse(a), JSON.parse(b)];
        const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(two));
        expect(firstDifference(one, two) === null).toBe(same);
        expect(firstDifference(one, JSON.parse(a))).toBeNull();
      }),
    );
  });

  test.each([
    [{ a: [1, 2] }, { a: [1, 3] }, 'a[1]: recorded 2, now 3'],
    [{ a: 1 }, {}, 'a: recorded 1, now nothing'],
    [[], {}, 'the body: recorded [], now {}'],
    [{ a: 'same then x' }, { a: 'same then y' }, 'a: recorded "same then x", now "same then y"'],
  ])('%j, %j', (recorded, now, words) => {
    expect(firstDifference(recorded, now)).toBe(words);
  });

  test.each([
    ['nothing', '', /the first line of .* is no JSON/],
    ['another file', '{"type":"header"}\n', /the first line of .* is no recording: type/],
    ['a broken line', null, /line 2 of .* is no recording/],
  ])('%s is no recording', async (_name, content, words) => {
    const header = { type: 'recording', version: 1, provider: 'openai', options: { model: 'x' } };
    await writeFile(file, content ?? `${JSON.stringify(header)}\n{"type":"exchange"}\n`);
    await expect(createRecordedModel(file, PRICES)).rejects.toThrow(UsageError);
    await expect(createRecordedModel(file, PRICES)).rejects.toThrow(words);
  });

  test('a file that cannot be written or read', async () => {
    const none = join(folder, 'none', 'x.jsonl');
    const options = {
      file: none,
      provider: 'openai',
      options: { model: 'x' },
      secrets: [],
    } as const;
    expect(() => recordingFetch(options)).toThrow(/--record: .*x\.jsonl cannot be written/);
    await expect(createRecordedModel(none, PRICES)).rejects.toThrow(/x\.jsonl cannot be read/);
  });
});

/** Keys in order, so that equal values have equal JSON. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
