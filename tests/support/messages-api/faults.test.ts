import Anthropic from '@anthropic-ai/sdk';
import { afterEach, describe, expect, test } from 'vitest';
import { FAULTS, type Fault, type StreamFault, type Transport } from './faults.ts';
import { GOOD, post, TOOL } from './raw.ts';
import { byConversation, text, thinking, toolUse } from './script.ts';
import { type MessagesApi, type MessagesApiOptions, startMessagesApi } from './server.ts';

let server: MessagesApi | undefined;

async function start(options: MessagesApiOptions) {
  server = await startMessagesApi(options);
  const client = new Anthropic({
    baseURL: server.url,
    apiKey: server.apiKey,
    maxRetries: 0,
    logLevel: 'off',
  });
  return { server, client };
}

afterEach(async () => {
  await server?.close();
});

const TURN = [
  thinking('Grüße aus dem Kopf 🧠'),
  text('Ich öffne die Datei: 日本語.py 🐞 and more text so that there are some pieces'),
  toolUse('view', {
    path: '日本語/ümläut.py',
    note: 'a rather long note that needs several pieces',
  }),
];
const REQUEST: Omit<Anthropic.MessageCreateParamsNonStreaming, 'stream'> = {
  ...GOOD,
  tools: [TOOL],
  thinking: { type: 'adaptive', display: 'summarized' },
} as Anthropic.MessageCreateParamsNonStreaming;

describe('instead of an answer', () => {
  test.each<[string, Fault, number, string, string | undefined]>([
    ['rate limit', FAULTS.rateLimit(32), 429, 'rate_limit_error', undefined],
    ['spend limit', FAULTS.spendLimit(), 429, 'rate_limit_error', 'enforced_spend_limit_reached'],
    [
      'contract limit',
      FAULTS.spendLimit('contract_spend_limit_reached'),
      429,
      'rate_limit_error',
      'contract_spend_limit_reached',
    ],
    ['overload', FAULTS.overloaded(), 529, 'overloaded_error', undefined],
    ['internal', FAULTS.internal(), 500, 'api_error', undefined],
    ['timeout', FAULTS.timeout(), 504, 'timeout_error', undefined],
    ['conflict', FAULTS.conflict(), 409, 'conflict_error', undefined],
    ['billing', FAULTS.billing(), 402, 'billing_error', undefined],
    ['permission', FAULTS.permission(), 403, 'permission_error', undefined],
  ])('%s', async (_, fault, status, type, errorCode) => {
    const { server, client } = await start({ turns: [TURN], faults: { 0: fault } });
    const error = await client.messages
      .stream(REQUEST)
      .finalMessage()
      .then(
        () => undefined,
        (reason) => reason,
      );
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect({ status: error.status, type: error.type, code: error.errorCode ?? undefined }).toEqual({
      status,
      type,
      code: errorCode,
    });
    expect(error.requestID).toBe(server.requests[0]?.requestId);
    expect(server.turnsGiven).toBe(0);
    const message = await client.messages.stream(REQUEST).finalMessage();
    expect(message.stop_reason).toBe('tool_use');
  });

  test('retry-after and x-should-retry', async () => {
    const { server } = await start({ turns: [], faults: { 0: FAULTS.rateLimit(32) } });
    const { headers } = await post(server, GOOD);
    expect([headers.get('retry-after'), headers.get('x-should-retry')]).toEqual(['32', 'true']);
  });

  test('a proxy that speaks HTML', async () => {
    const { server, client } = await start({
      turns: [],
      faults: { 0: FAULTS.tooLargeAtProxy(), 1: FAULTS.badGateway(), 2: FAULTS.tooLargeAtProxy() },
    });
    const first = await post(server, GOOD);
    expect([first.status, first.json, first.headers.get('content-type')]).toEqual([
      413,
      undefined,
      'text/html',
    ]);
    expect((await post(server, GOOD)).status).toBe(502);
    await expect(client.messages.stream(REQUEST).finalMessage()).rejects.toMatchObject({
      status: 413,
      type: null,
    });
  });

  test('a refused connection', async () => {
    const { client } = await start({ turns: [], faults: { 0: { kind: 'refuse' } } });
    await expect(client.messages.stream(REQUEST).finalMessage()).rejects.toBeInstanceOf(
      Anthropic.APIConnectionError,
    );
  });

  test('silence, until the client gives up', async () => {
    const { server, client } = await start({ turns: [], faults: { 0: { kind: 'silence' } } });
    const waiting = client.messages.create({ ...REQUEST, stream: false }, { timeout: 100 });
    await expect(waiting).rejects.toBeInstanceOf(Anthropic.APIConnectionTimeoutError);
    await expect.poll(() => server.requests[0]?.aborted).toBe(true);
  });

  test('a limit of requests', async () => {
    let now = 0;
    const { server } = await start({
      turns: () => [text('a')],
      limits: { requests: 1, inputTokens: 1000, outputTokens: 1000 },
      now: () => now,
    });
    expect((await post(server, GOOD)).status).toBe(200);
    now = 20_000;
    const { status, headers, json } = await post(server, GOOD);
    expect([status, json.error.type, headers.get('retry-after')]).toEqual([
      429,
      'rate_limit_error',
      '40',
    ]);
    now = 60_000;
    expect((await post(server, GOOD)).status).toBe(200);
  });
});

