import { afterEach, describe, expect, test } from 'vitest';
import { text, thinking, toolUse } from '../messages-api/script.ts';
import { DIALECTS, type Dialect } from './dialect.ts';
import { answering, calling, eventsIn, GOOD, post, STREAM, TOOL } from './raw.ts';
import { type ChatApi, type ChatApiOptions, startChatApi } from './server.ts';

let server: ChatApi | undefined;

async function start(options: ChatApiOptions) {
  server = await startChatApi(options);
  return server;
}

afterEach(async () => {
  await server?.close();
});

const TURN = [
  thinking('Let me think about this for a little while.'),
  text('I look at 日本語.py now, and at another file.'),
  toolUse('view', { path: 'a.py', note: 'long enough for several pieces' }, 'call_a'),
  toolUse('view', { path: 'b.py' }, 'call_b'),
];

/** Both ways of asking, put together as a client with no dialect of its own would. */
async function ask(dialect: Dialect, body: object = {}) {
  const api = await start({ turns: () => TURN, dialect });
  const whole = await post(api, { ...GOOD, tools: [TOOL], ...body });
  const stream = await post(api, { ...STREAM, tools: [TOOL], ...body });
  const events = eventsIn(stream.text);
  const chunks = events.filter((event) => typeof event === 'object');
  const deltas = chunks.flatMap(({ choices }) =>
    choices.map((choice: { delta: object }) => choice.delta),
  );
  return { api, whole, stream, events, chunks, deltas, message: whole.json?.choices[0].message };
}

test.each(Object.entries(DIALECTS))('%s: both ways give the same answer', async (_, dialect) => {
  const { whole, events, chunks, deltas, message, stream } = await ask(dialect);
  expect(whole.status).toBe(200);
  expect(stream.headers.get('content-type')).toBe('text/event-stream');
  expect(deltas.map(({ content }) => content ?? '').join('')).toBe(message.content);
  const calls: { id: string; json: string }[] = [];
  for (const { tool_calls = [] } of deltas) {
    for (const call of tool_calls) {
      if (call.id !== undefined) calls.push({ id: call.id, json: '' });
      const last = calls.at(-1);
      if (last !== undefined) last.json += call.function.arguments;
    }
  }
  expect(calls).toEqual(
    message.tool_calls.map(({ id, function: { arguments: json } }: never) => ({ id, json })),
  );
  expect(JSON.parse(calls[1]?.json ?? '')).toEqual({ path: 'b.py' });
  const finish = chunks.flatMap(({ choices }) => choices).map((choice) => choice.finish_reason);
  expect(finish.filter((reason) => reason !== null)).toEqual(['tool_calls']);
  expect(whole.json.choices[0].finish_reason).toBe('tool_calls');
  expect(events.at(-1)).toBe('[DONE]');
});

describe('reasoning', () => {
  const said = 'Let me think about this for a little while.';
  test.each(['reasoning', 'reasoning_content'] as const)('as %s', async (reasoning) => {
    const { message, deltas } = await ask({ ...DIALECTS.openai, reasoning });
    expect(message[reasoning]).toBe(said);
    expect(deltas.map((delta) => delta[reasoning] ?? '').join('')).toBe(said);
  });

  test('as reasoning_details', async () => {
    const { message, deltas } = await ask(DIALECTS.openRouter);
    expect(message.reasoning_details).toMatchObject([{ type: 'reasoning.text', text: said }]);
    const parts = deltas.flatMap(({ reasoning_details = [] }) => reasoning_details);
    expect(parts.map((part) => part.text).join('')).toBe(said);
  });

  test('not at all', async () => {
    const { whole, stream } = await ask(DIALECTS.openai);
    expect(whole.text + stream.text).not.toContain('think');
    expect(whole.json.usage.completion_tokens_details.reasoning_tokens).toBeGreaterThan(0);
  });
});

