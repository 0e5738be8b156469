import { describe, expect, test } from 'vitest';
import { parseTextCall } from '../../src/model/text-protocol.ts';
import { text, toolUse } from '../support/messages-api/script.ts';
import { DIALECTS } from '../support/openai-api/dialect.ts';
import { converse, never, opening, TOOLS } from './converse.ts';
import { startChat } from './openai-server.ts';

const call = (json: string, fence = 'json') => text(`I act.\n\n\`\`\`${fence}\n${json}\n\`\`\``);
const VIEW = '{"tool": "view", "input": {"path": "a.py"}}';

describe('calls in a message', () => {
  test.each([
    ['a json fence', `Look:\n\`\`\`json\n${VIEW}\n\`\`\``],
    ['any fence', `~~~\n${VIEW}\n~~~`],
    ['a longer fence', `\`\`\`\`tool\n${VIEW}\n\`\`\`\``],
    ['CRLF', `\`\`\`json\r\n${VIEW}\r\n\`\`\`\r\n`],
    ['tags', `<tool_call>\n{"name": "view", "arguments": {"path": "a.py"}}\n</tool_call>`],
    ['tags on one line', `<tool_call>${VIEW}</tool_call>`],
    ['the bare object', ` ${VIEW} `],
    ['arguments as text', '```\n{"name": "view", "arguments": "{\\"path\\": \\"a.py\\"}"}\n```'],
    [
      'the form of the API',
      '```\n{"function": {"name": "view", "arguments": {"path": "a.py"}}}\n```',
    ],
    ['a comma too many', '```json\n{"tool": "view", "input": {"path": "a.py",},}\n```'],
    ['single quotes', "```json\n{'tool': 'view', 'input': {'path': 'a.py'}}\n```"],
    ['other code before it', `\`\`\`python\nx = {"name": 1}\n\`\`\`\n\`\`\`json\n${VIEW}\n\`\`\``],
    [
      'a quoted package.json before it',
      `\`\`\`json\n{"name": "left-pad"}\n\`\`\`\n\`\`\`json\n${VIEW}\n\`\`\``,
    ],
    ['two calls: the first', `\`\`\`json\n${VIEW}\n\`\`\`\n\`\`\`json\n{"tool":"submit"}\n\`\`\``],
  ])('%s', (_name, message) => {
    expect(parseTextCall(message, TOOLS)).toMatchObject({
      kind: 'call',
      tool: 'view',
      input: { path: 'a.py' },
    });
  });

  test('ends where its block ends', () => {
    const message = `\`\`\`json\n${VIEW}\n\`\`\`\nThe call returned: nothing.`;
    const parsed = parseTextCall(message, TOOLS);
    expect(parsed.kind === 'call' && message.slice(0, parsed.end)).toBe(
      `\`\`\`json\n${VIEW}\n\`\`\`\n`,
    );
  });

  test.each([
    [
      'an unknown tool',
      '```json\n{"tool": "look", "input": {}}\n```',
      /no tool named "look".*view, bash/,
    ],
    ['a missing value', '```json\n{"tool": "view", "input": {}}\n```', /input of view is wrong/],
    ['a wrong type', '```json\n{"tool": "view", "input": {"path": 1}}\n```', /expected string/],
    ['no JSON at all', '```json\n{"tool": view" : }}{\n```', /no JSON|no tool|wrong/],
    ['a cut block', '```json\n{"tool": "bash", "input": {"command": "rm -rf b', /not complete/],
    ['a cut tag', '<tool_call>{"tool": "bash", "input": {"command": "rm"}}', /not complete/],
    ['a cut bare object', '{"tool": "bash", "input": {"command": "rm', /not complete/],
  ])('%s is told to be wrong', (_name, message, words) => {
    expect(parseTextCall(message, TOOLS)).toMatchObject({
      kind: 'wrong',
      text: expect.stringMatching(words),
    });
  });

  test.each([
    'Done.',
    '',
    'See `x`.',
    '```python\nprint({"a": 1})\n```',
    '```json\n{"name": "left-pad"}\n```',
  ])('%j has none', (message) => {
    expect(parseTextCall(message, TOOLS)).toEqual({ kind: 'none' });
  });
});

