import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { usageOf } from '../../src/model/anthropic-turn.ts';
import {
  type BilledTokens,
  cachedPrompt,
  costOf,
  hasPrice,
  loadPrices,
} from '../../src/model/pricing.ts';
import type { Turn } from '../../src/trajectory/event.ts';

const PRICES = loadPrices();

function tokens(
  input: number,
  write5m: number,
  write1h: number,
  read: number,
  output: number,
): BilledTokens {
  return { input, cacheWrite5m: write5m, cacheWrite1h: write1h, cacheRead: read, output };
}

/** Each price is worked out by hand from the published list, dollars a million tokens. */
const BY_HAND: readonly [string, BilledTokens, number, string][] = [
  // 1,000 x 2 + 20,000 x 10 = 202,000
  ['claude-sonnet-5-5', tokens(1_000, 0, 0, 0, 20_000), 0.202, 'no cache'],
  // 12 x 2 + 4,000 x 2.5 + 6,000 x 4 + 500 x 10 = 24 + 10,000 + 24,000 + 5,000
  ['claude-sonnet-5-5', tokens(12, 4_000, 6_000, 0, 500), 0.039024, 'both writes'],
  // 500,000 x 0.1 + 3,000 x 2.5 + 1,200 x 10 = 50,000 + 7,500 + 12,000
  ['claude-sonnet-5-5', tokens(0, 3_000, 0, 500_000, 1_200), 0.0695, 'a long read'],
  // 250,000 x 0.2 + 2,000 x 5 + 900 x 20 + 7 x 4 = 50,000 + 10,000 + 18,000 + 28
  ['claude-opus-5-5', tokens(7, 2_000, 0, 250_000, 900), 0.078028, 'a cheaper read than elsewhere'],
  // 250,000 x 0.5 + 2,000 x 6.25 + 900 x 25 + 7 x 5 = 125,000 + 12,500 + 22,500 + 35
  ['claude-opus-4-8', tokens(7, 2_000, 0, 250_000, 900), 0.160035, 'the older Opus'],
  // 40,000 x 0.25 + 1,000 x 12.5 + 10 x 10 + 300 x 50 = 10,000 + 12,500 + 100 + 15,000
  ['claude-fable-5-1', tokens(10, 1_000, 0, 40_000, 300), 0.0376, 'Fable 5.1'],
  // the same with a read of 1: 40,000 + 12,500 + 100 + 15,000
  ['claude-fable-5', tokens(10, 1_000, 0, 40_000, 300), 0.0676, 'Fable 5 reads at four times that'],
  // exactly 100,000: 90,000 x 0.01 + 10,000 x 0.125 + 1,000 x 0.5 = 900 + 1,250 + 500
  [
    'claude-haiku-5-5',
    tokens(0, 10_000, 0, 90_000, 1_000),
    0.00265,
    'the last prompt of the low tier',
  ],
  // 100,001: 90,001 x 0.05 + 10,000 x 0.625 + 1,000 x 2.5 = 4,500.05 + 6,250 + 2,500
  [
    'claude-haiku-5-5',
    tokens(0, 10_000, 0, 90_001, 1_000),
    0.01325005,
    'the high tier, whole request',
  ],
  // 2,000 x 1 + 5,000 x 2 + 30,000 x 0.1 + 400 x 5 = 2,000 + 10,000 + 3,000 + 2,000
  ['claude-haiku-4-5-20251001', tokens(2_000, 0, 5_000, 30_000, 400), 0.017, 'a dated id'],
];

test.each(BY_HAND)('%s, %j: $%d (%s)', (model, billed, dollars) => {
  expect(costOf(PRICES, model, billed)).toBeCloseTo(dollars, 10);
});

