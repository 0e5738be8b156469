import { describe, expect, test } from 'vitest';
import { ModelError } from '../../src/errors.ts';
import { createAnthropicModel } from '../../src/model/anthropic.ts';
import { FAULTS, type Fault, type StreamFault } from '../support/messages-api/faults.ts';
import { text, thinking, toolUse } from '../support/messages-api/script.ts';
import { startMessagesApi } from '../support/messages-api/server.ts';
import { FAST_RETRY, PRICES, SHORT_PATIENCE, start } from './anthropic-server.ts';
import { never, opening } from './converse.ts';
import { runCounting } from './loop-run.ts';

const step = (command: string) => [
  thinking(`I run ${command}.`),
  text('Ärger 🐞 ahead.'),
  toolUse('bash', { command }),
];
const TURNS = [step('one'), step('two'), step('three'), [toolUse('submit', {})]];
const WHOLE = ['one', 'two', 'three', 'submit'];

/** Which request of a run is struck. */
const MOMENTS = { 'first turn': 0, 'in the middle': 2 } as const;
/** Where in its stream. */
const PLACES = ['start', 'text', 'tool', 'message_delta', 'message_stop'] as const;

const BREAKS: Readonly<Record<string, (at: (typeof PLACES)[number]) => StreamFault>> = {
  'an error event': (at) => ({
    kind: 'error',
    type: 'overloaded_error',
    message: 'Overloaded',
    at,
  }),
  'a clean end': (at) => ({ kind: 'end', at }),
  'a reset': (at) => ({ kind: 'reset', at }),
  'a stall': (at) => ({ kind: 'stall', at }),
  'a stall with pings': (at) => ({ kind: 'stall', at, pings: 50 }),
  'an event that is no JSON': (at) => ({ kind: 'garbage', at }),
};

