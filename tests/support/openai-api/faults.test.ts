import { afterEach, describe, expect, test } from 'vitest';
import type { Fault, StreamFault, Transport } from '../messages-api/faults.ts';
import { text, thinking, toolUse } from '../messages-api/script.ts';
import { DIALECTS } from './dialect.ts';
import { CHAT_FAULTS } from './faults.ts';
import { eventsIn, GOOD, post, STREAM } from './raw.ts';
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
  thinking('Hm.'),
  text('Ich öffne 日本語.py 🐞 and more text so that there are some pieces'),
  toolUse('view', { path: 'ümläut.py', note: 'a rather long note that needs several pieces' }),
];

describe('instead of an answer', () => {
  test.each<[string, Fault, number, string, string | null]>([
    ['rate limit', CHAT_FAULTS.rateLimit(32), 429, 'requests', 'rate_limit_exceeded'],
    ['quota', CHAT_FAULTS.quota(), 429, 'insufficient_quota', 'insufficient_quota'],
    ['credits', CHAT_FAULTS.credits(), 402, 'invalid_request_error', null],
    ['overload', CHAT_FAULTS.overloaded(), 503, 'server_error', null],
    ['internal', CHAT_FAULTS.internal(), 500, 'server_error', null],
    ['loading', CHAT_FAULTS.loading(), 503, 'unavailable_error', null],
  ])('%s', async (_, fault, status, type, code) => {
    const api = await start({ turns: [TURN], faults: { 0: fault } });
    const failed = await post(api, STREAM);
    expect([failed.status, failed.json.error.type, failed.json.error.code]).toEqual([
      status,
      type,
      code,
    ]);
    expect(failed.headers.get('retry-after')).toBe(code === 'rate_limit_exceeded' ? '32' : null);
    expect(api.turnsGiven).toBe(0);
    expect((await post(api, STREAM)).status).toBe(200);
  });

  test('a proxy that speaks HTML', async () => {
    const api = await start({ turns: [], faults: { 0: CHAT_FAULTS.tooLargeAtProxy() } });
    const { status, json, text: body } = await post(api, GOOD);
    expect([status, json]).toEqual([413, undefined]);
    expect(body).toContain('<html>');
  });

  test('a refused connection', async () => {
    const api = await start({ turns: [], faults: { 0: { kind: 'refuse' } } });
    await expect(post(api, GOOD)).rejects.toThrow('fetch failed');
  });

  test('silence, until the client gives up', async () => {
    const api = await start({ turns: [], faults: { 0: { kind: 'silence' } } });
    const headers = { authorization: `Bearer ${api.apiKey}` };
    const waiting = fetch(`${api.url}/chat/completions`, {
      method: 'POST',
      headers,
      body: '{}',
      signal: AbortSignal.timeout(100),
    });
    await expect(waiting).rejects.toThrow(/timeout/);
    await expect.poll(() => api.requests[0]?.aborted).toBe(true);
  });
});

/** All of a stream that arrives until it ends, breaks or nothing comes for 150 ms. */
async function watch(api: ChatApi) {
  const abort = new AbortController();
  const response = await fetch(`${api.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.apiKey}` },
    body: JSON.stringify(STREAM),
    signal: abort.signal,
  });
  const reader = response.body?.getReader();
  const chunks: Buffer[] = [];
  let ended: 'end' | 'broken' | 'stalled' = 'end';
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const idle = new Promise<'stalled'>((resolve) => {
      timer = setTimeout(resolve, 150, 'stalled');
    });
    const read = reader?.read().catch(() => 'broken' as const);
    const got = await Promise.race([read, idle]);
    clearTimeout(timer);
    if (got === 'stalled' || got === 'broken') {
      ended = got;
      break;
    }
    if (got === undefined || got.done) break;
    chunks.push(Buffer.from(got.value));
  }
  abort.abort();
  const body = Buffer.concat(chunks).toString();
  return { ended, chunks, body, events: eventsIn(body) };
}

