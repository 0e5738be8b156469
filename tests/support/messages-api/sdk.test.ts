import Anthropic from '@anthropic-ai/sdk';
import { afterEach, describe, expect, test } from 'vitest';
import { FAULTS } from './faults.ts';
import { TOOL } from './raw.ts';
import { redactedThinking, text, thinking, toolUse } from './script.ts';
import { type MessagesApi, type MessagesApiOptions, startMessagesApi } from './server.ts';

let server: MessagesApi | undefined;

async function start(options: MessagesApiOptions, maxRetries = 0) {
  server = await startMessagesApi(options);
  const client = new Anthropic({ baseURL: server.url, apiKey: server.apiKey, maxRetries });
  return { server, client };
}

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const BASE = {
  model: 'claude-sonnet-5-5',
  max_tokens: 8000,
  system: 'You fix bugs.',
  tools: [TOOL as Anthropic.Tool],
} satisfies Partial<Anthropic.MessageStreamParams>;

const ask: Anthropic.MessageParam = { role: 'user', content: 'Fix the bug. Ärger 🐞' };

function results(message: Anthropic.Message, answer = 'x = 1'): Anthropic.MessageParam {
  const calls = message.content.filter((block) => block.type === 'tool_use');
  return {
    role: 'user',
    content: calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: answer })),
  };
}

describe.each(['streamed', 'whole'] as const)('a conversation, %s', (how) => {
  test('with thinking, redacted thinking and parallel calls', async () => {
    const { server, client } = await start({
      turns: [
        [
          thinking('First I look.'),
          toolUse('view', { path: 'ä.py', n: [1, 2] }),
          toolUse('view', {}),
        ],
        [
          redactedThinking(),
          thinking('Now I know.'),
          text('Über 🐞'),
          toolUse('view', { path: 'b' }),
        ],
        [text('Done.')],
      ],
    });
    const request = {
      ...BASE,
      thinking: { type: 'adaptive', display: 'summarized' },
    } satisfies Partial<Anthropic.MessageStreamParams>;
    const complete = (messages: Anthropic.MessageParam[]): Promise<Anthropic.Message> =>
      how === 'streamed'
        ? client.messages.stream({ ...request, messages }).finalMessage()
        : client.messages.create({ ...request, messages });

    const first = await complete([ask]);
    expect(first.stop_reason).toBe('tool_use');
    expect(first.content).toEqual([
      { type: 'thinking', thinking: 'First I look.', signature: expect.any(String) },
      {
        type: 'tool_use',
        id: expect.stringMatching(/^toolu_01/),
        name: 'view',
        input: { path: 'ä.py', n: [1, 2] },
        caller: { type: 'direct' },
      },
      expect.objectContaining({ type: 'tool_use', name: 'view', input: {} }),
    ]);
    const history = [ask, { role: 'assistant' as const, content: first.content }, results(first)];
    const second = await complete(history);
    expect(second.content.map(({ type }) => type)).toEqual([
      'redacted_thinking',
      'thinking',
      'text',
      'tool_use',
    ]);
    expect(second.content[2]).toMatchObject({ text: 'Über 🐞' });
    history.push({ role: 'assistant', content: second.content }, results(second));
    const third = await complete(history);
    expect(third).toMatchObject({
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: 'Done.' }],
    });
    expect(server.requests.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(server.requests[2]?.body?.messages).toHaveLength(5);
    expect(third.usage).toEqual({ ...server.requests[2]?.usage });
  });
});

test('thinking is empty, but signed, unless it is asked for', async () => {
  const { client } = await start({ turns: () => [thinking('Secret.'), text('a')] });
  const first = await client.messages.stream({ ...BASE, messages: [ask] }).finalMessage();
  expect(first.content[0]).toMatchObject({ type: 'thinking', thinking: '' });
  const messages: Anthropic.MessageParam[] = [
    ask,
    { role: 'assistant', content: first.content },
    { role: 'user', content: 'Go on.' },
  ];
  const second = await client.messages.stream({ ...BASE, messages }).finalMessage();
  expect(second.stop_reason).toBe('end_turn');
});

