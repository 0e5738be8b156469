import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { text } from '../messages-api/script.ts';
import { answering, calling, GOOD, post, TOOL } from './raw.ts';
import { type ChatApi, startChatApi } from './server.ts';

let server: ChatApi;

beforeAll(async () => {
  server = await startChatApi({ turns: () => [text('ok')], maxBodyBytes: 100_000 });
});
afterAll(() => server.close());

const user = { role: 'user', content: 'Fix it.' };
const messages = (...list: unknown[]) => ({ ...GOOD, tools: [TOOL], messages: list });
const tool = (more: object) => ({
  ...GOOD,
  tools: [{ ...TOOL, function: { ...TOOL.function, ...more } }],
});

/** What is broken, the body, the words, the parameter named. */
const BROKEN: readonly [string, unknown, string, string | null][] = [
  ['no JSON', '{"model":', 'We could not parse the JSON body of your request.', null],
  ['no object', [], 'The request body must be a JSON object.', null],
  ['no model', { ...GOOD, model: undefined }, 'you must provide a model parameter', null],
  [
    'a field nobody knows',
    { ...GOOD, foo: 1 },
    'Unrecognized request argument supplied: foo',
    null,
  ],
  [
    'no messages',
    { ...GOOD, messages: undefined },
    "Missing required parameter: 'messages'.",
    'messages',
  ],
  [
    'messages as text',
    { ...GOOD, messages: 'hi' },
    "Invalid type for 'messages': expected an array, but got a string instead.",
    'messages',
  ],
  [
    'an empty list of messages',
    messages(),
    "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    'messages',
  ],
  [
    'an unknown role',
    messages({ role: 'robot', content: 'x' }),
    "Invalid value: 'robot'. Supported values are: 'system', 'developer', 'user', 'assistant', 'tool'.",
    'messages[0].role',
  ],
  [
    'a message without content',
    messages({ role: 'user' }),
    "Invalid value for 'content': expected a string, got null.",
    'messages[0].content',
  ],
  [
    'an answer without content and without calls',
    messages(user, { role: 'assistant', content: null }),
    "Invalid value for 'content': expected a string, got null.",
    'messages[1].content',
  ],
  [
    'content as an object',
    messages({ role: 'user', content: {} }),
    "Invalid type for 'messages[0].content': expected a string, but got an object instead.",
    'messages[0].content',
  ],
  [
    'a part of content without a type',
    messages({ role: 'user', content: [{ text: 'x' }] }),
    "Missing required parameter: 'messages[0].content[0].type'.",
    'messages[0].content[0].type',
  ],
  [
    'a call by the user',
    messages({ ...calling('c1'), role: 'user', content: 'x' }),
    "Unknown parameter: 'messages[0].tool_calls'.",
    'messages[0].tool_calls',
  ],
  [
    'an empty list of calls',
    messages(user, { role: 'assistant', content: 'x', tool_calls: [] }),
    "Invalid 'messages[1].tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    'messages[1].tool_calls',
  ],
  [
    'a call without an id',
    messages(user, calling('')),
    "Missing required parameter: 'messages[1].tool_calls[0].id'.",
    'messages[1].tool_calls[0].id',
  ],
  [
    'arguments that are no text',
    messages(user, {
      role: 'assistant',
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'view', arguments: {} } }],
    }),
    "Invalid type for 'messages[1].tool_calls[0].function.arguments': expected a string, but got an object instead.",
    'messages[1].tool_calls[0].function.arguments',
  ],
  [
    'a call without an answer',
    messages(user, calling('c1', 'c2'), answering('c1'), user),
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: c2",
    'messages.[3].role',
  ],
  [
    'a call at the end',
    messages(user, calling('c1')),
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: c1",
    'messages.[2].role',
  ],
  [
    'an answer without a call',
    messages(user, answering('c1')),
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    'messages.[1].role',
  ],
  [
    'two answers to one call',
    messages(user, calling('c1'), answering('c1'), answering('c1')),
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    'messages.[3].role',
  ],
  [
    'an answer without an id',
    messages(user, calling('c1'), { role: 'tool', content: 'x' }),
    "Missing required parameter: 'messages[2].tool_call_id'.",
    'messages[2].tool_call_id',
  ],
  [
    'an empty list of tools',
    { ...GOOD, tools: [] },
    "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    'tools',
  ],
  [
    'a tool that is no function',
    { ...GOOD, tools: [{ name: 'view' }] },
    "Missing required parameter: 'tools[0].type'.",
    'tools[0].type',
  ],
  [
    'a tool name with a dot',
    tool({ name: 'a.b' }),
    "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
    'tools[0].function.name',
  ],
  [
    'a schema that is no object',
    tool({ parameters: { type: 'string' } }),
    "Invalid schema for function 'view': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"string\"'.",
    'tools[0].function.parameters',
  ],
  [
    'a tool_choice without tools',
    { ...GOOD, tool_choice: 'auto' },
    "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
    'tool_choice',
  ],
  [
    'parallel_tool_calls without tools',
    { ...GOOD, parallel_tool_calls: false },
    "Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified.",
    'parallel_tool_calls',
  ],
  [
    'max_tokens of zero',
    { ...GOOD, max_tokens: 0 },
    "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
    'max_tokens',
  ],
  [
    'half a token',
    { ...GOOD, max_tokens: 1.5 },
    "Invalid type for 'max_tokens': expected an integer, but got a number instead.",
    'max_tokens',
  ],
  [
    'both limits',
    { ...GOOD, max_tokens: 1, max_completion_tokens: 1 },
    "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
    'max_tokens',
  ],
  [
    'a temperature over 2',
    { ...GOOD, temperature: 3 },
    "Invalid 'temperature': expected a value between 0 and 2, but got 3 instead.",
    'temperature',
  ],
  [
    'stream_options without a stream',
    { ...GOOD, stream_options: { include_usage: true } },
    "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    'stream_options',
  ],
];