describe('calls', () => {
  const firsts = (deltas: { tool_calls?: { index: number; id?: string }[] }[]) =>
    deltas.flatMap(({ tool_calls = [] }) => tool_calls);

  test('counted, in pieces', async () => {
    const { deltas } = await ask(DIALECTS.openai);
    const calls = firsts(deltas);
    expect(new Set(calls.map(({ index }) => index))).toEqual(new Set([0, 1]));
    expect(calls.filter(({ id }) => id !== undefined)).toHaveLength(2);
    expect(calls.length).toBeGreaterThan(4);
  });

  test('all as index 0 with a new id each', async () => {
    const { deltas } = await ask({ ...DIALECTS.openai, toolIndex: 'zero' });
    const calls = firsts(deltas);
    expect(calls.every(({ index }) => index === 0)).toBe(true);
    expect(calls.flatMap(({ id }) => id ?? [])).toEqual(['call_a', 'call_b']);
  });

  test('whole in one chunk each', async () => {
    const { deltas } = await ask({ ...DIALECTS.openai, toolChunks: 'whole' });
    expect(firsts(deltas)).toMatchObject([
      { index: 0, id: 'call_a', function: { name: 'view' } },
      { index: 1, id: 'call_b', function: { arguments: '{"path":"b.py"}' } },
    ]);
  });

  test.each([
    ['missing', undefined],
    ['empty', ''],
  ] as const)('%s ids', async (toolIds, id) => {
    const { deltas, message } = await ask({ ...DIALECTS.openai, toolIds });
    expect(firsts(deltas).map((call) => call.id)).not.toContain('call_a');
    expect(message.tool_calls.map((call: { id?: string }) => call.id)).toEqual([id, id]);
  });

  test('that end with stop', async () => {
    const { whole } = await ask({ ...DIALECTS.openai, finishWithTools: 'stop' });
    expect(whole.json.choices[0].finish_reason).toBe('stop');
  });

  test('broken arguments', async () => {
    const api = await start({
      turns: () => [{ type: 'tool_use', name: 'view', input: {}, rawInput: '{"path": ' }],
    });
    const { json } = await post(api, GOOD);
    expect(json.choices[0].message.tool_calls[0].function.arguments).toBe('{"path": ');
  });
});

test.each([
  [true, null],
  [false, ''],
])('null content: %s', async (nullContent, content) => {
  const dialect = { ...DIALECTS.openai, nullContent };
  const api = await start({ turns: () => [toolUse('view', {})], dialect });
  const { json } = await post(api, GOOD);
  expect(json.choices[0].message.content).toBe(content);
  const stream = await post(api, STREAM);
  expect(eventsIn(stream.text)[0].choices[0].delta).toEqual({ role: 'assistant', content });
});

test('a stream that just ends', async () => {
  const { events } = await ask({ ...DIALECTS.openai, end: 'body' });
  expect(events.at(-1)).toMatchObject({ choices: [], usage: {} });
});

describe('usage', () => {
  test('in a last chunk without choices', async () => {
    const { chunks, whole } = await ask(DIALECTS.openai);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { completion_tokens: whole.json.usage.completion_tokens },
    });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  test('not unless it is asked for', async () => {
    const { chunks } = await ask(DIALECTS.openai, { stream: true, stream_options: undefined });
    expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true);
    expect(chunks.at(-1).choices[0].finish_reason).toBe('tool_calls');
  });

  test('with the finish reason', async () => {
    const { chunks } = await ask(DIALECTS.llamaCpp);
    expect(chunks.at(-1)).toMatchObject({
      choices: [{ finish_reason: 'tool_calls' }],
      usage: { prompt_tokens: expect.any(Number) },
    });
  });

  test('never', async () => {
    const { whole, stream } = await ask({ ...DIALECTS.openai, usage: 'never' });
    expect(whole.text + stream.text).not.toContain('prompt_tokens');
  });

  test('cached tokens grow with the conversation', async () => {
    const api = await start({ turns: () => [text('ok')] });
    const first = await post(api, GOOD);
    expect(first.json.usage.prompt_tokens_details).toEqual({ cached_tokens: 0 });
    const more = [...GOOD.messages, calling('c1'), answering('c1')];
    const second = await post(api, { ...GOOD, messages: more });
    expect(second.json.usage.prompt_tokens_details.cached_tokens).toBe(
      first.json.usage.prompt_tokens,
    );
    const other = [{ role: 'system', content: 'Other.' }, ...more.slice(1)];
    const third = await post(api, { ...GOOD, messages: other });
    expect(third.json.usage.prompt_tokens_details.cached_tokens).toBe(0);
  });

  test('a cost in dollars', async () => {
    const turn = { content: [text('ok')], outputTokens: 1000 };
    const api = await start({ turns: () => turn, dialect: DIALECTS.openRouter });
    const { json } = await post(api, GOOD);
    const { prompt_tokens, cost } = json.usage;
    expect(cost).toBeCloseTo(prompt_tokens * 1e-6 + 0.005, 9);
    const stream = await post(api, STREAM);
    expect(stream.text).toContain('\n: OPENROUTER PROCESSING\n');
    expect(eventsIn(stream.text).at(-2).usage.cost).toBeGreaterThan(0.005);
  });
});