describe('a server that refuses tools', () => {
  test.each(['vllm', 'ollama', 'openRouter'] as const)('in the words of %s', async (name) => {
    const progress: string[] = [];
    const { model, server } = await startChat({
      turns: [[call(VIEW)], [call('{"tool": "submit", "input": {}}')], [text('Done.')]],
      dialect: { ...DIALECTS[name], tools: 'refused' },
    });
    const turns = await converse(model, {
      turns: 3,
      run: ({ tool }) => `result of ${tool}`,
      onProgress: (line) => progress.push(line),
    });
    expect(progress[0]).toBe('the server takes no tools; describing them in the prompt instead');
    expect(turns.map(({ stopReason }) => stopReason)).toEqual(['tool_use', 'tool_use', 'end_turn']);
    expect(turns[0]?.actions).toMatchObject([{ tool: 'view', input: { path: 'a.py' } }]);
    expect(server.requests.map(({ status }) => status).slice(1)).toEqual([200, 200, 200]);
    const [, first, second, third] = server.requests.map(({ body }) => body?.messages ?? []);
    expect(first?.[0]?.content).toContain('### view\nShows a file.');
    expect(first?.[0]?.content).toContain('"required":["path"]');
    expect(second?.at(-1)).toEqual({ role: 'user', content: 'The call returned:\nresult of view' });
    expect(third?.slice(0, second?.length)).toEqual(second);
  });

  test('is not thought of when the request is wrong in another way', async () => {
    const { model } = await startChat(
      { turns: [], dialect: { ...DIALECTS.openai, tools: 'refused' } },
      { model: 'tool-model' },
    );
    await expect(model.complete(opening(), { signal: never })).rejects.toMatchObject({
      kind: 'invalid_request',
      message: expect.stringContaining('tool-model'),
    });
  });
});

describe('a server that reads past tools', () => {
  test('is told after two turns without a call', async () => {
    const { model, server } = await startChat({
      turns: (body) =>
        JSON.stringify(body.messages[0]).includes('### view') ? [call(VIEW)] : [text('Sure!')],
      dialect: { ...DIALECTS.ollama, tools: 'ignored' },
    });
    const turns = await converse(model, { turns: 3 });
    expect(turns.map(({ actions }) => actions.length)).toEqual([0, 0, 1]);
    expect(server.requests[2]?.body).not.toHaveProperty('tools');
  });

  test('and does not recognise the calls of its model', async () => {
    const { model, server } = await startChat({
      turns: [
        [text('<tool_call>\n{"name": "view", "arguments": {"path": "a.py"}}\n</tool_call>')],
        [text('Done.')],
      ],
      dialect: { ...DIALECTS.llamaCpp, tools: 'ignored' },
    });
    const [first] = await converse(model, { turns: 2 });
    expect(first?.actions).toMatchObject([{ tool: 'view', input: { path: 'a.py' } }]);
    expect(server.requests[1]?.body).not.toHaveProperty('tools');
  });
});

describe('a wrong call', () => {
  const wrong = '{"tool": "view", "input": {}}';

  test('is sent back twice and then told as no call', async () => {
    const { model, server } = await startChat(
      { turns: [[call(wrong)], [call(wrong)], [call(wrong)], [call(VIEW)]] },
      { tools: 'text' },
    );
    const turns = await converse(model, { turns: 2 });
    expect(turns.map(({ actions }) => actions.length)).toEqual([0, 1]);
    expect(turns[0]?.stopReason).toBe('end_turn');
    expect(server.requests).toHaveLength(4);
    const told = server.requests[2]?.body?.messages.filter(({ role }) => role === 'user');
    expect(told?.at(-1)?.content).toMatch(/^The input of view is wrong/);
    expect(server.requests[3]?.body?.messages.slice(0, 6)).toEqual(
      server.requests[2]?.body?.messages,
    );
  });

  test('repaired in time is one turn, with the tokens of all', async () => {
    const { model, server } = await startChat(
      { turns: [[call(wrong)], [call(VIEW)]] },
      { tools: 'text' },
    );
    const [turn] = await converse(model, { turns: 1 });
    expect(turn?.actions).toMatchObject([{ tool: 'view' }]);
    const told = server.requests.reduce(
      (sum, { usage }) => sum + (usage?.completion_tokens ?? 0),
      0,
    );
    expect(turn?.usage.outputTokens).toBe(told);
  });

  test('that is cut for want of tokens is not run and not asked for again', async () => {
    const { model, server } = await startChat(
      { turns: [{ content: [call(VIEW)], stopReason: 'max_tokens' }] },
      { tools: 'text' },
    );
    const [turn] = await converse(model, { turns: 1 });
    expect(turn).toMatchObject({ stopReason: 'max_tokens', actions: [] });
    expect(server.requests).toHaveLength(1);
  });

  test('as the protocol has it: broken JSON is mended or told to the tool', async () => {
    const raw = (rawInput: string) => ({ ...toolUse('view', {}), rawInput }) as never;
    const { model, server } = await startChat({
      turns: [[raw('{"path": "a.py",}'), raw('}{'), raw('')], [text('Done.')]],
    });
    const [turn] = await converse(model, { turns: 2 });
    expect(turn?.actions.map(({ input }) => input)).toEqual([{ path: 'a.py' }, '}{', {}]);
    expect(server.requests[1]?.status).toBe(200);
  });
});

test('a resumed conversation goes on in the text protocol', async () => {
  const first = await startChat({ turns: [[call(VIEW)], [text('Done.')]] }, { tools: 'text' });
  const request = opening();
  await converse(first.model, { turns: 1, request });
  const again = await startChat({ turns: [[text('Done.')]] });
  await converse(again.model, { turns: 1, request: JSON.parse(JSON.stringify(request)) });
  expect(again.server.requests[0]?.body).not.toHaveProperty('tools');
});