describe('refused with 400:', () => {
  test.each(BROKEN)('%s', async (_, body, message, param) => {
    const { status, json } = await post(server, body);
    expect(json).toEqual({
      error: {
        message,
        type: 'invalid_request_error',
        param,
        code: json.error?.code ?? null,
      },
    });
    expect(status).toBe(400);
    expect(server.turnsGiven).toBe(0);
  });
});

describe('refused with another status:', () => {
  test.each<[string, string | null, string, string | null]>([
    ['no key', null, "You didn't provide an API key.", null],
    ['another key', 'Bearer other', 'Incorrect API key provided.', 'invalid_api_key'],
  ])('%s', async (_, authorization, words, code) => {
    const { status, json } = await post(server, GOOD, { authorization });
    expect([status, json.error.code]).toEqual([401, code]);
    expect(json.error.message).toContain(words);
  });

  test('an unknown model', async () => {
    const { status, json } = await post(server, { ...GOOD, model: 'other' });
    expect([status, json.error.code]).toEqual([404, 'model_not_found']);
  });

  test('an unknown path', async () => {
    expect((await post(server, GOOD, { path: '/completions' })).status).toBe(404);
  });

  test('a GET', async () => {
    const response = await fetch(`${server.url}/chat/completions`, {
      headers: { authorization: `Bearer ${server.apiKey}` },
    });
    expect(response.status).toBe(405);
  });

  test('a body over the limit', async () => {
    const long = messages({ role: 'user', content: 'x'.repeat(100_001) });
    const { status, json } = await post(server, long);
    expect([status, json.error.message]).toEqual([413, 'Request exceeds the maximum size']);
  });
});

test.each<[string, unknown]>([
  ['answered calls', messages(user, calling('c1', 'c2'), answering('c2'), answering('c1'), user)],
  [
    'calls without content',
    messages(user, { ...calling('c1'), content: undefined }, answering('c1')),
  ],
  ['content in parts', messages({ role: 'user', content: [{ type: 'text', text: 'x' }] })],
  ['a developer message', messages({ role: 'developer', content: 'x' }, user)],
  ['the settings of other servers', { ...GOOD, usage: { include: true }, cache_prompt: true }],
])('allowed: %s', async (_, body) => {
  const given = server.turnsGiven;
  expect((await post(server, body)).status).toBe(200);
  expect(server.turnsGiven).toBe(given + 1);
});
