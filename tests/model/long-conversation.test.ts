import { describe, expect, test } from 'vitest';
import { withFreshStart } from '../../src/model/fresh-start.ts';
import type { Message, Model } from '../../src/model/model.ts';
import { modelLike } from '../support/messages-api/models.ts';
import type { MessagesBody } from '../support/messages-api/request.ts';
import { text, thinking, toolUse } from '../support/messages-api/script.ts';
import { start } from './anthropic-server.ts';
import { converse, opening } from './converse.ts';

const LIMITS = { requests: 1e9, inputTokens: 1e12, outputTokens: 1e12 };
/** About 1,000 tokens on the local server. */
const observation = () => 'x'.repeat(4_000);

const isAsk = ({ messages }: MessagesBody) =>
  JSON.stringify(messages.at(-1)).includes('Write down');
const script = (request: MessagesBody, n: number) =>
  isAsk(request)
    ? [thinking('Hm.'), text(`Notes after ${n} requests.`)]
    : [thinking(`Step ${n}.`), toolUse('view', { path: `file${n}` })];

const served = (contextTokens: number, edits: boolean) => {
  const { info } = modelLike('claude-sonnet-5-5', {});
  const capabilities = info.capabilities && {
    ...info.capabilities,
    context_management: {
      ...info.capabilities.context_management,
      clear_tool_uses_20250919: { supported: edits },
    },
  };
  return [
    modelLike('claude-sonnet-5-5', { info: { max_input_tokens: contextTokens, capabilities } }),
  ];
};

describe('a model that clears old results', () => {
  test('does so in steps: the window holds, the signatures hold, the cache is read', async () => {
    const progress: string[] = [];
    const { model, server } = await start({
      turns: script,
      models: served(160_000, true),
      limits: LIMITS,
    });
    const turns = await converse(model, {
      turns: 100,
      run: () => 'x'.repeat(16_000),
      onProgress: (line) => progress.push(line),
    });
    expect(server.requests.map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect(server.requests[5]?.body).not.toHaveProperty('context_management');
    expect(server.requests[99]?.body).toHaveProperty('context_management');
    expect(progress[0]).toMatch(/^leaving the \d+ oldest tool results out/);
    expect(progress.length).toBeLessThan(10);
    const later = turns.slice(2).map(({ usage }) => usage);
    const read = later.reduce((sum, usage) => sum + usage.cacheReadTokens, 0);
    const all = later.reduce(
      (sum, usage) => sum + usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
      0,
    );
    expect(read / all).toBeGreaterThan(0.9);
  });
});

describe('a model that does not', () => {
  const first = (body: MessagesBody | undefined) => JSON.stringify(body?.messages[0]);

  async function run(model: Model, turns: number, messages?: Message[]) {
    const request = opening('The task.');
    if (messages) request.messages.splice(0, 1, ...messages);
    const answered = await converse(model, { turns, run: observation, request });
    return { request, answered };
  }

  test('goes on in a new conversation from its notes, again and again', async () => {
    const { model, server } = await start({
      turns: script,
      models: served(20_000, false),
      limits: LIMITS,
    });
    const { request, answered } = await run(withFreshStart(model), 60);
    expect(new Set(server.requests.map(({ status }) => status))).toEqual(new Set([200]));
    const asked = server.requests.filter(({ body }) => body && isAsk(body));
    expect(asked.length).toBeGreaterThanOrEqual(3);
    expect(asked.length).toBeLessThanOrEqual(6);
    expect(server.requests).toHaveLength(60 + asked.length);
    const after = server.requests[(asked[0]?.index ?? 0) + 1]?.body;
    expect(after?.messages).toHaveLength(1);
    expect(first(after)).toContain('The task.');
    expect(first(after)).toContain(`Notes after ${asked[0]?.index} requests.`);
    expect(request.messages).toHaveLength(1 + 2 * 60);
    expect(answered.every(({ actions }) => actions.length === 1)).toBe(true);
  });

  test('a resumed run goes on in the same conversation', async () => {
    const { model, server } = await start({
      turns: script,
      models: served(20_000, false),
      limits: LIMITS,
    });
    const { request } = await run(withFreshStart(model), 20);
    const before = server.requests.at(-1)?.body;
    const kept: Message[] = JSON.parse(JSON.stringify(request.messages));
    await run(withFreshStart(model), 1, kept);
    const next = server.requests.at(-1);
    expect(next?.status).toBe(200);
    expect(next?.body?.messages.slice(0, before?.messages.length)).toEqual(before?.messages);
  });

  test('the tokens of the notes are counted, once', async () => {
    const { model, server } = await start({
      turns: script,
      models: served(20_000, false),
      limits: LIMITS,
    });
    const { answered } = await run(withFreshStart(model), 30);
    const told = server.requests.reduce((sum, { usage }) => sum + (usage?.output_tokens ?? 0), 0);
    expect(answered.reduce((sum, { usage }) => sum + usage.outputTokens, 0)).toBe(told);
  });

  test('an observation that no longer fits is left behind', async () => {
    const { model, server } = await start({
      turns: script,
      models: served(20_000, false),
      limits: LIMITS,
    });
    let calls = 0;
    const run = () => 'y'.repeat(++calls === 5 ? 120_000 : 400);
    const turns = await converse(withFreshStart(model), { turns: 7, run, request: opening() });
    expect(turns.every(({ stopReason }) => stopReason === 'tool_use')).toBe(true);
    expect(server.requests.filter(({ status }) => status === 400)).toHaveLength(1);
  });

  test('a task that does not fit at all is told', async () => {
    const { model } = await start({ turns: script, models: served(20_000, false), limits: LIMITS });
    await expect(
      converse(withFreshStart(model), { turns: 1, request: opening('z'.repeat(200_000)) }),
    ).rejects.toMatchObject({ kind: 'context_window' });
  });

  test('an answer that filled the window', async () => {
    const { model, server } = await start({
      turns: (request, n) =>
        n === 3
          ? { content: [text('I was about to')], stopReason: 'model_context_window_exceeded' }
          : script(request, n),
      models: served(20_000, false),
      limits: LIMITS,
    });
    const turns = await converse(withFreshStart(model), { turns: 5, run: observation });
    expect(turns.every(({ stopReason }) => stopReason === 'tool_use')).toBe(true);
    expect(server.requests.filter(({ body }) => body && isAsk(body))).toHaveLength(1);
  });
});