/** What the raw events of a stream were, and how it ended. */
async function watch(client: Anthropic, signal?: AbortSignal) {
  const types: string[] = [];
  let json = '';
  try {
    const stream = await client.messages.create(
      { ...REQUEST, stream: true },
      signal === undefined ? {} : { signal },
    );
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === 'content_block_delta' && event.delta.type === 'input_json_delta') {
        json += event.delta.partial_json;
      }
    }
  } catch (error) {
    return { types, json, error: error as Error };
  }
  return { types, json, error: undefined };
}

describe('in the middle of a stream', () => {
  test('an error event', async () => {
    const { client } = await start({ turns: [TURN], faults: { 0: { kind: 'error' } } });
    const { types, error } = await watch(client);
    expect(types).toEqual(['message_start', 'content_block_start', 'content_block_delta']);
    expect(error).toMatchObject({ status: undefined, type: 'overloaded_error' });
  });

  test.each<[StreamFault, string]>([
    [{ kind: 'end', at: 'start' }, 'message_start'],
    [{ kind: 'end', at: 'text' }, 'content_block_delta'],
    [{ kind: 'end', at: 'tool' }, 'content_block_delta'],
    [{ kind: 'end', at: 'message_delta' }, 'content_block_stop'],
    [{ kind: 'end', at: 'message_stop' }, 'message_delta'],
    [{ kind: 'end', at: 4 }, 'content_block_delta'],
  ])('a clean end %o', async (fault, last) => {
    const { server, client } = await start({ turns: [TURN], faults: { 0: fault } });
    const { types, error } = await watch(client);
    expect([types.at(-1), error]).toEqual([last, undefined]);
    expect(server.turnsGiven).toBe(0);
    await expect(client.messages.stream(REQUEST).finalMessage()).resolves.toMatchObject({
      stop_reason: 'tool_use',
    });
  });

  test('a reset', async () => {
    const { client } = await start({ turns: [TURN], faults: { 0: { kind: 'reset', at: 'tool' } } });
    const { types, error } = await watch(client);
    expect(types.length).toBeGreaterThan(5);
    expect(error?.message).toMatch(/terminated|ECONNRESET/);
  });

  test.each([undefined, 5])('a stall with pings %s, until the client gives up', async (pings) => {
    const stall = { kind: 'stall', at: 'text', ...(pings === undefined ? {} : { pings }) } as const;
    const { server, client } = await start({ turns: [TURN], faults: { 0: stall } });
    const abort = new AbortController();
    const seen = watch(client, abort.signal);
    const gaveUp = await Promise.race([
      seen.then(() => false),
      new Promise((resolve) => setTimeout(resolve, 150, true)),
    ]);
    expect(gaveUp).toBe(true);
    abort.abort();
    expect((await seen).types).toHaveLength(3);
    await expect.poll(() => server.requests[0]?.aborted).toBe(true);
  });

  test('an event that is no JSON', async () => {
    const { client } = await start({ turns: [TURN], faults: { 0: { kind: 'garbage' } } });
    const { types, error } = await watch(client);
    expect(types).toHaveLength(3);
    expect(error).toBeInstanceOf(SyntaxError);
  });

  test('max_tokens inside the JSON of a call', async () => {
    const { client } = await start({
      turns: [{ content: TURN, fault: { kind: 'max_tokens_in_tool', characters: 12 } }],
    });
    const { types, json, error } = await watch(client);
    expect(error).toBeUndefined();
    expect(json).toBe(
      JSON.stringify(TURN[2]?.type === 'tool_use' ? TURN[2].input : '').slice(0, 12),
    );
    expect(types.filter((type) => type === 'content_block_start')).toHaveLength(3);
    expect(types.filter((type) => type === 'content_block_stop')).toHaveLength(2);
    expect(types.slice(-2)).toEqual(['message_delta', 'message_stop']);
  });

  test('a broken turn of the script is not given again', async () => {
    const { server, client } = await start({
      turns: [{ content: TURN, fault: { kind: 'end', at: 'text' } }, [text('b')]],
    });
    await watch(client);
    expect(server.turnsGiven).toBe(1);
    const message = await client.messages.stream(REQUEST).finalMessage();
    expect(message.content).toMatchObject([{ text: 'b' }]);
  });

  test('without a stream: a status, half a document', async () => {
    const { server } = await start({
      turns: [TURN],
      faults: { 0: { kind: 'error' }, 1: { kind: 'end' }, 2: { kind: 'garbage' } },
    });
    expect((await post(server, GOOD)).status).toBe(529);
    for (let i = 0; i < 2; i++) {
      await expect(post(server, GOOD)).rejects.toBeInstanceOf(SyntaxError);
    }
  });
});

