import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answered, GOOD, post, TOOL } from './raw.ts';
import { text } from './script.ts';
import { type MessagesApi, startMessagesApi } from './server.ts';

let server: MessagesApi;

beforeAll(async () => {
  server = await startMessagesApi({ turns: () => [text('ok')], maxBodyBytes: 100_000 });
});
afterAll(() => server.close());

const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: unknown) => ({ role: 'assistant', content });
const use = (id: string, more = {}) => ({ type: 'tool_use', id, name: 'view', input: {}, ...more });
const result = (id: string, more = {}) => ({
  type: 'tool_result',
  tool_use_id: id,
  content: 'x',
  ...more,
});
const mark = (ttl?: string) => ({
  cache_control: { type: 'ephemeral', ...(ttl === undefined ? {} : { ttl }) },
});
const tool = (more: object) => ({ ...GOOD, tools: [{ ...TOOL, ...more }] });
const messages = (...list: unknown[]) => ({ ...GOOD, tools: [TOOL], messages: list });

test('a request that breaks no rule is answered', async () => {
  const { status, json } = await post(server, GOOD);
  expect(status).toBe(200);
  expect(json.content).toEqual([{ type: 'text', text: 'ok', citations: null }]);
  expect(json.stop_reason).toBe('end_turn');
});

