import { afterAll, beforeAll, expect, test } from 'vitest';
import { GOOD, post, TOOL } from './raw.ts';
import { text, thinking, toolUse } from './script.ts';
import { type MessagesApi, startMessagesApi } from './server.ts';

let server: MessagesApi;

beforeAll(async () => {
  server = await startMessagesApi({
    turns: (request) =>
      request.messages.length > 12 ? [text('done')] : [thinking('hm'), toolUse('view', { n: 1 })],
  });
});
afterAll(() => server.close());

const BETA = { headers: { 'anthropic-beta': 'context-management-2025-06-27' } };
const clear = (more = {}) => ({ edits: [{ type: 'clear_tool_uses_20250919', ...more }] });
const MARK = { cache_control: { type: 'ephemeral' } };

// biome-ignore lint/suspicious/noExplicitAny: a request in the making
type Request = any;

/** Five answered calls of about a thousand tokens each. */
async function conversation(): Promise<Request> {
  const request: Request = {
    ...GOOD,
    tools: [TOOL],
    messages: [{ role: 'user', content: 'Fix.' }],
  };
  for (let turn = 0; turn < 5; turn++) {
    const { json } = await post(server, request);
    const content = 'x'.repeat(4000);
    request.messages.push(
      { role: 'assistant', content: json.content },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: json.content[1].id, content }],
      },
    );
  }
  return request;
}

test('old results are cleared for the model, not for the signatures', async () => {
  const request = await conversation();
  const plain = await post(server, request);
  const edited = await post(
    server,
    { ...request, context_management: clear({ trigger: { type: 'input_tokens', value: 2000 } }) },
    BETA,
  );
  expect(edited.status).toBe(200);
  const [applied] = edited.json.context_management.applied_edits;
  expect(applied).toMatchObject({ type: 'clear_tool_uses_20250919', cleared_tool_uses: 2 });
  expect(applied.cleared_input_tokens).toBeGreaterThan(1900);
  expect(edited.json.usage.input_tokens).toBe(
    plain.json.usage.input_tokens - applied.cleared_input_tokens,
  );
  request.messages.push(
    { role: 'assistant', content: edited.json.content },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: edited.json.content[1].id, content: 'x' }],
    },
  );
  expect((await post(server, request)).status).toBe(200);
});

test.each([
  ['under the trigger', {}],
  [
    'less than clear_at_least',
    {
      trigger: { type: 'tool_uses', value: 1 },
      clear_at_least: { type: 'input_tokens', value: 9000 },
    },
  ],
  ['all tools excluded', { trigger: { type: 'tool_uses', value: 1 }, exclude_tools: ['view'] }],
  ['all kept', { trigger: { type: 'tool_uses', value: 1 }, keep: { type: 'tool_uses', value: 9 } }],
])('%s: nothing is cleared', async (_, more) => {
  const request = { ...(await conversation()), context_management: clear(more) };
  const { json } = await post(server, request, BETA);
  expect(json.context_management).toEqual({ applied_edits: [] });
});

test('clearing costs the cache from the first cleared block on', async () => {
  const request = { ...(await conversation()), ...MARK };
  const first = await post(server, request);
  expect(first.json.usage.cache_creation_input_tokens).toBeGreaterThan(5000);
  const context_management = clear({ trigger: { type: 'tool_uses', value: 1 } });
  const { json } = await post(server, { ...request, context_management }, BETA);
  expect(json.usage.cache_read_input_tokens).toBe(0);
  const again = await post(server, { ...request, context_management }, BETA);
  expect(again.json.usage.cache_read_input_tokens).toBeGreaterThan(3000);
});

test('old thinking is cleared', async () => {
  const request = await conversation();
  request.messages.push({ role: 'user', content: 'And now?' });
  const { json } = await post(server, request);
  request.messages.push(
    { role: 'assistant', content: json.content },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: json.content[1].id, content: 'x' }],
    },
  );
  const context_management = { edits: [{ type: 'clear_thinking_20251015' }] };
  const edited = await post(server, { ...request, context_management }, BETA);
  expect(edited.json.context_management.applied_edits).toMatchObject([
    { type: 'clear_thinking_20251015', cleared_thinking_turns: 1 },
  ]);
});

test.each([
  [{ edits: [{ type: 'forget' }] }, /^context_management\.edits\.0: Input tag 'forget' found/],
  [{ edits: 1 }, /^context_management\.edits: Input should be a valid array/],
  [{ edits: [clear().edits[0], { type: 'clear_thinking_20251015' }] }, /must be the first edit/],
])('refused: %o', async (context_management, words) => {
  const { status, json } = await post(server, { ...GOOD, context_management }, BETA);
  expect([status, json.error.type]).toEqual([400, 'invalid_request_error']);
  expect(json.error.message).toMatch(words);
});
