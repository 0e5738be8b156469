import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Turn } from '../../src/trajectory/event.ts';
import type { Transport } from '../support/messages-api/faults.ts';
import { text, thinking, toolUse } from '../support/messages-api/script.ts';
import { start } from './anthropic-server.ts';
import { cutAt, never, opening } from './converse.ts';

const CONTENT = [
  thinking('Größe zählt, 日本語 and 🐞🐛 too.'),
  text('Ändere "x"\r\nund\ty: ☃ \u2028 𝒳'),
  toolUse('bash', { command: 'echo "🐞\\n" > ä.txt\nprintf "\\\\"' }, 'toolu_1'),
  toolUse('view', { path: 'ö/日本.py', line: 12 }, 'toolu_2'),
];

test('any split of the body into chunks gives the same turn', async () => {
  let transport: Transport = {};
  const { model } = await start({ turns: () => ({ content: CONTENT, transport }) });
  const ask = async (how: Transport): Promise<Partial<Turn>> => {
    transport = how;
    const { usage: _, requestId: __, ...turn } = await model.complete(opening(), { signal: never });
    return turn;
  };
  // Thinking is shown once the list of models has arrived.
  await expect.poll(async () => (await ask({})).thinking).toContain('日本語');
  const whole = await ask({ chunks: (body) => [body] });
  expect(whole).toMatchObject({
    thinking: 'Größe zählt, 日本語 and 🐞🐛 too.',
    text: 'Ändere "x"\r\nund\ty: ☃ \u2028 𝒳',
    actions: [
      { id: 'toolu_1', input: { command: 'echo "🐞\\n" > ä.txt\nprintf "\\\\"' } },
      { id: 'toolu_2', input: { path: 'ö/日本.py', line: 12 } },
    ],
  });
  const newline = fc.constantFrom('\n', '\r\n', '\r');
  for (const fixed of ['\n', '\r\n', '\r'] as const) {
    expect(await ask({ newline: fixed, chunks: 'multibyte' })).toEqual(whole);
    expect(await ask({ newline: fixed, chunks: 7 })).toEqual(whole);
  }
  const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(places, newline, async (at, line) => {
      expect(await ask({ newline: line, chunks: (body) => cutAt(body, at) })).toEqual(whole);
    }),
    { numRuns: 100 },
  );
});