describe.each(Object.entries(MOMENTS))('a stream broken on the %s', (_, index) => {
  describe.each(Object.entries(BREAKS))('by %s', (_name, fault) => {
    test.each(PLACES)('at %s: the turn is asked for again, nothing runs twice', async (at) => {
      const { model, server } = await start(
        { turns: TURNS, faults: { [index]: fault(at) } },
        { patience: SHORT_PATIENCE },
      );
      const run = await runCounting(model);
      expect(run.end).toEqual({ status: 'submitted', reason: 'the patch was submitted' });
      expect(run.ran).toEqual(WHOLE);
      expect(server.requests.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      expect(run.progress).toEqual([
        expect.stringMatching(/^waiting 0\.0 s, (overloaded|connection lost)$/),
      ]);
    });
  });
});

describe.each(Object.entries(MOMENTS))('no answer on the %s', (_, index) => {
  test.each([
    ['overloaded', FAULTS.overloaded()],
    ['internal error', FAULTS.internal()],
    ['timeout', FAULTS.timeout()],
    ['conflict', FAULTS.conflict()],
    ['a gateway that is no API', FAULTS.badGateway()],
    ['refused connection', { kind: 'refuse' } satisfies Fault],
    ['silence', { kind: 'silence' } satisfies Fault],
  ])('%s: the turn is asked for again', async (_name, fault) => {
    const { model } = await start(
      { turns: TURNS, faults: { [index]: fault } },
      { patience: SHORT_PATIENCE },
    );
    const run = await runCounting(model);
    expect(run.end.status).toBe('submitted');
    expect(run.ran).toEqual(WHOLE);
    expect(run.progress).toHaveLength(1);
  });
});

describe('a rate limit', () => {
  test('is waited for as long as the service asks, and told', async () => {
    const { model } = await start({ turns: TURNS, faults: { 1: FAULTS.rateLimit(1) } });
    const before = performance.now();
    const run = await runCounting(model);
    expect(run.progress).toEqual(['waiting 1 s, rate limit']);
    expect(performance.now() - before).toBeGreaterThanOrEqual(990);
    expect(run.ran).toEqual(WHOLE);
  });

  test('a long wait ends with the run', async () => {
    const { model, server } = await start({ turns: TURNS, faults: () => FAULTS.rateLimit(3600) });
    const controller = new AbortController();
    const pending = runCounting(model, controller.signal);
    await expect.poll(() => server.requests[0]?.status).toBe(429);
    const reason = new Error('time is up');
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  test.each(['enforced_spend_limit_reached', 'contract_spend_limit_reached'] as const)(
    '%s is no rate limit and is not retried',
    async (code) => {
      const { model, server } = await start({
        turns: TURNS,
        faults: () => FAULTS.spendLimit(code),
      });
      await expect(model.complete(opening(), { signal: never })).rejects.toMatchObject({
        kind: 'billing',
        message: expect.stringContaining('You have reached your specified API usage limits.'),
      });
      expect(server.requests).toHaveLength(1);
    },
  );
});

test('a spend limit is not retried though a header says so', async () => {
  const fault = {
    ...FAULTS.spendLimit(),
    headers: { 'x-should-retry': 'true', 'retry-after': '1' },
  };
  const { model, server } = await start({ turns: TURNS, faults: () => fault });
  await expect(model.complete(opening(), { signal: never })).rejects.toMatchObject({
    kind: 'billing',
  });
  expect(server.requests).toHaveLength(1);
});

describe('a failure for good', () => {
  test('that stays silent is told as what it is', async () => {
    const { model } = await start(
      { turns: TURNS, faults: () => ({ kind: 'stall' }) },
      { patience: SHORT_PATIENCE, retry: { ...FAST_RETRY, attempts: 2 } },
    );
    await expect(model.complete(opening(), { signal: never })).rejects.toMatchObject({
      kind: 'network',
      message: 'the answer stopped: no data for 0.6 s (tried 2 times)',
    });
  });

  test.each([
    ['billing', FAULTS.billing(), 'billing', 'billing or payment information'],
    ['permission', FAULTS.permission(), 'authentication', 'check ANTHROPIC_API_KEY'],
    ['too large', FAULTS.tooLargeAtProxy(), 'context_window', '413'],
  ] as const)('%s is told at once', async (_name, fault, kind, words) => {
    const { model, server } = await start({ turns: TURNS, faults: () => fault });
    const error = await model.complete(opening(), { signal: never }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ kind, message: expect.stringContaining(words) });
    expect(error.cause).toBeInstanceOf(Error);
    expect(server.requests).toHaveLength(1);
  });

  test('a wrong key is named with its mend and never shown', async () => {
    const { model, server } = await start({ turns: TURNS }, { apiKey: 'sk-ant-wrong-key' });
    const error = await model.complete(opening(), { signal: never }).catch((thrown) => thrown);
    expect(error).toMatchObject({
      kind: 'authentication',
      message: expect.stringMatching(
        /refused the key \(401\): .*check ANTHROPIC_API_KEY, request req_/,
      ),
    });
    expect(error.message).not.toContain('sk-ant-wrong-key');
    expect(server.requests).toHaveLength(1);
  });

  test('an unknown model', async () => {
    const { model } = await start({ turns: TURNS }, { model: 'claude-nobody-9' });
    await expect(model.complete(opening(), { signal: never })).rejects.toMatchObject({
      kind: 'invalid_request',
      message: expect.stringContaining('claude-nobody-9'),
    });
  });

  test('nobody at the address', async () => {
    const server = await startMessagesApi({ turns: TURNS });
    const { url } = server;
    await server.close();
    const model = createAnthropicModel({
      model: 'claude-sonnet-5-5',
      apiKey: 'x',
      baseURL: url,
      prices: PRICES,
      retry: FAST_RETRY,
    });
    await expect(model.complete(opening(), { signal: never })).rejects.toMatchObject({
      kind: 'network',
      message: expect.stringMatching(
        new RegExp(
          `${url} cannot be reached: .*ECONNREFUSED.*; check the network \\(tried 6 times\\)`,
        ),
      ),
    });
  });

  test('overloaded for good ends after six requests', async () => {
    const { model, server } = await start({ turns: TURNS, faults: () => FAULTS.overloaded() });
    await expect(model.complete(opening(), { signal: never })).rejects.toMatchObject({
      kind: 'overloaded',
    });
    expect(server.requests).toHaveLength(6);
  });

  test('a conversation longer than the window', async () => {
    const { model } = await start({ turns: TURNS }, { model: 'claude-haiku-4-5' });
    await expect(
      model.complete(opening('x'.repeat(900_000)), { signal: never }),
    ).rejects.toMatchObject({ kind: 'context_window' });
  });
});

describe('a cut turn', () => {
  test.each(Object.entries(MOMENTS))(
    'on the %s: its call never runs and is answered',
    async (_, index) => {
      const turns = TURNS.flatMap((content, i) =>
        i === index
          ? [{ content, fault: { kind: 'max_tokens_in_tool', characters: 12 } as const }, content]
          : [content],
      );
      const { model } = await start({ turns });
      const run = await runCounting(model);
      expect(run.end.status).toBe('submitted');
      expect(run.ran).toEqual(WHOLE);
      expect(run.turns[index]?.stopReason).toBe('max_tokens');
    },
  );

  test('malformed JSON of a call is asked for again, and told when it stays so', async () => {
    const broken = {
      content: [
        { type: 'tool_use' as const, name: 'bash', input: {}, rawInput: '{"command": nonsense}' },
      ],
    };
    const once = await start({ turns: [broken, ...TURNS] });
    expect((await runCounting(once.model)).ran).toEqual(WHOLE);
    const always = await start({ turns: () => broken });
    await expect(runCounting(always.model)).rejects.toMatchObject({ kind: 'network' });
    expect(always.server.requests).toHaveLength(6);
  });
});

test('the tokens of a broken answer count', async () => {
  const { model, server } = await start({
    turns: [[text('Done.')]],
    faults: { 0: { kind: 'end' } },
  });
  const turn = await model.complete(opening('x'.repeat(8_000)), { signal: never });
  const { inputTokens, cacheReadTokens, cacheWriteTokens } = turn.usage;
  const told = server.requests.map(({ usage }) => [
    usage?.input_tokens ?? 0,
    usage?.cache_read_input_tokens ?? 0,
    usage?.cache_creation_input_tokens ?? 0,
  ]);
  const sum = (i: number) => told.reduce((total, counts) => total + (counts[i] ?? 0), 0);
  expect(told).toHaveLength(2);
  expect([inputTokens, cacheReadTokens, cacheWriteTokens]).toEqual([sum(0), sum(1), sum(2)]);
  expect(cacheReadTokens).toBeGreaterThan(1_000);
  expect(cacheWriteTokens).toBeGreaterThan(1_000);
});