/** Each entry: what is broken, the body, the words of the refusal. */
const BROKEN: readonly [string, unknown, string | RegExp][] = [
  ['no JSON', '{"model":', /^The request body is not valid JSON: /],
  ['no object', [], 'Input should be an object'],
  ['no model', { ...GOOD, model: undefined }, 'model: Field required'],
  ['no max_tokens', { ...GOOD, max_tokens: undefined }, 'max_tokens: Field required'],
  [
    'max_tokens as text',
    { ...GOOD, max_tokens: '9' },
    'max_tokens: Input should be a valid integer',
  ],
  [
    'max_tokens below zero',
    { ...GOOD, max_tokens: -1 },
    'max_tokens: Input should be greater than or equal to 0',
  ],
  [
    'max_tokens over the limit of the model',
    { ...GOOD, max_tokens: 200_000 },
    'max_tokens: 200000 > 128000, which is the maximum allowed number of output tokens for claude-sonnet-5-5',
  ],
  ['a field nobody knows', { ...GOOD, foo: 1 }, 'foo: Extra inputs are not permitted'],
  [
    'a beta field without its beta',
    { ...GOOD, context_management: { edits: [] } },
    'context_management: Extra inputs are not permitted',
  ],
  ['temperature', { ...GOOD, temperature: 0 }, '`temperature` is deprecated for this model.'],
  ['top_p', { ...GOOD, top_p: 0.5 }, '`top_p` is deprecated for this model.'],
  ['top_k', { ...GOOD, top_k: 5 }, '`top_k` is deprecated for this model.'],
  ['stream as text', { ...GOOD, stream: 'yes' }, 'stream: Input should be a valid boolean'],
  [
    'a blank stop sequence',
    { ...GOOD, stop_sequences: [' '] },
    'stop_sequences: each stop sequence must contain non-whitespace',
  ],

  ['no messages', { ...GOOD, messages: undefined }, 'messages: Field required'],
  ['an empty list of messages', messages(), 'messages: at least one message is required'],
  [
    'the assistant first',
    messages(assistant('hi')),
    'messages: first message must use the "user" role',
  ],
  [
    'an unknown role',
    messages({ role: 'tool', content: 'x' }),
    "messages.0.role: Input should be 'user', 'assistant' or 'system'",
  ],
  ['a message without content', messages({ role: 'user' }), 'messages.0.content: Field required'],
  [
    'a message with empty content',
    messages(user('a'), assistant([]), user('b')),
    'messages.1: all messages must have non-empty content except for the optional final assistant message',
  ],
  [
    'an empty text block',
    messages(user([{ type: 'text', text: '' }])),
    'messages: text content blocks must be non-empty',
  ],
  [
    'a blank text block',
    messages(user([{ type: 'text', text: ' \n' }])),
    'messages: text content blocks must contain non-whitespace text',
  ],
  [
    'a blank string',
    messages(user(' ')),
    'messages: text content blocks must contain non-whitespace text',
  ],
  [
    'a cache mark on an empty text block',
    messages(user([{ type: 'text', text: '', ...mark() }])),
    'messages.0.content.0.text: cache_control cannot be set for empty text blocks',
  ],
  [
    'a text block without text',
    messages(user([{ type: 'text' }])),
    'messages.0.content.0.text: Field required',
  ],
  [
    'an unknown block',
    messages(user([{ type: 'sound' }])),
    /^messages\.0\.content\.0: Input tag 'sound' found using 'type' does not match any of the expected tags: 'text'/,
  ],
  [
    'a field a block does not have',
    messages(user([{ type: 'text', text: 'a', note: 1 }])),
    'messages.0.content.0.text.note: Extra inputs are not permitted',
  ],
  [
    'an empty text in a tool_result',
    messages(
      ...answered().slice(0, 2),
      user([result('toolu_1', { content: [{ type: 'text', text: '' }] })]),
    ),
    'messages: text content blocks must be non-empty',
  ],
  [
    'a prefilled answer',
    messages(user('a'), assistant('b')),
    'This model does not support assistant message prefill. The conversation must end with a user message.',
  ],

  [
    'a call without an answer',
    messages(user('a'), assistant([use('t1')]), user('b')),
    'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1. Each `tool_use` block must have a corresponding `tool_result` block in the next message.',
  ],
  [
    'one of two calls without an answer',
    messages(user('a'), assistant([use('t1'), use('t2')]), user([result('t1')])),
    /without `tool_result` blocks immediately after: t2\./,
  ],
  [
    'a call at the end',
    messages(user('a'), assistant([use('t1')])),
    /^messages\.1: `tool_use` ids were found without/,
  ],
  [
    'text before the answer to a call',
    messages(user('a'), assistant([use('t1')]), user([{ type: 'text', text: 'b' }, result('t1')])),
    /^messages\.1: `tool_use` ids were found without/,
  ],
  [
    'an answer one message late',
    messages(user('a'), assistant([use('t1')]), user('b'), assistant('c'), user([result('t1')])),
    /^messages\.1: `tool_use` ids were found without/,
  ],
  [
    'an answer without a call',
    messages(user([result('t1')])),
    'messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: t1. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
  ],
  [
    'two answers to one call',
    messages(user('a'), assistant([use('t1')]), user([result('t1'), result('t1')])),
    'messages.2.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks with id: t1',
  ],
  [
    'one id for two calls',
    messages(user('a'), assistant([use('t1'), use('t1')]), user([result('t1')])),
    'messages.1.content.1: `tool_use` ids must be unique',
  ],
  [
    'an id used again later',
    messages(...answered(['t1']), assistant([use('t1')]), user([result('t1')])),
    'messages.3.content.0: `tool_use` ids must be unique',
  ],
  [
    'an id with a blank',
    messages(user('a'), assistant([use('t 1')]), user([result('t 1')])),
    "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
  ],
  [
    'a call whose input is no object',
    messages(user('a'), assistant([use('t1', { input: '{}' })]), user([result('t1')])),
    'messages.1.content.0.tool_use.input: Input should be an object',
  ],
  [
    'a call by the user',
    messages(user([use('t1')])),
    'messages.0: `tool_use` blocks can only be in `assistant` messages',
  ],
  [
    'an answer by the assistant',
    messages(user('a'), assistant([result('t1')])),
    'messages.1: `tool_result` blocks can only be in `user` messages',
  ],
  [
    'calls without tools',
    { ...GOOD, messages: answered() },
    'Requests which include `tool_use` or `tool_result` blocks must define tools',
  ],

  ['a tool without a name', tool({ name: undefined }), 'tools.0.custom.name: Field required'],
  [
    'a tool name with a dot',
    tool({ name: 'view.file' }),
    "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
  ],
  [
    'a tool name of 129 characters',
    tool({ name: 'a'.repeat(129) }),
    "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
  ],
  ['two tools of one name', { ...GOOD, tools: [TOOL, TOOL] }, 'tools: Tool names must be unique.'],
  [
    'a tool without a schema',
    tool({ input_schema: undefined }),
    'tools.0.custom.input_schema: Field required',
  ],
  [
    'a schema without a type',
    tool({ input_schema: {} }),
    'tools.0.custom.input_schema.type: Field required',
  ],
  [
    'a schema that is no object',
    tool({ input_schema: { type: 'string' } }),
    "tools.0.custom.input_schema.type: Input should be 'object'",
  ],
  [
    'a union at the top of a schema',
    tool({ input_schema: { type: 'object', anyOf: [] } }),
    'tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level',
  ],
  [
    'a property key with a blank',
    tool({ input_schema: { type: 'object', properties: { 'a b': {} } } }),
    "tools.0.custom.input_schema.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'",
  ],
  [
    'a field a tool does not have',
    tool({ run: 1 }),
    'tools.0.custom.run: Extra inputs are not permitted',
  ],
  [
    'an unknown type of tool',
    { ...GOOD, tools: [{ type: 'bash_1999', name: 'bash' }] },
    /^tools\.0: Input tag 'bash_1999' found using 'type' does not match/,
  ],
  [
    'a defined tool under another name',
    { ...GOOD, tools: [{ type: 'bash_20250124', name: 'shell' }] },
    "tools.0.bash_20250124.name: Input should be 'bash'",
  ],
  [
    'a tool_choice without tools',
    { ...GOOD, tool_choice: { type: 'auto' } },
    'tool_choice: `tool_choice` may only be specified while providing `tools`.',
  ],
  [
    'an unknown tool_choice',
    { ...tool({}), tool_choice: { type: 'some' } },
    "tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'",
  ],
  [
    'a forced tool on a model that always decides itself',
    { ...tool({}), model: 'claude-opus-5-5', tool_choice: { type: 'any' } },
    'tool_choice: type "tool" and "any" are not supported for this model.',
  ],
  [
    'a forced tool with thinking',
    {
      ...tool({}),
      model: 'claude-opus-5',
      thinking: { type: 'adaptive' },
      tool_choice: { type: 'any' },
    },
    'Thinking may not be enabled when tool_choice forces tool use.',
  ],
  [
    'a forced tool that is not there',
    { ...tool({}), model: 'claude-opus-5', tool_choice: { type: 'tool', name: 'edit' } },
    "Tool 'edit' not found in provided tools",
  ],

  [
    'an unknown kind of thinking',
    { ...GOOD, thinking: { type: 'deep' } },
    "thinking.type: Input should be 'adaptive', 'enabled', 'disabled' or 'between_tools'",
  ],
  [
    'a thinking budget on a model without',
    { ...GOOD, thinking: { type: 'enabled', budget_tokens: 2000 } },
    /^"thinking\.type\.enabled" is not supported for this model\. Use "thinking\.type\.adaptive"/,
  ],
  [
    'no thinking on a model that always thinks',
    { ...GOOD, model: 'claude-opus-5-5', thinking: { type: 'disabled' } },
    '"thinking.type.disabled" is not supported for this model.',
  ],
  [
    'no thinking where it is called otherwise',
    { ...GOOD, thinking: { type: 'disabled' } },
    /Use "thinking\.type\.between_tools"/,
  ],
  [
    'a budget below 1024',
    { ...GOOD, model: 'claude-haiku-4-5', thinking: { type: 'enabled', budget_tokens: 1023 } },
    'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
  ],
  [
    'a budget not below max_tokens',
    {
      ...GOOD,
      model: 'claude-haiku-4-5',
      max_tokens: 1024,
      thinking: { type: 'enabled', budget_tokens: 1024 },
    },
    '`max_tokens` must be greater than `thinking.budget_tokens`.',
  ],
  [
    'a budget and a turn that does not begin with thinking',
    {
      ...messages(...answered()),
      model: 'claude-haiku-4-5',
      max_tokens: 4000,
      thinking: { type: 'enabled', budget_tokens: 1024 },
    },
    /^messages\.1\.content\.0\.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`/,
  ],
  [
    'a budget with adaptive thinking',
    { ...GOOD, thinking: { type: 'adaptive', budget_tokens: 2000 } },
    'thinking.adaptive.budget_tokens: Extra inputs are not permitted',
  ],
  [
    'an unknown display',
    { ...GOOD, thinking: { type: 'adaptive', display: 'full' } },
    "thinking.adaptive.display: Input should be 'summarized' or 'omitted'",
  ],
  [
    'an unknown effort',
    { ...GOOD, output_config: { effort: 'huge' } },
    "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
  ],
  [
    'effort on a model without',
    { ...GOOD, model: 'claude-haiku-4-5', output_config: { effort: 'low' } },
    'This model does not support the effort parameter.',
  ],
  [
    'the highest effort without thinking ahead',
    { ...GOOD, thinking: { type: 'between_tools' }, output_config: { effort: 'max' } },
    /^"thinking\.type\.between_tools" is not supported with effort 'max'/,
  ],

  [
    'five cache marks',
    {
      ...GOOD,
      system: [1, 2, 3, 4, 5].map((n) => ({ type: 'text', text: `part ${n}`, ...mark() })),
    },
    'A maximum of 4 blocks with cache_control may be provided. Found 5.',
  ],
  [
    'four cache marks and an automatic one',
    {
      ...GOOD,
      ...mark(),
      system: [1, 2, 3, 4].map((n) => ({ type: 'text', text: `part ${n}`, ...mark() })),
    },
    'A maximum of 4 blocks with cache_control may be provided. Found 5.',
  ],
  [
    'a cache mark inside a tool_result as the fifth',
    {
      ...messages(
        ...answered().slice(0, 2),
        user([result('toolu_1', { content: [{ type: 'text', text: 'x', ...mark() }] })]),
      ),
      system: [1, 2, 3, 4].map((n) => ({ type: 'text', text: `part ${n}`, ...mark() })),
    },
    'A maximum of 4 blocks with cache_control may be provided. Found 5.',
  ],
  [
    'a long-lived mark after a short-lived one',
    { ...tool(mark('5m')), system: [{ type: 'text', text: 'part', ...mark('1h') }] },
    /^system\.0\.cache_control\.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block/,
  ],
  [
    'an unknown lifetime',
    { ...GOOD, ...mark('2h') },
    "cache_control.ttl: Input should be '5m' or '1h'",
  ],
  [
    'a cache mark on thinking',
    messages(
      user('a'),
      assistant([{ type: 'thinking', thinking: 'b', signature: 's', ...mark() }]),
      user('c'),
    ),
    'messages.1.content.0.thinking.cache_control: Extra inputs are not permitted',
  ],
  [
    'a thinking block without its signature',
    messages(user('a'), assistant([{ type: 'thinking', thinking: 'b' }]), user('c')),
    'messages.1.content.0.thinking.signature: Field required',
  ],
  [
    'an invented signature',
    messages(
      user('a'),
      assistant([{ type: 'thinking', thinking: 'b', signature: 's' }]),
      user('c'),
    ),
    'messages.1.content.0: Invalid `signature` in `thinking` block',
  ],
  [
    'invented redacted thinking',
    messages(user('a'), assistant([{ type: 'redacted_thinking', data: 's' }]), user('c')),
    'messages.1.content.0: Invalid `data` in `redacted_thinking` block',
  ],
  [
    'an empty system block',
    { ...GOOD, system: [{ type: 'text', text: '' }] },
    'system: text content blocks must be non-empty',
  ],
  [
    'an image as system prompt',
    { ...GOOD, system: [{ type: 'image', source: {} }] },
    "system.0.type: Input should be 'text'",
  ],
];

describe('refused with 400 invalid_request_error:', () => {
  test.each(BROKEN)('%s', async (_, body, words) => {
    const { status, headers, json } = await post(server, body);
    expect(json.error?.message).toEqual(
      typeof words === 'string' ? words : expect.stringMatching(words),
    );
    expect(json).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: json.error.message },
      request_id: headers.get('request-id'),
    });
    expect(status).toBe(400);
  });

  test('a prompt over the context window', async () => {
    const long = 'word '.repeat(8_000);
    const { modelLike } = await import('./models.ts');
    const small = await startMessagesApi({
      turns: [],
      models: [modelLike('claude-sonnet-5-5', { info: { max_input_tokens: 5_000 } })],
    });
    const { status, json } = await post(small, { ...GOOD, messages: [user(long)] });
    await small.close();
    expect(status).toBe(400);
    expect(json.error.message).toMatch(/^prompt is too long: \d+ tokens > 5000 maximum$/);
  });
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
