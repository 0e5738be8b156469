import { afterEach, expect, test } from 'vitest';
import { GOOD, post, TOOL } from './raw.ts';
import { text, toolUse } from './script.ts';
import { type MessagesApi, startMessagesApi } from './server.ts';

let server: MessagesApi | undefined;
let clock = 0;

async function start() {
  clock = 1_000_000;
  server = await startMessagesApi({ turns: () => [text('ok')], now: () => clock });
  return server;
}

afterEach(async () => {
  await server?.close();
});

const MARK = { cache_control: { type: 'ephemeral' } };
const HOUR = { cache_control: { type: 'ephemeral', ttl: '1h' } };
/** About so many tokens of text. */
const words = (tokens: number, seed = 'a') => seed.repeat(tokens * 4);
const block = (tokens: number, more = {}, seed = 'a') => ({
  type: 'text',
  text: words(tokens, seed),
  ...more,
});

async function usageOf(api: MessagesApi, body: object) {
  const { status, json } = await post(api, { ...GOOD, ...body });
  expect(status).toBe(200);
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, cache_creation } =
    json.usage;
  expect(cache_creation_input_tokens).toBe(
    cache_creation.ephemeral_5m_input_tokens + cache_creation.ephemeral_1h_input_tokens,
  );
  return {
    rest: input_tokens,
    read: cache_read_input_tokens,
    short: cache_creation.ephemeral_5m_input_tokens,
    long: cache_creation.ephemeral_1h_input_tokens,
  };
}

const near = (tokens: number) => expect.toSatisfy((n: number) => Math.abs(n - tokens) <= 60);

test('nothing is cached without a mark', async () => {
  const api = await start();
  const body = { system: [block(5000)] };
  await usageOf(api, body);
  expect(await usageOf(api, body)).toEqual({ rest: near(5000), read: 0, short: 0, long: 0 });
});

test('a marked prefix is written, then read', async () => {
  const api = await start();
  const body = { system: [block(5000, MARK)], messages: [{ role: 'user', content: words(100) }] };
  expect(await usageOf(api, body)).toEqual({
    rest: near(100),
    read: 0,
    short: near(5000),
    long: 0,
  });
  expect(await usageOf(api, body)).toEqual({
    rest: near(100),
    read: near(5000),
    short: 0,
    long: 0,
  });
});

test('lifetimes are told apart and run out', async () => {
  const api = await start();
  const body = {
    system: [block(3000, HOUR)],
    messages: [{ role: 'user', content: [block(2000, MARK)] }],
  };
  expect(await usageOf(api, body)).toEqual({
    rest: 0,
    read: 0,
    short: near(2000),
    long: near(3000),
  });
  clock += 5 * 60_000 - 1;
  expect((await usageOf(api, body)).read).toEqual(near(5000));
  clock += 5 * 60_000 - 1;
  expect((await usageOf(api, body)).read).toEqual(near(5000));
  clock += 5 * 60_000;
  expect(await usageOf(api, body)).toEqual({
    rest: 0,
    read: near(3000),
    short: near(2000),
    long: 0,
  });
  clock += 60 * 60_000;
  expect((await usageOf(api, body)).read).toBe(0);
});

test('a prefix under the minimum of the model is not cached', async () => {
  const api = await start();
  const small = { system: [block(450, MARK)] };
  await usageOf(api, small);
  expect(await usageOf(api, small)).toEqual({ rest: near(460), read: 0, short: 0, long: 0 });
  const older = { model: 'claude-haiku-4-5', system: [block(4000, MARK)] };
  await usageOf(api, older);
  expect((await usageOf(api, older)).read).toBe(0);
});

test.each<[string, (body: ReturnType<typeof conversation>) => void, number]>([
  ['nothing', () => undefined, 4000],
  ['the model', (body) => Object.assign(body, { model: 'claude-opus-5-5' }), 0],
  [
    'a tool',
    (body) => Object.assign(body, { tools: [{ ...TOOL, description: words(1000, 'b') }] }),
    0,
  ],
  ['the system prompt', (body) => Object.assign(body, { system: [block(1000, {}, 'b')] }), 0],
  [
    'the way of thinking',
    (body) => Object.assign(body, { thinking: { type: 'between_tools' } }),
    2000,
  ],
  ['the tool choice', (body) => Object.assign(body, { tool_choice: { type: 'none' } }), 2000],
  [
    'the first message',
    (body) =>
      Object.assign(body, { messages: [{ role: 'user', content: [block(2000, MARK, 'b')] }] }),
    2000,
  ],
  ['the effort', (body) => Object.assign(body, { output_config: { effort: 'low' } }), 4000],
  [
    'the place of the mark',
    (body) =>
      Object.assign(body, {
        messages: [{ role: 'user', content: [block(2000), block(10, MARK)] }],
      }),
    4000,
  ],
])('a change of %s', async (_, change, read) => {
  const api = await start();
  const body = conversation();
  await usageOf(api, body);
  change(body);
  expect((await usageOf(api, body)).read).toEqual(read === 0 ? 0 : near(read));
});

function conversation() {
  return {
    tools: [{ ...TOOL, description: words(1000) }],
    system: [block(1000, MARK)],
    messages: [{ role: 'user', content: [block(2000, MARK)] }],
  };
}

test('a growing conversation with one automatic mark reads all that came before', async () => {
  const api = await start();
  const messages: object[] = [{ role: 'user', content: words(1000) }];
  let total = 0;
  for (let turn = 0; turn < 6; turn++) {
    const usage = await usageOf(api, { ...MARK, messages });
    expect(usage.read).toBe(total);
    expect(usage.rest).toBe(0);
    total = usage.read + usage.short;
    messages.push(
      { role: 'assistant', content: words(200) },
      { role: 'user', content: words(500) },
    );
  }
});

test.each([
  [9, true],
  [10, false],
])('%i parallel calls: the cache is in sight: %s', async (calls, seen) => {
  const content = Array.from({ length: calls }, (_, i) => toolUse('view', {}, `toolu_${i}`));
  server = await startMessagesApi({ turns: () => content });
  const first = { ...MARK, tools: [TOOL], messages: [{ role: 'user', content: words(1000) }] };
  await usageOf(server, first);
  const ids = content.map((_, i) => `toolu_${i}`);
  const messages = [
    ...first.messages,
    {
      role: 'assistant',
      content: ids.map((id) => ({ type: 'tool_use', id, name: 'view', input: {} })),
    },
    {
      role: 'user',
      content: ids.map((id) => ({ type: 'tool_result', tool_use_id: id, content: 'x' })),
    },
  ];
  const usage = await usageOf(server, { ...first, messages });
  expect(usage.read > 0).toBe(seen);
});

test('an earlier mark still in place is read when the last one is out of sight', async () => {
  const api = await start();
  const parts = Array.from({ length: 30 }, (_, i) => block(50, {}, String.fromCharCode(97 + i)));
  const body = (count: number) => ({
    system: [block(1000, MARK)],
    messages: [
      { role: 'user', content: [...parts.slice(0, count - 1), { ...parts[count - 1], ...MARK }] },
    ],
  });
  await usageOf(api, body(5));
  expect((await usageOf(api, body(30))).read).toEqual(near(1000));
});

test('a refused request writes nothing', async () => {
  const api = await start();
  const body = { system: [block(3000, MARK)] };
  const { status } = await post(api, { ...GOOD, ...body, temperature: 1 });
  expect(status).toBe(400);
  expect((await usageOf(api, body)).read).toBe(0);
});
