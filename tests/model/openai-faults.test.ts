import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Turn } from '../../src/trajectory/event.ts';
import type { Fault, StreamFault, Transport } from '../support/messages-api/faults.ts';
import { text, thinking, toolUse } from '../support/messages-api/script.ts';
import { DIALECTS } from '../support/openai-api/dialect.ts';
import { CHAT_FAULTS } from '../support/openai-api/faults.ts';
import { SHORT_PATIENCE } from './anthropic-server.ts';
import { cutAt, never, opening } from './converse.ts';
import { runCounting } from './loop-run.ts';
import { startChat } from './openai-server.ts';

const step = (command: string) => [text('Ärger 🐞 ahead.'), toolUse('bash', { command })];
const TURNS = [step('one'), step('two'), step('three'), [toolUse('submit', {})]];
const WHOLE = ['one', 'two', 'three', 'submit'];

const MOMENTS = { 'first turn': 0, 'third turn': 2 } as const;
const PLACES = ['start', 'text', 'tool', 'message_delta'] as const;
const BREAKS: Readonly<Record<string, (at: (typeof PLACES)[number]) => StreamFault>> = {
  'an error event': (at) => ({ kind: 'error', at }),
  'a clean end': (at) => ({ kind: 'end', at }),
  'a reset': (at) => ({ kind: 'reset', at }),
  'a stall': (at) => ({ kind: 'stall', at }),
  'a stall with comments': (at) => ({ kind: 'stall', at, pings: 50 }),
  'an event that is no JSON': (at) => ({ kind: 'garbage', at }),
};

describe.each(Object.entries(MOMENTS))('a stream broken on the %s', (_, index) => {
  describe.each(Object.entries(BREAKS))('by %s', (_name, fault) => {
    test.each(PLACES)('at %s: the turn is asked for again, nothing runs twice', async (at) => {
      const { model, server } = await startChat(
        { turns: TURNS, faults: { [index]: fault(at) }, dialect: DIALECTS.openRouter },
        { patience: SHORT_PATIENCE },
      );
      const run = await runCounting(model);
      expect(run.end.status).toBe('submitted');
      expect(run.ran).toEqual(WHOLE);
      expect(server.requests).toHaveLength(5);
      expect(run.progress).toEqual([
        expect.stringMatching(/^waiting 0\.0 s, (server error|connection lost)$/),
      ]);
    });
  });
});

test('an answer whose reason has come is whole, though its usage has not', async () => {
  const { model, server } = await startChat({
    turns: TURNS,
    faults: { 0: { kind: 'end', at: 'message_stop' } },
  });
  const turn = await model.complete(opening(), { signal: never });
  expect(turn.actions).toHaveLength(1);
  expect(turn.usage.inputTokens).toBeGreaterThan(0);
  expect(server.requests).toHaveLength(1);
});

describe.each(Object.entries(MOMENTS))('no answer on the %s', (_, index) => {
  test.each([
    ['overloaded', CHAT_FAULTS.overloaded()],
    ['a model that is still loading', CHAT_FAULTS.loading()],
    ['internal error', CHAT_FAULTS.internal()],
    ['refused connection', { kind: 'refuse' } satisfies Fault],
    ['silence', { kind: 'silence' } satisfies Fault],
  ])('%s: the turn is asked for again', async (_name, fault) => {
    const { model } = await startChat(
      { turns: TURNS, faults: { [index]: fault } },
      { patience: SHORT_PATIENCE },
    );
    const run = await runCounting(model);
    expect(run.ran).toEqual(WHOLE);
    expect(run.progress).toHaveLength(1);
  });
});

test('a rate limit is waited for and told', async () => {
  const { model } = await startChat({ turns: TURNS, faults: { 0: CHAT_FAULTS.rateLimit(1) } });
  const run = await runCounting(model);
  expect(run.progress).toEqual(['waiting 1 s, rate limit']);
  expect(run.ran).toEqual(WHOLE);
});

