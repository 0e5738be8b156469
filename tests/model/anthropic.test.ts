import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FAULTS } from '../support/messages-api/faults.ts';
import { redactedThinking, text, thinking, toolUse } from '../support/messages-api/script.ts';
import { start } from './anthropic-server.ts';
import { converse, never, opening } from './converse.ts';

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

  test('goes on from a trajectory: turns read back from JSON are sent as they were', async () => {
    const { model, server } = await start({
      turns: [
        [thinking('One.'), toolUse('view', { path: 'a' })],
        [thinking('Two.'), text('Done.')],
      ],
    });
    const request = opening();
    await converse(model, { turns: 1, request });
    const again = JSON.parse(JSON.stringify(request));
    await converse(model, { turns: 1, request: again });
    expect(server.requests.map(({ status }) => status)).toEqual([200, 200]);
  });

  test('a call without an observation, as after a kill, is answered as not run', async () => {
    const { model, server } = await start({
      turns: [[toolUse('view', { path: 'a' }), toolUse('view', { path: 'b' })], [text('Done.')]],
    });
    const request = opening();
    const turn = await model.complete(request, { signal: never });
    request.messages.push({ role: 'assistant', turn });
    const actionId = turn.actions[0]?.id ?? '';
    request.messages.push({
      role: 'observations',
      observations: [{ actionId, text: 'x', isError: false, durationMs: 0 }],
    });
    await model.complete(request, { signal: never });
    expect(server.requests[1]?.body?.messages.at(-1)?.content).toMatchObject([
      { content: 'x' },
      { content: 'This call was not run.', is_error: true },
    ]);
  });

  test("another provider's turns are told in plain blocks", async () => {
    const { model, server } = await start({ turns: [[text('Done.')]] });
    const request = opening();
    const usage = {
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      costUsd: 0,
    };
    const action = { id: 'call:1', tool: 'view', input: { path: 'a' } };
    request.messages.push(
      {
        role: 'assistant',
        turn: {
          text: 'I look.',
          actions: [action],
          usage,
          stopReason: 'tool_use',
          model: 'repair',
          raw: null,
        },
      },
      {
        role: 'observations',
        observations: [{ actionId: 'call:1', text: 'x', isError: false, durationMs: 0 }],
      },
    );
    await model.complete(request, { signal: never });
    expect(server.requests[0]?.body?.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'call_1', name: 'view', input: { path: 'a' } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'x' }] },
    ]);
  });

  test('an aborted request rejects with the reason and reaches the server no further', async () => {
    const { model, server } = await start({ turns: [{ content: [text('x')], delay: 10_000 }] });
    const controller = new AbortController();
    const pending = model.complete(opening(), { signal: controller.signal });
    await expect.poll(() => server.requests.length).toBe(1);
    const reason = new Error('Ctrl-C');
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    await expect.poll(() => server.requests[0]?.aborted).toBe(true);
  });
});

describe('stop reasons', () => {
  const call = toolUse('bash', { command: 'rm -rf build' });
  test.each([
    ['end_turn', [text('Done.')], { stopReason: 'end_turn' }],
    ['stop_sequence', [text('Done.')], { stopReason: 'end_turn' }],
    ['tool_use', [call], { stopReason: 'tool_use' }],
    ['max_tokens', [text('I am')], { stopReason: 'max_tokens' }],
    ['model_context_window_exceeded', [text('I am')], { stopReason: 'context_window' }],
    ['pause_turn', [text('One moment.')], { stopReason: 'pause_turn' }],
    ['brand_new', [call], { stopReason: 'unknown', stopDetail: 'brand_new' }],
  ])('%s', async (stopReason, content, expected) => {
    const { model } = await start({ turns: [{ content, stopReason }] });
    const [turn] = await converse(model, { turns: 1 });
    expect(turn).toMatchObject(expected);
  });

  test('a refusal tells its category', async () => {
    const refusal = { category: 'cyber', explanation: 'No exploits.' };
    const { model } = await start({ turns: [{ content: [], stopReason: 'refusal', refusal }] });
    const [turn] = await converse(model, { turns: 1 });
    expect(turn).toMatchObject({ stopReason: 'refusal', stopDetail: 'cyber: No exploits.' });
  });

  test('an empty answer stays out of the next request', async () => {
    const { model, server } = await start({ turns: [[], [text('Done.')]] });
    await converse(model, { turns: 2 });
    expect(server.requests[1]?.body?.messages).toMatchObject([
      { role: 'user', content: [{ type: 'text' }, { type: 'text', text: 'Go on.' }] },
    ]);
  });

  test('a paused turn is sent again as it is', async () => {
    const { model, server } = await start({
      turns: [
        { content: [thinking('Hm.'), text('One moment.')], stopReason: 'pause_turn' },
        [text('Done.')],
      ],
    });
    const request = opening();
    const turn = await model.complete(request, { signal: never });
    request.messages.push({ role: 'assistant', turn });
    expect(await model.complete(request, { signal: never })).toMatchObject({ text: 'Done.' });
    expect(server.requests[1]?.body?.messages.at(-1)?.role).toBe('assistant');
  });

  test.each([0, 1, 9, 30])(
    'a call cut after %d characters of its JSON is marked as cut',
    async (characters) => {
      const { model, server } = await start({
        turns: [
          {
            content: [
              thinking('Clean up.'),
              toolUse('view', { path: 'a' }),
              toolUse('bash', { command: 'rm -rf build && rm -rf /tmp/x' }),
            ],
            fault: { kind: 'max_tokens_in_tool', characters },
          },
          [thinking('Again.'), text('Done.')],
        ],
      });
      const ran: string[] = [];
      const [turn, next] = await converse(model, {
        turns: 2,
        run: ({ tool }) => {
          ran.push(tool);
          return 'x';
        },
      });
      expect(turn?.stopReason).toBe('max_tokens');
      expect(turn?.actions.map(({ tool }) => tool)).toEqual(['view', 'bash']);
      expect(ran).toEqual([]);
      expect(next?.text).toBe('Done.');
      expect(server.requests[1]?.status).toBe(200);
    },
  );
});

