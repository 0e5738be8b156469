import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { createScriptedModel } from '../../src/model/scripted.ts';
import { Turn } from '../../src/trajectory/event.ts';
import { converse, never, opening } from './converse.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'script-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function save(content: unknown): Promise<string> {
  const file = join(folder, 'script.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const SCRIPT = [
  {
    text: 'I look.',
    thinking: 'Where is it?',
    actions: [
      { tool: 'view', input: { path: 'a.py' } },
      { tool: 'submit', input: {} },
    ],
  },
  {
    actions: [{ tool: 'bash', input: { command: 'ls' } }],
    usage: { inputTokens: 5, costUsd: 0.01 },
  },
  { text: 'Done.' },
  { stopReason: 'max_tokens', text: 'I was' },
];

test.each([
  ['a JSON array', JSON.stringify(SCRIPT, null, 2)],
  ['JSON Lines', `${SCRIPT.map((turn) => JSON.stringify(turn)).join('\n')}\n\n`],
])('gives the turns of %s in order, the same each time', async (_name, content) => {
  const file = await save(content);
  const turns = await converse(await createScriptedModel(file), { turns: 4 });
  for (const turn of turns) Turn.parse(turn);
  expect(turns).toMatchObject([
    {
      text: 'I look.',
      thinking: 'Where is it?',
      stopReason: 'tool_use',
      actions: [
        { id: 'scripted_1_1', tool: 'view', input: { path: 'a.py' } },
        { id: 'scripted_1_2', tool: 'submit', input: {} },
      ],
    },
    { text: '', stopReason: 'tool_use', usage: { inputTokens: 5, outputTokens: 0, costUsd: 0.01 } },
    { text: 'Done.', stopReason: 'end_turn', actions: [] },
    { stopReason: 'max_tokens' },
  ]);
  expect(await converse(await createScriptedModel(file), { turns: 4 })).toEqual(turns);
});

test('goes on where a resumed conversation is', async () => {
  const file = await save(SCRIPT);
  const request = opening();
  await converse(await createScriptedModel(file), { turns: 2, request });
  const turn = await (await createScriptedModel(file)).complete(request, { signal: never });
  expect(turn.text).toBe('Done.');
});

test('says so when it is used up', async () => {
  const model = await createScriptedModel(await save([{ text: 'Done.' }]));
  await expect(converse(model, { turns: 2 })).rejects.toMatchObject({
    name: 'ModelError',
    message: expect.stringMatching(
      /script\.json is used up after 1 turn; add a turn that calls submit/,
    ),
  });
});

test('a delay ends with the run', async () => {
  const model = await createScriptedModel(await save([{ text: 'x', delayMs: 60_000 }]));
  const controller = new AbortController();
  const pending = model.complete(opening(), { signal: controller.signal });
  const reason = new Error('stop');
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
});

describe('bad input', () => {
  test.each([
    ['no JSON', '[{]', /script\.json is no JSON in its array/],
    ['no JSON on a line', '{"text":"a"}\n{x}\n', /no JSON in line 2/],
    ['a wrong field', [{ text: 'a' }, { text: 1 }], /wrong in turn 2, field text/],
    ['a misspelt field', [{ action: [] }], /wrong in turn 1: .*action/],
    ['an action without a tool', [{ actions: [{ input: {} }] }], /turn 1, field actions\.0\.tool/],
    ['an unknown stop reason', '{"stopReason":"done"}', /line 1, field stopReason/],
  ])('%s', async (_name, content, message) => {
    const file = await save(content);
    await expect(createScriptedModel(file)).rejects.toThrow(UsageError);
    await expect(createScriptedModel(file)).rejects.toThrow(message);
  });

  test('no file', async () => {
    await expect(createScriptedModel(join(folder, 'none.json'))).rejects.toThrow(
      /none\.json cannot be read/,
    );
  });
});
