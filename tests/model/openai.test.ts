import { describe, expect, test } from 'vitest';
import { text, thinking, toolUse } from '../support/messages-api/script.ts';
import { DIALECTS, type Dialect } from '../support/openai-api/dialect.ts';
import { converse, never, opening } from './converse.ts';
import { startChat } from './openai-server.ts';

const SCRIPT = [
  [
    thinking('Where is it? 🐞'),
    text('I look.'),
    toolUse('view', { path: 'ä.py', line: 3 }),
    toolUse('bash', { command: 'ls -la "日本"' }),
    toolUse('view', { path: 'b.py' }),
  ],
  [thinking('Aha.'), toolUse('submit', {})],
  [text('Done.')],
];
const CALLS = [
  { tool: 'view', input: { path: 'ä.py', line: 3 } },
  { tool: 'bash', input: { command: 'ls -la "日本"' } },
  { tool: 'view', input: { path: 'b.py' } },
];

const ODD: Readonly<Record<string, Dialect>> = {
  'without ids': { ...DIALECTS.llamaCpp, toolIds: 'missing' },
  'with empty ids': { ...DIALECTS.vllm, toolIds: 'empty' },
  'every call as index 0, in pieces': { ...DIALECTS.openai, toolIndex: 'zero' },
  'every call as index 0, without ids': { ...DIALECTS.ollama, toolIds: 'missing' },
  'finished with stop': { ...DIALECTS.openai, finishWithTools: 'stop' },
  'ended by the end of the body': { ...DIALECTS.openai, end: 'body' },
  'without usage': { ...DIALECTS.openai, usage: 'never' },
};