describe('the prompt cache', () => {
  test('marks the tools and the system prompt for an hour and the end for five minutes', async () => {
    const { model, server } = await start({ turns: [[text('Done.')]] });
    await converse(model, { turns: 1 });
    const body = server.requests[0]?.body;
    expect(body?.cache_control).toEqual({ type: 'ephemeral' });
    expect(body?.system).toMatchObject([{ cache_control: { type: 'ephemeral', ttl: '1h' } }]);
    expect(body?.tools?.map(({ cache_control }) => cache_control !== undefined)).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('is still read after a turn of 60 parallel calls', async () => {
    const many = Array.from({ length: 60 }, (_, i) => toolUse('view', { path: `file${i}` }));
    const { model, server } = await start({
      turns: [[toolUse('view', { path: 'a' })], many, [text('Done.')]],
    });
    await converse(model, { turns: 3, request: opening('x'.repeat(20_000)) });
    const [first, second, third] = server.requests.map(({ usage }) => usage);
    expect(first?.cache_creation_input_tokens).toBeGreaterThan(5_000);
    expect(second?.cache_read_input_tokens).toBe(
      (first?.cache_creation_input_tokens ?? 0) + (first?.cache_read_input_tokens ?? 0),
    );
    expect(third?.cache_read_input_tokens).toBeGreaterThan(5_000);
    expect(third?.input_tokens).toBe(0);
  });
});

describe('what the model can do', () => {
  test('is asked beside the first request, used from then on and kept in a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'catalogue-'));
    try {
      const catalogueFile = join(folder, 'cache', 'models.json');
      const turns = [
        [toolUse('view', { path: 'a' })],
        [toolUse('view', { path: 'b' })],
        [text('Done.')],
      ];
      const first = await start({ turns }, { catalogueFile, effort: 'xhigh' });
      await converse(first.model, { turns: 1 });
      expect(first.server.requests[0]?.body).not.toHaveProperty('thinking');
      await expect
        .poll(() => readFile(catalogueFile, 'utf8').catch(() => ''))
        .toContain('claude-opus-5-5');
      expect(await readdir(join(folder, 'cache'))).toEqual(['models.json']);
      expect(first.server.lookups).toHaveLength(1);

      const request = opening();
      await converse(first.model, { turns: 1, request });
      expect(first.server.requests[1]?.body).toMatchObject({
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'xhigh' },
        max_tokens: 32_000,
      });
      expect(first.server.lookups).toHaveLength(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a kept list serves the next run before its first request', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'catalogue-'));
    try {
      const catalogueFile = join(folder, 'models.json');
      const { model, server } = await start(
        { turns: [[text('1')], [text('2')]] },
        { catalogueFile },
      );
      await converse(model, { turns: 1 });
      await expect.poll(() => readFile(catalogueFile, 'utf8').catch(() => '')).toContain('claude');
      const { createAnthropicModel } = await import('../../src/model/anthropic.ts');
      const { PRICES } = await import('./anthropic-server.ts');
      const next = createAnthropicModel({
        model: 'claude-haiku-4-5',
        apiKey: server.apiKey,
        baseURL: server.url,
        prices: PRICES,
        catalogueFile,
        effort: 'high',
        maxOutputTokens: 100_000,
      });
      await converse(next, { turns: 1 });
      expect(server.lookups).toHaveLength(1);
      expect(server.requests[1]?.body?.max_tokens).toBe(64_000);
      expect(server.requests[1]?.body).not.toHaveProperty('thinking');
      expect(server.requests[1]?.body).not.toHaveProperty('output_config');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the fallback model', () => {
  test('takes over when the model stays overloaded, with the conversation as it is', async () => {
    const progress: string[] = [];
    const { model, server } = await start(
      {
        turns: [
          [thinking('Hm.'), toolUse('view', { path: 'a' })],
          [text('Half.')],
          [text('Done.')],
        ],
        faults: (request) =>
          request.index > 0 && request.body?.model !== 'claude-opus-5' && request.index < 7
            ? FAULTS.overloaded()
            : undefined,
      },
      { fallback: 'claude-opus-5' },
    );
    const turns = await converse(model, { turns: 3, onProgress: (line) => progress.push(line) });
    expect(turns.map(({ model: name }) => name)).toEqual([
      'claude-sonnet-5-5',
      'claude-opus-5',
      'claude-opus-5',
    ]);
    expect(progress.at(-1)).toBe('claude-sonnet-5-5 does not answer; going on with claude-opus-5');
    expect(server.requests).toHaveLength(1 + 6 + 2);
  });
});