describe("the service's usage", () => {
  const usage = {
    input_tokens: 12,
    output_tokens: 500,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 10_000,
    cache_creation: { ephemeral_5m_input_tokens: 4_000, ephemeral_1h_input_tokens: 6_000 },
  };

  test('is priced by the life of what was written', () => {
    expect(usageOf(usage, 'claude-sonnet-5-5', PRICES)).toEqual({
      inputTokens: 12,
      outputTokens: 500,
      cacheReadTokens: 0,
      cacheWriteTokens: 10_000,
      costUsd: 0.039024,
    });
  });

  test('counts each part of an answer that took several', () => {
    const compaction = { ...usage, output_tokens: 1_500 };
    const told = usageOf(
      { ...usage, iterations: [compaction, usage] },
      'claude-sonnet-5-5',
      PRICES,
    );
    expect(told).toMatchObject({ inputTokens: 24, outputTokens: 2_000, cacheWriteTokens: 20_000 });
    expect(told.costUsd).toBeCloseTo(0.039024 + 0.049024, 10);
  });

  test('of an unknown model has no price', () => {
    expect(usageOf(usage, 'claude-nobody-9', PRICES).costUsd).toBeNull();
  });
});

test('an unknown model has no price, not a price of 0', () => {
  expect(hasPrice(PRICES, 'gpt-oss')).toBe(false);
  expect(costOf(PRICES, 'gpt-oss', tokens(1, 0, 0, 0, 1))).toBeNull();
});

describe("the user's own file", () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prices-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const row = { input: 7, write5m: 7, write1h: 7, read: 7, output: 7 };
  const save = async (content: unknown) => {
    const file = join(folder, 'prices.json');
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };

  test('goes before the built-in table, model by model, and its version is kept', async () => {
    const models = [{ names: ['claude-sonnet-5-5', 'my-model'], tiers: [row] }];
    const table = loadPrices(await save({ version: 'mine', models }));
    expect(table.version).toBe(`${PRICES.version}+mine`);
    expect(costOf(table, 'claude-sonnet-5-5', tokens(1_000_000, 0, 0, 0, 0))).toBe(7);
    expect(costOf(table, 'my-model', tokens(0, 0, 0, 0, 1_000_000))).toBe(7);
    expect(costOf(table, 'claude-opus-5-5', tokens(1_000_000, 0, 0, 0, 0))).toBe(4);
  });

  test('beyond its last tier a request has no price', async () => {
    const models = [{ names: ['short'], tiers: [{ ...row, maxPromptTokens: 10 }] }];
    const table = loadPrices(await save({ version: 'mine', models }));
    expect(costOf(table, 'short', tokens(11, 0, 0, 0, 0))).toBeNull();
  });

  test.each([
    ['no JSON', '{', /price file .* cannot be read as JSON/],
    ['no version', { models: [] }, /wrong at version/],
    [
      'a negative price',
      { version: 'x', models: [{ names: ['a'], tiers: [{ ...row, read: -1 }] }] },
      /wrong at models\.0\.tiers\.0\.read/,
    ],
    ['a misspelt field', { version: 'x', models: [], model: [] }, /wrong at its top: .*model/],
  ])('%s is told with its place', async (_name, content, message) => {
    const file = await save(content);
    expect(() => loadPrices(file)).toThrow(UsageError);
    expect(() => loadPrices(file)).toThrow(message);
  });
});

describe('the least that the next request costs', () => {
  const usage = {
    inputTokens: 1_000,
    outputTokens: 50,
    cacheReadTokens: 400_000,
    cacheWriteTokens: 99_000,
    costUsd: null,
  };
  const turn: Turn = {
    text: '',
    actions: [],
    usage,
    stopReason: 'end_turn',
    model: 'm',
    raw: null,
  };

  test('is the last prompt read from the cache', () => {
    const billed = cachedPrompt([
      { role: 'user', text: 'x' },
      { role: 'assistant', turn },
      { role: 'user', text: 'y'.repeat(10_000) },
    ]);
    // 500,000 x 0.1
    expect(costOf(PRICES, 'claude-sonnet-5-5', billed)).toBeCloseTo(0.05, 10);
    expect(costOf(PRICES, 'claude-nobody-9', billed)).toBeNull();
  });

  test('is nothing at the beginning', () => {
    expect(costOf(PRICES, 'claude-sonnet-5-5', cachedPrompt([{ role: 'user', text: 'x' }]))).toBe(
      0,
    );
  });
});