test.each(['openai', 'vllm', 'openRouter'] as const)(
  'a cut call of %s never runs',
  async (name) => {
    const content = step('two');
    const cut = { content, fault: { kind: 'max_tokens_in_tool', characters: 9 } as const };
    const { model } = await startChat({
      turns: [TURNS[0] ?? [], cut, ...TURNS.slice(1)],
      dialect: DIALECTS[name],
    });
    const run = await runCounting(model);
    expect(run.turns[1]?.stopReason).toBe('max_tokens');
    expect(run.ran).toEqual(WHOLE);
  },
);

describe('a failure for good', () => {
  test.each([
    ['quota', CHAT_FAULTS.quota(), 'billing', 'You exceeded your current quota'],
    ['credits', CHAT_FAULTS.credits(), 'billing', 'Insufficient credits'],
    ['too large', CHAT_FAULTS.tooLargeAtProxy(), 'context_window', '413'],
  ] as const)('%s is told at once', async (_name, fault, kind, words) => {
    for (const dialect of [DIALECTS.openai, DIALECTS.vllm, DIALECTS.openRouter]) {
      const { model, server } = await startChat({ turns: TURNS, faults: () => fault, dialect });
      await expect(model.complete(opening(), { signal: never })).rejects.toMatchObject({
        kind,
        message: expect.stringContaining(words),
      });
      expect(server.requests).toHaveLength(1);
    }
  });

  test('a wrong key is named with its mend and never shown', async () => {
    const { model } = await startChat({ turns: TURNS }, { apiKey: 'sk-wrong' });
    const error = await model.complete(opening(), { signal: never }).catch((thrown) => thrown);
    expect(error).toMatchObject({
      kind: 'authentication',
      message: expect.stringMatching(/401: Incorrect API key provided\.; check OPENAI_API_KEY/),
    });
    expect(error.message).not.toContain('sk-wrong');
  });

  test('an abort rejects with its reason', async () => {
    const { model, server } = await startChat({ turns: [{ content: [text('x')], delay: 10_000 }] });
    const controller = new AbortController();
    const pending = model.complete(opening(), { signal: controller.signal });
    await expect.poll(() => server.requests.length).toBe(1);
    const reason = new Error('Ctrl-C');
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
  });
});

test('any split of the body into chunks gives the same turn', async () => {
  let transport: Transport = {};
  const content = [
    thinking('Größe, 日本語 🐞.'),
    text('Ändere "x"\r\nund\ty: ☃ \u2028 𝒳'),
    toolUse('bash', { command: 'echo "🐞\\n" > ä.txt' }, 'call_1'),
    toolUse('view', { path: 'ö/日本.py', line: 12 }, 'call_2'),
  ];
  const { model } = await startChat({
    turns: () => ({ content, transport }),
    dialect: DIALECTS.openRouter,
  });
  const ask = async (how: Transport): Promise<Partial<Turn>> => {
    transport = how;
    const { usage: _, ...turn } = await model.complete(opening(), { signal: never });
    // Pieces of the reasoning go back as they came; their text is compared, not their number.
    return { ...turn, raw: null };
  };
  const whole = await ask({ chunks: (body) => [body] });
  expect(whole).toMatchObject({
    thinking: 'Größe, 日本語 🐞.',
    text: 'Ändere "x"\r\nund\ty: ☃ \u2028 𝒳',
    actions: [{ id: 'call_1' }, { id: 'call_2', input: { path: 'ö/日本.py', line: 12 } }],
  });
  for (const newline of ['\n', '\r\n', '\r'] as const) {
    expect(await ask({ newline, chunks: 'multibyte' })).toEqual(whole);
    expect(await ask({ newline, chunks: 7 })).toEqual(whole);
  }
  const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
  const newlines = fc.constantFrom('\n' as const, '\r\n' as const, '\r' as const);
  await fc.assert(
    fc.asyncProperty(places, newlines, async (at, newline) => {
      expect(await ask({ newline, chunks: (body) => cutAt(body, at) })).toEqual(whole);
    }),
    { numRuns: 100 },
  );
});
