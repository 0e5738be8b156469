import { describe, expect, test } from 'vitest';
import { clearedUses, contextEdits } from '../../src/model/anthropic-context.ts';
import { turnOf } from '../../src/model/anthropic-turn.ts';
import { type Catalogue, CatalogueReader, type ModelFacts } from '../../src/model/catalogue.ts';
import type { Message } from '../../src/model/model.ts';
import { ChatAccumulator } from '../../src/model/openai-stream.ts';
import { retryAfterOf } from '../../src/model/retry.ts';
import { never } from './converse.ts';

const FREE = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
};

test.each(['tool_use', 'end_turn', 'brand_new', 'pause_turn'])(
  'a call that never ended makes the turn a cut one, whatever the service calls it: %s',
  (stop_reason) => {
    const block = { type: 'tool_use', id: 'a', name: 'bash', input: { command: 'rm -rf b' } };
    const message = { model: 'm', content: [block], stop_reason, stop_details: null };
    expect(turnOf(message, new Set(), FREE, null).stopReason).toBe('max_tokens');
    expect(turnOf(message, new Set([0]), FREE, null).stopReason).not.toBe('max_tokens');
  },
);

describe('old tool results', () => {
  const facts: ModelFacts = {
    contextTokens: 100_000,
    maxOutputTokens: 1,
    adaptiveThinking: true,
    efforts: [],
    contextEdits: ['clear_tool_uses_20250919'],
  };
  /** Turns of one call each, with these prompt sizes. */
  const conversation = (prompts: readonly number[]): Message[] =>
    prompts.map((inputTokens, i) => ({
      role: 'assistant',
      turn: {
        text: '',
        actions: [{ id: `${i}`, tool: 'view', input: {} }],
        usage: { ...FREE, inputTokens },
        stopReason: 'tool_use',
        model: 'm',
        raw: null,
      },
    }));

  test('stay while the prompt is short, or the model cannot leave them out', () => {
    expect(clearedUses(conversation(Array(50).fill(70_000)), facts)).toBe(0);
    expect(clearedUses(conversation(Array(50).fill(99_000)), undefined)).toBe(0);
    expect(clearedUses(conversation(Array(50).fill(99_000)), { ...facts, contextEdits: [] })).toBe(
      0,
    );
  });

  test('go in steps, never back, however long the prompt stays', () => {
    const long = Array(60).fill(99_000);
    const steps = long.map((_, n) => clearedUses(conversation(long.slice(0, n)), facts));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(new Set(steps).size).toBeLessThanOrEqual(60 / 8);
    expect(steps.at(-1)).toBeGreaterThan(40);
  });

  test('are left out exactly', () => {
    const messages = conversation(Array(30).fill(99_000));
    expect(contextEdits(messages, 0)).toBeUndefined();
    expect(contextEdits(messages, 12)?.edits).toMatchObject([{ keep: { value: 18 } }]);
  });
});

describe('the list of models', () => {
  const list: Catalogue = { version: 1, baseURL: 'x', fetchedAt: Date.now(), models: {} };

  test.each([
    ['that fails', () => Promise.reject(new Error('no'))],
    ['that does not know the model', () => Promise.resolve(list)],
  ])('%s is asked for once', async (_name, answer) => {
    let asked = 0;
    const fetch = () => {
      asked += 1;
      return answer();
    };
    const reader = new CatalogueReader({ file: undefined, baseURL: 'x', fetch });
    await reader.refresh('m', never);
    await reader.refresh('m', never);
    expect(asked).toBe(1);
    expect(reader.factsOf('m')).toBeUndefined();
  });
});

describe('calls put together from their pieces', () => {
  const add = (pieces: readonly object[]) => {
    const accumulator = new ChatAccumulator();
    for (const piece of pieces) accumulator.add({ choices: [{ delta: { tool_calls: [piece] } }] });
    return accumulator.answer().calls;
  };

  test('a new id under the same index begins a new call, though the one before has no arguments', () => {
    const calls = add([
      { index: 0, id: 'a', function: { name: 'submit', arguments: '' } },
      { index: 0, id: 'b', function: { name: 'view', arguments: '{"path"' } },
      { index: 0, id: 'b', function: { arguments: ':"x"}' } },
    ]);
    expect(calls).toEqual([
      { id: 'a', name: 'submit', json: '' },
      { id: 'b', name: 'view', json: '{"path":"x"}' },
    ]);
  });

  test('a name told again with each piece, an id that comes late, arguments as an object', () => {
    expect(
      add([
        { index: 1, function: { name: 'view', arguments: '{"pa' } },
        { index: 1, id: 'a', function: { name: 'view', arguments: 'th":"x"}' } },
        { index: 2, id: 'b', function: { name: 'view', arguments: { path: 'y' } } },
      ]),
    ).toEqual([
      { id: 'a', name: 'view', json: '{"path":"x"}' },
      { id: 'b', name: 'view', json: '{"path":"y"}' },
    ]);
  });
});

test.each([
  [{ 'retry-after-ms': '250' }, 250],
  [{ 'retry-after': '32' }, 32_000],
  [{ 'retry-after': '0.5', 'retry-after-ms': '10' }, 10],
  [{ 'retry-after': '0' }, undefined],
  [{ 'retry-after': '-3' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{}, undefined],
])('%j asks to wait %s ms', (headers, ms) => {
  expect(retryAfterOf(new Headers(headers as Record<string, string>))).toBe(ms);
});

test('a date asks to wait until then', () => {
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  const ms = retryAfterOf(new Headers({ 'retry-after': inAnHour })) ?? 0;
  expect(ms).toBeGreaterThan(3_500_000);
  expect(ms).toBeLessThanOrEqual(3_600_000);
});
