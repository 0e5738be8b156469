import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type AnthropicOptions, createAnthropicModel } from '../../src/model/anthropic.ts';
import { loadPrices } from '../../src/model/pricing.ts';
import { DEFAULT_RETRY } from '../../src/model/retry.ts';
import { FAULTS } from '../support/messages-api/faults.ts';
import { redactedThinking, text, thinking, toolUse } from '../support/messages-api/script.ts';
import {
  type MessagesApi,
  type MessagesApiOptions,
  startMessagesApi,
} from '../support/messages-api/server.ts';
import { converse, never, opening } from './converse.ts';

let server: MessagesApi | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const PRICES = loadPrices();
const RETRY = { ...DEFAULT_RETRY, firstWaitMs: 5, maxWaitMs: 20 };

async function start(api: MessagesApiOptions, options: Partial<AnthropicOptions> = {}) {
  server = await startMessagesApi(api);
  const model = createAnthropicModel({
    model: 'claude-sonnet-5-5',
    apiKey: server.apiKey,
    baseURL: server.url,
    prices: PRICES,
    retry: RETRY,
    ...options,
  });
  return { server, model };
}

describe('a conversation', () => {
  test('with thinking, redacted thinking and parallel calls keeps its signatures', async () => {
    const { model, server } = await start({
      turns: [
        [thinking('First.'), toolUse('view', { path: 'ä.py' }), toolUse('bash', { command: 'ls' })],
        [redactedThinking(), thinking('Now I know.'), text('Über 🐞'), toolUse('submit', {})],
        [text('Done.')],
      ],
    });
    const turns = await converse(model, { turns: 3 });
    expect(turns.map(({ stopReason }) => stopReason)).toEqual(['tool_use', 'tool_use', 'end_turn']);
    expect(turns[0]?.actions).toMatchObject([
      { tool: 'view', input: { path: 'ä.py' } },
      { tool: 'bash', input: { command: 'ls' } },
    ]);
    expect(turns[1]).toMatchObject({
      text: 'Über 🐞',
      model: 'claude-sonnet-5-5',
      requestId: server.requests[1]?.requestId,
    });
    expect(server.requests.map(({ status }) => status)).toEqual([200, 200, 200]);
    const answers = server.requests[1]?.body?.messages.at(-1);
    expect(answers).toMatchObject({
      role: 'user',
      content: [{ type: 'tool_result' }, { type: 'tool_result' }],
    });
    expect(answers?.content).toHaveLength(2);
  });
});
