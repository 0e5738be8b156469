import { afterAll, beforeAll, expect, test } from 'vitest';
import { GOOD, post, TOOL } from './raw.ts';
import { redactedThinking, text, thinking, toolUse } from './script.ts';
import { type MessagesApi, startMessagesApi } from './server.ts';

let server: MessagesApi;

beforeAll(async () => {
  server = await startMessagesApi({
    turns: () => [redactedThinking(), thinking('hm'), text('a'), toolUse('view', { b: 1, a: 2 })],
  });
});
afterAll(() => server.close());

const BASE = {
  ...GOOD,
  system: [{ type: 'text', text: 'You fix bugs.' }],
  tools: [TOOL],
  thinking: { type: 'adaptive', display: 'summarized' },
};

// biome-ignore lint/suspicious/noExplicitAny: requests are broken on purpose
type Request = any;

/** A conversation of two turns with thinking, ready to be asked for a third. */
async function conversation(model = 'claude-sonnet-5-5'): Promise<Request> {
  const request: Request = { ...BASE, model, messages: [{ role: 'user', content: 'Fix it.' }] };
  for (let turn = 0; turn < 2; turn++) {
    const { json } = await post(server, request);
    request.messages.push(
      { role: 'assistant', content: json.content },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: json.content[3].id, content: 'x' }],
      },
    );
  }
  return request;
}

const BOUND =
  'Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to "drop_block". That setting requires the `thinking-binding-controls-2026-08-01` value in the `anthropic-beta` header.';

test('what is echoed unchanged is taken', async () => {
  expect((await post(server, await conversation())).status).toBe(200);
});

test.each<[string, (request: Request) => void]>([
  [
    'cache marks come and go',
    (request) => {
      request.system[0].cache_control = { type: 'ephemeral', ttl: '1h' };
      request.messages[2].content[0].cache_control = { type: 'ephemeral' };
    },
  ],
  [
    'the system prompt as a string',
    (request) => {
      request.system = 'You fix bugs.';
    },
  ],
  [
    'no citations in a text block',
    (request) => {
      delete request.messages[1].content[2].citations;
    },
  ],
  [
    'another effort and more room',
    (request) => {
      request.output_config = { effort: 'low' };
      request.max_tokens = 5000;
    },
  ],
  [
    'a message added at the end',
    (request) => {
      request.messages.push({ role: 'user', content: 'Hurry.' });
    },
  ],
])('%s: taken', async (_, change) => {
  const request = await conversation();
  change(request);
  const { status, json } = await post(server, request);
  expect([status, json.error]).toEqual([200, undefined]);
});

test.each<[string, (request: Request) => void, string]>([
  [
    'the system prompt changed',
    (request) => {
      request.system[0].text += ' Today is Monday.';
    },
    'messages.1.content.0: Invalid `data` in `redacted_thinking` block. The block is bound',
  ],
  [
    'a tool was added',
    (request) => {
      request.tools.push({ ...TOOL, name: 'edit' });
    },
    'The `tools` differ from the ones this block was created with.',
  ],
  [
    'a description of a tool changed',
    (request) => {
      request.tools = [{ ...TOOL, description: 'Reads.' }];
    },
    'The `tools` differ from the ones this block was created with.',
  ],
  [
    'the task changed',
    (request) => {
      request.messages[0].content = 'Fix that.';
    },
    'messages.1.content.0:',
  ],
  [
    'an old observation was cut',
    (request) => {
      request.messages[2].content[0].content = '[cleared]';
    },
    'messages.3.content.0:',
  ],
  [
    'an old observation became an error',
    (request) => {
      request.messages[2].content[0].is_error = true;
    },
    'messages.3.content.0:',
  ],
  [
    'the text of an old answer changed',
    (request) => {
      request.messages[1].content[2].text = 'b';
    },
    'messages.3.content.0:',
  ],
  [
    'the keys of an input changed places',
    (request) => {
      request.messages[1].content[3].input = { a: 2, b: 1 };
    },
    'messages.3.content.0:',
  ],
  [
    'an old thinking block was left out',
    (request) => {
      request.messages[1].content.splice(0, 2);
    },
    'messages.3.content.0:',
  ],
  [
    'the first turn was left out',
    (request) => {
      request.messages.splice(1, 2);
    },
    'messages.1.content.0:',
  ],
  [
    'a message was put in between',
    (request) => {
      request.messages.splice(3, 0, { role: 'user', content: 'Hurry.' });
    },
    'messages.4.content.0:',
  ],
])('%s: refused', async (_, change, words) => {
  const request = await conversation();
  change(request);
  const { status, json } = await post(server, request);
  expect(status).toBe(400);
  expect(json.error.type).toBe('invalid_request_error');
  expect(json.error.message).toContain(words);
});

test('the whole refusal', async () => {
  const request = await conversation();
  for (const message of request.messages) {
    if (message.role === 'assistant') message.content.shift();
  }
  const { json } = await post(server, request);
  expect(json.error.message).toBe(
    `messages.1.content.0: ${BOUND} The messages before this block differ from the ones it was created with.`,
  );
  request.system[0].text = 'Other.';
  const again = await post(server, request);
  expect(again.json.error.message).toBe(
    `messages.1.content.0: ${BOUND} The \`system\` prompt differs from the one this block was created with.`,
  );
});

test('changed thinking text is refused by every model', async () => {
  for (const model of ['claude-sonnet-5-5', 'claude-opus-5']) {
    const request = await conversation(model);
    request.messages[1].content[1].thinking = 'hmm';
    const { status, json } = await post(server, request);
    expect([status, json.error.message]).toEqual([
      400,
      'messages.1.content.1: Invalid `signature` in `thinking` block',
    ]);
  }
});

test('a model that does not bind takes an edited history', async () => {
  const request = await conversation('claude-opus-5');
  request.messages[2].content[0].content = '[cleared]';
  expect((await post(server, request)).status).toBe(200);
});

test('another model does not read the blocks and does not count them', async () => {
  const request = await conversation();
  const own = await post(server, request);
  const other = await post(server, { ...request, model: 'claude-opus-5-5' });
  expect(other.status).toBe(200);
  expect(other.json.usage.input_tokens).toBeLessThan(own.json.usage.input_tokens);
});

test('drop_block takes the blocks out and says so', async () => {
  const request = await conversation();
  request.messages[2].content[0].content = '[cleared]';
  request.thinking = {
    ...BASE.thinking,
    block_binding: { prefix_mismatch_behavior: 'drop_block' },
  };
  const without = await post(server, request);
  expect(without.json.error.message).toBe(
    'thinking.adaptive.block_binding: Extra inputs are not permitted',
  );
  const headers = { 'anthropic-beta': 'thinking-binding-controls-2026-08-01' };
  const { status, json } = await post(server, request, { headers });
  expect(status).toBe(200);
  expect(json.input_transformations).toEqual(
    ['messages.3.content.0', 'messages.3.content.1'].map((path) => ({
      type: 'thinking_dropped',
      path,
      reason: 'prefix_binding_mismatch',
    })),
  );
});
