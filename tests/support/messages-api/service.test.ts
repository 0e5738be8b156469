import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelLike } from './models.ts';
import { assistant, GOOD, mark, messages, post, result, tool, use, user } from './raw.ts';
import { text } from './script.ts';
import { type MessagesApi, startMessagesApi } from './server.ts';

let server: MessagesApi;

beforeAll(async () => {
  server = await startMessagesApi({ turns: () => [text('ok')], maxBodyBytes: 100_000 });
});
afterAll(() => server.close());

test('a request that breaks no rule is answered', async () => {
  const { status, json } = await post(server, GOOD);
  expect(status).toBe(200);
  expect(json.content).toEqual([{ type: 'text', text: 'ok', citations: null }]);
  expect(json.stop_reason).toBe('end_turn');
});

test('a prompt over the context window', async () => {
  const small = await startMessagesApi({
    turns: [],
    models: [modelLike('claude-sonnet-5-5', { info: { max_input_tokens: 5_000 } })],
  });
  const { status, json } = await post(small, { ...GOOD, messages: [user('word '.repeat(8_000))] });
  await small.close();
  expect(status).toBe(400);
  expect(json.error.message).toMatch(/^prompt is too long: \d+ tokens > 5000 maximum$/);
});

describe('refused with another status:', () => {
  test('no key', async () => {
    const { status, json } = await post(server, GOOD, { omit: 'x-api-key' });
    expect([status, json.error]).toEqual([
      401,
      { type: 'authentication_error', message: 'x-api-key header is required' },
    ]);
  });

  test('another key', async () => {
    const { status, json } = await post(server, GOOD, { headers: { 'x-api-key': 'other' } });
    expect([status, json.error]).toEqual([
      401,
      { type: 'authentication_error', message: 'invalid x-api-key' },
    ]);
  });

  test('another bearer token, even beside a good key', async () => {
    const { status, json } = await post(server, GOOD, { headers: { authorization: 'Bearer x' } });
    expect([status, json.error]).toEqual([
      401,
      { type: 'authentication_error', message: 'Invalid bearer token' },
    ]);
  });

  test('no version', async () => {
    const { status, json } = await post(server, GOOD, { omit: 'anthropic-version' });
    expect([status, json.error.message]).toEqual([400, 'anthropic-version: header is required']);
  });

  test('an unknown version', async () => {
    const { status, json } = await post(server, GOOD, { headers: { 'anthropic-version': '1' } });
    expect([status, json.error.message]).toEqual([
      400,
      'anthropic-version: "1" is not a valid version',
    ]);
  });

  test('an unknown model', async () => {
    const { status, json } = await post(server, { ...GOOD, model: 'claude-9' });
    expect([status, json.error]).toEqual([
      404,
      { type: 'not_found_error', message: 'model: claude-9' },
    ]);
  });

  test('an unknown path', async () => {
    const { status, json } = await post(server, GOOD, { path: '/v1/complete' });
    expect([status, json.error.type]).toEqual([404, 'not_found_error']);
  });

  test('a GET', async () => {
    const response = await fetch(`${server.url}/v1/messages`, {
      headers: { 'x-api-key': server.apiKey, 'anthropic-version': '2026-10-21' },
    });
    expect(response.status).toBe(405);
  });

  test('a body over the limit', async () => {
    const { status, json } = await post(server, {
      ...GOOD,
      messages: [user('x'.repeat(100_001))],
    });
    expect([status, json.error]).toEqual([
      413,
      { type: 'request_too_large', message: 'Request exceeds the maximum size' },
    ]);
  });
});

describe('allowed:', () => {
  test.each<[string, unknown]>([
    ['consecutive messages of one role, merged', messages(user('a'), user('b'))],
    [
      'answers spread over consecutive messages',
      messages(
        user('a'),
        assistant([use('t1'), use('t2')]),
        user([result('t1')]),
        user([result('t2')]),
      ),
    ],
    [
      'text after the answers',
      messages(
        user('a'),
        assistant([use('t1')]),
        user([result('t1'), { type: 'text', text: 'b' }]),
      ),
    ],
    [
      'an answer without content',
      messages(user('a'), assistant([use('t1')]), user([result('t1', { content: undefined })])),
    ],
    [
      'an automatic mark where one stands',
      { ...messages(user([{ type: 'text', text: 'a', ...mark() }])), ...mark() },
    ],
    ['no output, to fill the cache', { ...GOOD, max_tokens: 0 }],
    [
      'a forced tool where the model takes it',
      { ...tool({}), model: 'claude-opus-5', tool_choice: { type: 'any' } },
    ],
  ])('%s', async (_, body) => {
    const { status } = await post(server, body);
    expect(status).toBe(200);
  });
});
