import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createHumanModel } from '../../src/model/human.ts';
import { parseHumanInput } from '../../src/model/human-input.ts';
import { converse, never, opening, TOOLS } from './converse.ts';

const EDIT = {
  name: 'edit',
  description: 'Changes a file.',
  inputSchema: {
    type: 'object',
    properties: {
      old: { type: 'string' },
      new: { type: 'string' },
      path: { type: 'string' },
      all: { type: 'boolean' },
      range: { type: 'array', items: { type: 'integer' } },
    },
    required: ['path', 'old', 'new'],
  },
};
const ALL = [...TOOLS, EDIT];

describe('what a person types', () => {
  test.each([
    ['view src/a.py 10', { tool: 'view', input: { path: 'src/a.py', line: 10 } }],
    ['view "a b.py"', { tool: 'view', input: { path: 'a b.py' } }],
    ["view 'a\"b.py'", { tool: 'view', input: { path: 'a"b.py' } }],
    ['view line=3 path=a.py', { tool: 'view', input: { path: 'a.py', line: 3 } }],
    ['view a=b.py', { tool: 'view', input: { path: 'a=b.py' } }],
    ['view a.py ten', { tool: 'view', input: { path: 'a.py', line: 'ten' } }],
    ['bash ls -la "a b" | wc', { tool: 'bash', input: { command: 'ls -la "a b" | wc' } }],
    ['  submit ', { tool: 'submit', input: {} }],
    ['{"tool":"view","input":{"path":"a"}}', { tool: 'view', input: { path: 'a' } }],
    ['{"tool":"submit"}', { tool: 'submit', input: {} }],
    [
      'edit x y z true [1,2]',
      { tool: 'edit', input: { old: 'x', new: 'y', path: 'z', all: true, range: [1, 2] } },
    ],
    [
      'edit path=a.py <<OLD <<NEW\n  one\nOLD\n  two\nthree\nNEW',
      { tool: 'edit', input: { path: 'a.py', old: '  one\n', new: '  two\nthree\n' } },
    ],
    ['bash <<END\nls\npwd\nEND', { tool: 'bash', input: { command: 'ls\npwd\n' } }],
  ])('%j', (typed, action) => {
    expect(parseHumanInput(typed, ALL)).toEqual({ kind: 'action', ...action });
  });

  test.each(['{"tool":"view",', 'bash <<END', 'bash <<END\nls'])('%j is not complete', (typed) => {
    expect(parseHumanInput(typed, ALL)).toEqual({ kind: 'more' });
  });

  test.each([
    ['look a.py', /no tool "look"; the tools are: view, bash, submit, edit/],
    ['view a 1 2', /view takes at most 2 values/],
    ['submit x', /submit takes at most 0 values/],
    ['submit <<A\nx\nA', /no value left/],
    ['{"tool":"view",\n', /no JSON/],
    ['{"input":{}}', /as JSON an action is/],
    ['{"tool":"look"}', /no tool "look"/],
    ['', /type a tool/],
  ])('%j is told to be wrong', (typed, text) => {
    expect(parseHumanInput(typed, ALL)).toMatchObject({
      kind: 'error',
      text: expect.stringMatching(text),
    });
  });
});

function terminal() {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  output.on('data', (chunk) => {
    shown += chunk;
  });
  return { input, model: createHumanModel({ input, output }), shown: () => shown };
}

describe('the terminal', () => {
  test('shows the issue and the answers, and takes one action a turn', async () => {
    const { input, model, shown } = terminal();
    input.end('help\nlook\n\nview a.py\nbash <<END\nls\nEND\n{"tool":\n"submit"}\n');
    const turns = await converse(model, { turns: 3, run: ({ tool }) => `result of ${tool}` });
    expect(turns.map(({ actions }) => actions)).toEqual([
      [{ id: 'human_1', tool: 'view', input: { path: 'a.py' } }],
      [{ id: 'human_2', tool: 'bash', input: { command: 'ls\n' } }],
      [{ id: 'human_3', tool: 'submit', input: {} }],
    ]);
    expect(shown()).toContain('Fix the bug.');
    expect(shown()).toContain('  view path [line]\n      Shows a file.\n');
    expect(shown()).toContain('there is no tool "look"');
    expect(shown().match(/result of view/g)).toHaveLength(1);
    expect(shown()).toContain('result of bash');
  });

  test('the end of the input ends the run as refused', async () => {
    const { input, model } = terminal();
    input.end('view a.py\nbash <<END\nls\n');
    const [, last] = await converse(model, { turns: 2 });
    expect(last).toMatchObject({
      stopReason: 'refusal',
      stopDetail: 'the person left',
      actions: [],
    });
    await expect(model.complete(opening(), { signal: never })).resolves.toMatchObject({
      stopReason: 'refusal',
    });
  });

  test('an abort ends the waiting at once', async () => {
    const { model } = terminal();
    const controller = new AbortController();
    const pending = model.complete(opening(), { signal: controller.signal });
    const reason = new Error('stop');
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
  });

  test('waits for a person who types slowly', async () => {
    const { input, model, shown } = terminal();
    const pending = model.complete(opening(), { signal: never });
    await expect.poll(shown).toContain('action (help lists the tools)>');
    input.write('sub');
    input.write('mit\n');
    await expect(pending).resolves.toMatchObject({ actions: [{ tool: 'submit' }] });
  });
});