describe('tools', () => {
  test.each<[Dialect, number, object]>([
    [
      DIALECTS.vllm,
      400,
      {
        object: 'error',
        message:
          '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        type: 'BadRequestError',
        param: null,
        code: 400,
      },
    ],
    [
      DIALECTS.ollama,
      400,
      {
        error: {
          message: 'registry.ollama.ai/library/local-model does not support tools',
          type: 'invalid_request_error',
          param: null,
          code: null,
        },
      },
    ],
    [
      DIALECTS.openRouter,
      404,
      {
        error: {
          code: 404,
          message: 'No endpoints found that support tool use.',
          metadata: { error_type: 'invalid_request_error' },
        },
      },
    ],
  ])('refused', async (dialect, status, body) => {
    const api = await start({ turns: () => TURN, dialect: { ...dialect, tools: 'refused' } });
    const refused = await post(api, { ...GOOD, tools: [TOOL] });
    expect([refused.status, refused.json]).toEqual([status, body]);
    expect(api.turnsGiven).toBe(0);
    expect((await post(api, GOOD)).status).toBe(200);
  });

  test('read past', async () => {
    const { message, whole } = await ask({ ...DIALECTS.openai, tools: 'ignored' });
    expect(message).not.toHaveProperty('tool_calls');
    expect(whole.json.choices[0].finish_reason).toBe('stop');
  });
});

describe('a prompt over the context', () => {
  const long = { ...GOOD, messages: [{ role: 'user', content: 'word '.repeat(10_000) }] };

  test('refused', async () => {
    const dialect: Dialect = { ...DIALECTS.openai, context: { size: 4096, overflow: 'refused' } };
    const api = await start({ turns: () => TURN, dialect });
    const { status, json } = await post(api, long);
    expect([status, json.error.code]).toEqual([400, 'context_length_exceeded']);
    expect(json.error.message).toMatch(
      /^This model's maximum context length is 4096 tokens\. However, your messages resulted in 125\d\d tokens\./,
    );
  });

  test('cut without a word', async () => {
    const api = await start({ turns: () => TURN, dialect: DIALECTS.ollama });
    const { status, json } = await post(api, long);
    expect([status, json.usage.prompt_tokens]).toEqual([200, 4096]);
    expect(api.requests[0]?.prompt?.cut).toBe(true);
  });
});

test('the list of models', async () => {
  const api = await start({ turns: [], dialect: DIALECTS.vllm, models: ['a/b', 'c'] });
  const list = (await (await fetch(`${api.url}/models`)).json()) as { data: object[] };
  expect(list).toMatchObject({
    object: 'list',
    data: [
      { id: 'a/b', object: 'model', max_model_len: 32_768 },
      { id: 'c', object: 'model' },
    ],
  });
  const one = await fetch(`${api.url}/models/${encodeURIComponent('a/b')}`);
  expect(await one.json()).toEqual(list.data[0]);
  expect((await fetch(`${api.url}/models/d`)).status).toBe(404);
  expect(api.lookups).toHaveLength(3);
});
