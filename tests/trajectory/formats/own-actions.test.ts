import { expect, it } from 'vitest';
import * as own from '../../../src/trajectory/formats/own-actions.ts';
import { defaultTools } from '../../../tools/index.ts';

/** Formats stand below the tools and cannot import them; this holds their inputs together. */
it.each([
  own.view('a.py'),
  own.view('a.py', { start: 3 }),
  own.view('a.py', { start: 3, end: 9 }),
  own.create('a.py', ''),
  own.replaceText('a.py', 'x', 'y'),
  own.replaceText('a.py', 'x', '', { all: true, within: { start: 1, end: 2 } }),
  own.replaceLines('a.py', 3, 2, ['x']),
  own.undo(),
  own.search('x', undefined, false),
  own.search('x.*', 'src', true),
  own.findFile('*.py', undefined),
  own.findFile('*.py', 'src'),
  own.bash('ls'),
  own.submit(),
])('our tool takes the call %j', ({ tool, input }) => {
  const found = defaultTools.find(({ name }) => name === tool);
  expect(found?.input.safeParse(input).error).toBeUndefined();
  expect(found).toBeDefined();
});

it('sends an empty last line with an ending of its own, since one ending is taken off', () => {
  expect(own.replaceLines('a', 1, 1, ['x', '']).input).toMatchObject({ new_text: 'x\n\n' });
  expect(own.replaceLines('a', 1, 1, ['']).input).toMatchObject({ new_text: '\n' });
  expect(own.replaceLines('a', 1, 1, []).input).toMatchObject({ new_text: '' });
});