describe.each([...Object.entries(DIALECTS), ...Object.entries(ODD)] as [string, Dialect][])(
  'a server like %s',
  (_name, dialect) => {
    test('calls tools, in parallel, and is answered', async () => {
      const { model, server } = await startChat({ turns: SCRIPT, dialect });
      const turns = await converse(model, { turns: 3, run: ({ tool }) => `result of ${tool}` });
      expect(server.requests.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(turns.map(({ stopReason }) => stopReason)).toEqual([
        'tool_use',
        'tool_use',
        'end_turn',
      ]);
      const [first, second, third] = turns;
      expect(first?.actions).toMatchObject(CALLS);
      expect(new Set(first?.actions.map(({ id }) => id)).size).toBe(3);
      expect(first?.actions.every(({ id }) => id !== '')).toBe(true);
      expect(first?.text).toBe('I look.');
      expect(first?.thinking).toBe(dialect.reasoning === null ? undefined : 'Where is it? 🐞');
      expect(second?.actions).toMatchObject([{ tool: 'submit', input: {} }]);
      expect(third).toMatchObject({ text: 'Done.', actions: [], model: 'local-model' });
      expect(server.requests[1]?.body?.messages.slice(-3)).toMatchObject([
        { role: 'tool', content: 'result of view' },
        { role: 'tool', content: 'result of bash' },
        { role: 'tool', content: 'result of view' },
      ]);
      for (const { usage } of turns) {
        expect(usage.inputTokens + usage.cacheReadTokens).toBeGreaterThan(50);
        expect(usage.outputTokens).toBeGreaterThan(0);
      }
    });

    test('what was sent before stays as it was', async () => {
      const { model, server } = await startChat({ turns: SCRIPT, dialect });
      await converse(model, { turns: 3 });
      const [first, second, third] = server.requests.map(({ body }) => body?.messages ?? []);
      expect(second?.slice(0, first?.length)).toEqual(first);
      expect(third?.slice(0, second?.length)).toEqual(second);
    });
  },
);

describe('cost', () => {
  test('of cached tokens and of an unknown model', async () => {
    const { model } = await startChat({ turns: SCRIPT });
    const turns = await converse(model, { turns: 2, request: opening('x'.repeat(4_000)) });
    expect(turns[1]?.usage.cacheReadTokens).toBeGreaterThan(1_000);
    expect(turns[1]?.usage.costUsd).toBeNull();
    expect(model.hasPrice).toBe(false);
  });

  test('as the server tells it', async () => {
    const { model, server } = await startChat({ turns: SCRIPT, dialect: DIALECTS.openRouter });
    const [turn] = await converse(model, { turns: 1 });
    expect(turn?.usage.costUsd).toBe(server.requests[0]?.usage?.cost);
    expect(turn?.usage.costUsd).toBeGreaterThan(0);
  });

  test("by the user's own table", async () => {
    const tier = { input: 1, write5m: 0, write1h: 0, read: 0.5, output: 2 };
    const prices = { version: 'mine', tiers: new Map([['local-model', [tier]]]) };
    const { model, server } = await startChat({ turns: SCRIPT }, { prices });
    const [turn] = await converse(model, { turns: 1 });
    const usage = server.requests[0]?.usage;
    expect(model.hasPrice).toBe(true);
    expect(turn?.usage.costUsd).toBeCloseTo(
      ((usage?.prompt_tokens ?? 0) + 2 * (usage?.completion_tokens ?? 0)) / 1e6,
      12,
    );
  });
});

describe('the end of an answer', () => {
  test.each([
    ['max_tokens', 'max_tokens'],
    ['refusal', 'refusal'],
    ['brand_new', 'unknown'],
  ])('%s', async (reason, stopReason) => {
    const { model } = await startChat({ turns: [{ content: [text('I')], stopReason: reason }] });
    const [turn] = await converse(model, { turns: 1 });
    expect(turn).toMatchObject({ stopReason, text: 'I' });
  });

  test('reasoning_details go back as they came', async () => {
    const { model, server } = await startChat({ turns: SCRIPT, dialect: DIALECTS.openRouter });
    await converse(model, { turns: 2 });
    const assistant = server.requests[1]?.body?.messages.find(({ role }) => role === 'assistant');
    const details = (assistant as { reasoning_details?: { text: string }[] }).reasoning_details;
    expect(details?.map((detail) => detail.text).join('')).toBe('Where is it? 🐞');
  });
});

describe('the context', () => {
  test('that a server cuts without a word is told, and kept within', async () => {
    const progress: string[] = [];
    const { model } = await startChat({ turns: () => [text('Hm.')], dialect: DIALECTS.ollama });
    await converse(model, {
      turns: 1,
      request: opening('x'.repeat(60_000)),
      onProgress: (line) => progress.push(line),
    });
    expect(progress).toEqual([
      expect.stringMatching(
        /^the server read only 4096 of about 15\d\d\d tokens: .*OLLAMA_CONTEXT_LENGTH/,
      ),
    ]);
    expect(model.contextTokens).toBe(4_096);
  });

  test('that grows past the limit in the middle of a run is told once it is cut', async () => {
    const progress: string[] = [];
    const { model } = await startChat({
      turns: () => [toolUse('view', { path: 'a' })],
      dialect: DIALECTS.ollama,
    });
    await converse(model, {
      turns: 12,
      run: () => 'y'.repeat(4_000),
      onProgress: (line) => progress.push(line),
    });
    expect(progress[0]).toMatch(/^the server read only 4096 of about \d+ tokens/);
  });

  test('is asked of the server beside the first request', async () => {
    const { model, server } = await startChat({ turns: SCRIPT, dialect: DIALECTS.vllm });
    await converse(model, { turns: 1 });
    await expect.poll(() => model.contextTokens).toBe(32_768);
    await converse(model, { turns: 1 });
    expect(server.lookups.map(({ path }) => path)).toEqual(['/v1/models']);
  });

  test('that is exceeded is told as such', async () => {
    const { model } = await startChat({ turns: SCRIPT, dialect: DIALECTS.vllm });
    await expect(
      model.complete(opening('x'.repeat(200_000)), { signal: never }),
    ).rejects.toMatchObject({ kind: 'context_window' });
  });
});