describe('in the middle of a stream', () => {
  test('an error', async () => {
    const api = await start({ turns: [TURN], faults: { 0: { kind: 'error' } } });
    const { ended, events } = await watch(api);
    expect(ended).toBe('end');
    expect(events).toHaveLength(3);
    expect(events.at(-1)).toEqual({
      error: {
        message: 'The server had an error while processing your request',
        type: 'server_error',
        param: null,
        code: null,
      },
    });
  });

  test.each<[StreamFault, string]>([
    [{ kind: 'end', at: 'start' }, 'role'],
    [{ kind: 'end', at: 'text' }, 'content'],
    [{ kind: 'end', at: 'tool' }, 'tool_calls'],
    [{ kind: 'end', at: 'message_delta' }, 'tool_calls'],
    [{ kind: 'end', at: 3 }, 'content'],
  ])('a clean end %o', async (fault, last) => {
    const api = await start({ turns: [TURN], faults: { 0: fault } });
    const { ended, events } = await watch(api);
    expect(ended).toBe('end');
    expect(Object.keys(events.at(-1).choices[0].delta)).toContain(last);
    expect(events.every((event) => event.choices?.[0].finish_reason === null)).toBe(true);
    expect(api.turnsGiven).toBe(0);
    expect((await watch(api)).events.at(-1)).toBe('[DONE]');
  });

  test('a clean end after the finish reason, before usage', async () => {
    const api = await start({ turns: [TURN], faults: { 0: { kind: 'end', at: 'message_stop' } } });
    const { events } = await watch(api);
    expect(events.at(-1).choices[0].finish_reason).toBe('tool_calls');
  });

  test('a reset', async () => {
    const api = await start({ turns: [TURN], faults: { 0: { kind: 'reset', at: 'tool' } } });
    const { ended, events } = await watch(api);
    expect(ended).toBe('broken');
    expect(events.length).toBeGreaterThan(3);
  });

  test('a stall', async () => {
    const api = await start({ turns: [TURN], faults: { 0: { kind: 'stall', at: 'text' } } });
    const { ended, events } = await watch(api);
    expect([ended, events.length]).toEqual(['stalled', 2]);
    await expect.poll(() => api.requests[0]?.aborted).toBe(true);
  });

  test('an event that is no JSON', async () => {
    const api = await start({ turns: [TURN], faults: { 0: { kind: 'garbage' } } });
    const { ended, events } = await watch(api);
    expect([ended, typeof events.at(-1)]).toEqual(['end', 'string']);
    expect(events.at(-1)).not.toBe('[DONE]');
  });

  test('no more tokens inside the arguments of a call', async () => {
    const fault = { kind: 'max_tokens_in_tool', characters: 12 } as const;
    const api = await start({
      turns: [
        { content: TURN, fault },
        { content: TURN, fault },
      ],
    });
    const { events } = await watch(api);
    const choices = events.slice(0, -1).flatMap((event) => event.choices);
    const calls = choices.flatMap(({ delta }) => delta.tool_calls ?? []);
    expect(calls.map((call) => call.function.arguments).join('')).toBe('{"path":"üml');
    expect(choices.at(-1).finish_reason).toBe('length');
    const { json } = await post(api, GOOD);
    expect(json.choices[0]).toMatchObject({
      finish_reason: 'length',
      message: { tool_calls: [{ function: { arguments: '{"path":"üml' } }] },
    });
  });

  test('without a stream: a status, half a document', async () => {
    const api = await start({
      turns: [TURN],
      faults: { 0: { kind: 'error', type: 'overloaded_error' }, 1: { kind: 'end' } },
    });
    expect((await post(api, GOOD)).status).toBe(503);
    await expect(post(api, GOOD)).rejects.toBeInstanceOf(SyntaxError);
  });

  test('an error in the shape of the dialect', async () => {
    const api = await start({
      turns: [TURN],
      faults: { 0: { kind: 'error', message: 'Provider disconnected' } },
      dialect: DIALECTS.openRouter,
    });
    expect((await watch(api)).events.at(-1)).toMatchObject({
      error: { code: 500, message: 'Provider disconnected' },
    });
  });
});

test.each<[string, Transport]>([
  ['seven bytes a chunk', { chunks: 7 }],
  ['all at once', { chunks: (body) => [body] }],
  ['CRLF', { newline: '\r\n' }],
  ['cut inside characters and CRLF', { newline: '\r\n', chunks: 'multibyte' }],
])('bytes on their way, %s: the same events', async (_, transport) => {
  const plain = await start({ turns: [TURN] });
  const expected = (await watch(plain)).events;
  await plain.close();
  const api = await start({ turns: [TURN], transport });
  const { events, chunks } = await watch(api);
  expect(events).toEqual(expected);
  const torn = chunks.filter((chunk) => chunk.toString().includes('\ufffd')).length;
  if (transport.chunks === 'multibyte') expect(torn).toBeGreaterThan(5);
});