describe('the bytes on their way', () => {
  const ways: [string, Transport][] = [
    ['one chunk an event', {}],
    ['one byte a chunk', { chunks: 1 }],
    ['seven bytes a chunk', { chunks: 7 }],
    ['all at once', { chunks: (body) => [body] }],
    ['CRLF', { newline: '\r\n' }],
    ['CR', { newline: '\r' }],
    ['cut inside characters and CRLF', { newline: '\r\n', chunks: 'multibyte' }],
  ];
  test.each(ways)('%s: the same message', async (_, transport) => {
    const { client } = await start({ turns: [TURN], transport });
    const message = await client.messages.stream(REQUEST).finalMessage();
    expect(message.content).toMatchObject([
      { thinking: 'Grüße aus dem Kopf 🧠' },
      { text: 'Ich öffne die Datei: 日本語.py 🐞 and more text so that there are some pieces' },
      { input: { path: '日本語/ümläut.py' } },
    ]);
  });

  test('characters really arrive in parts', async () => {
    const { server } = await start({ turns: [TURN], transport: { chunks: 'multibyte' } });
    const response = await fetch(`${server.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': server.apiKey, 'anthropic-version': '2026-10-21' },
      body: JSON.stringify({ ...REQUEST, stream: true }),
    });
    let torn = 0;
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      if (Buffer.from(chunk).toString().endsWith('\ufffd')) torn += 1;
    }
    expect(torn).toBeGreaterThan(5);
  });
});

describe('the event stream', () => {
  test('its order', async () => {
    const { server } = await start({ turns: [TURN] });
    const { text: body, headers } = await post(server, { ...REQUEST, stream: true });
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = body
      .trim()
      .split('\n\n')
      .map((event) => {
        const [name, data] = event.split('\n');
        const parsed = JSON.parse(data?.slice('data: '.length) ?? '');
        expect(name).toBe(`event: ${parsed.type}`);
        return parsed;
      });
    const shape = events
      .map(({ type, delta }) => (type === 'content_block_delta' ? delta.type : type))
      .filter((type, i, all) => type !== all[i - 1]);
    expect(shape).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'thinking_delta',
      'signature_delta',
      'content_block_stop',
      'content_block_start',
      'text_delta',
      'content_block_stop',
      'content_block_start',
      'input_json_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    const json = events.filter(({ delta }) => delta?.type === 'input_json_delta');
    expect(json[0].delta.partial_json).toBe('');
    expect(events[0].message).toMatchObject({ content: [], stop_reason: null });
    expect(events.at(-2).usage.output_tokens).toBeGreaterThan(
      events[0].message.usage.output_tokens,
    );
  });

  test('a script by conversation serves several at once', async () => {
    const { client } = await start({
      turns: byConversation([
        { match: 'alpha', turns: [[text('a0')], [text('a1')]] },
        { turns: [[text('b0')]] },
      ]),
    });
    const say = async (...said: string[]) => {
      const messages = said.map((content, i) => ({
        role: i % 2 === 0 ? ('user' as const) : ('assistant' as const),
        content,
      }));
      const message = await client.messages.create({ ...REQUEST, stream: false, messages });
      return message.content;
    };
    const [other, first, second] = await Promise.all([
      say('beta'),
      say('alpha'),
      say('alpha', 'a0', 'more'),
    ]);
    expect([other, first, second]).toMatchObject([
      [{ text: 'b0' }],
      [{ text: 'a0' }],
      [{ text: 'a1' }],
    ]);
  });
});