test.each([
  ['end_turn', {}],
  ['max_tokens', {}],
  ['stop_sequence', { stopSequence: 'END' }],
  ['refusal', { refusal: { category: 'cyber', explanation: 'no' } }],
  ['model_context_window_exceeded', {}],
  ['something_new', {}],
])('stop reason %s', async (stopReason, more) => {
  const { client } = await start({ turns: () => ({ content: [text('a')], stopReason, ...more }) });
  const message = await client.messages.stream({ ...BASE, messages: [ask] }).finalMessage();
  expect(message.stop_reason).toBe(stopReason);
  expect(message.stop_sequence).toBe(stopReason === 'stop_sequence' ? 'END' : null);
  expect(message.stop_details).toEqual(
    stopReason === 'refusal' ? { type: 'refusal', category: 'cyber', explanation: 'no' } : null,
  );
});

test('a paused turn, and only that, may be sent back as it is', async () => {
  const { client } = await start({
    turns: [{ content: [text('Searching')], stopReason: 'pause_turn' }, [text(' and found.')]],
  });
  const paused = await client.messages.stream({ ...BASE, messages: [ask] }).finalMessage();
  expect(paused.stop_reason).toBe('pause_turn');
  const changed = client.messages.stream({
    ...BASE,
    messages: [ask, { role: 'assistant', content: 'Searching elsewhere' }],
  });
  await expect(changed.finalMessage()).rejects.toMatchObject({ status: 400 });
  const messages: Anthropic.MessageParam[] = [ask, { role: 'assistant', content: paused.content }];
  const rest = await client.messages.stream({ ...BASE, messages }).finalMessage();
  expect(rest.content).toMatchObject([{ text: ' and found.' }]);
});

test('the catalogue of models', async () => {
  const { client } = await start({ turns: [] });
  const listed = [];
  for await (const model of client.models.list({ limit: 2 })) listed.push(model);
  expect(listed.map(({ id }) => id)).toContain('claude-sonnet-5-5');
  const one = await client.models.retrieve('claude-opus-5-5');
  expect(one).toMatchObject({
    type: 'model',
    max_input_tokens: 1_000_000,
    max_tokens: 128_000,
    lifecycle: 'active',
    capabilities: { thinking: { types: { disabled: { supported: false } } } },
  });
  expect(listed.find(({ id }) => id === one.id)).toEqual(one);
  await expect(client.models.retrieve('claude-9')).rejects.toMatchObject({
    status: 404,
    type: 'not_found_error',
  });
});

test('counts tokens as the usage does', async () => {
  const { client } = await start({ turns: () => [text('a')] });
  const { max_tokens: _, ...countable } = BASE;
  const { input_tokens } = await client.messages.countTokens({ ...countable, messages: [ask] });
  const message = await client.messages.create({ ...BASE, messages: [ask] });
  expect(message.usage.input_tokens).toBe(input_tokens);
});

test('headers: the id of the request and the rate limits', async () => {
  const { client } = await start({ turns: () => [text('a')] });
  const { response, request_id } = await client.messages
    .create({ ...BASE, messages: [ask] })
    .withResponse();
  expect(request_id).toMatch(/^req_01/);
  for (const name of ['requests', 'tokens', 'input-tokens', 'output-tokens']) {
    const header = (part: string) => response.headers.get(`anthropic-ratelimit-${name}-${part}`);
    expect(Number(header('remaining'))).toBeLessThan(Number(header('limit')));
    expect(header('reset')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }
});

test('the client tries again after an overload and gets the same turn', async () => {
  const { server, client } = await start(
    {
      turns: [[text('a')]],
      faults: { 0: { ...FAULTS.overloaded(), headers: { 'retry-after-ms': '1' } } },
    },
    1,
  );
  const message = await client.messages.stream({ ...BASE, messages: [ask] }).finalMessage();
  expect(message.content).toMatchObject([{ text: 'a' }]);
  expect(server.requests.map(({ status }) => status)).toEqual([529, 200]);
  expect(server.turnsGiven).toBe(1);
});
