import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/model/model.ts';
import { createRepairModel } from '../../src/repair/model.ts';
import type { RankedPatch, RepairData } from '../../src/repair/result.ts';

const model = createRepairModel();
const options = { signal: new AbortController().signal };

const patch = (newText: string): RankedPatch => ({
  path: 'a.py',
  startLine: 2,
  endLine: 2,
  oldText: '    return a - b',
  newText,
  kind: 'arithmetic',
  function: 'add',
  cost: 3,
  confidence: 0.8,
  diff: '',
});

const found = (patches: RankedPatch[]): RepairData => ({
  suspicious: [],
  patches,
  tried: 10,
  perSecond: 10,
  seconds: 1,
  counts: {},
  ...(patches.length > 0 ? {} : { reason: 'nothing fits' }),
});

const tests = (verdict: string, newlyFailing: string[] = []) => ({
  state: 'ran',
  cases: [{ id: 't.py::test_a', verdict, file: 't.py' }],
  newlyFailing,
});

/** Lets the policy act, giving one answer after another. @returns what it did, and its last turn */
async function play(answers: readonly { data?: unknown; isError?: boolean; endsRun?: boolean }[]) {
  const messages: Message[] = [{ role: 'user', text: 'an issue' }];
  const done: string[] = [];
  for (const answer of answers) {
    const turn = await model.complete({ system: '', tools: [], messages }, options);
    const [action] = turn.actions;
    if (!action) break;
    done.push(action.tool);
    messages.push({ role: 'assistant', turn });
    const { isError = false, ...rest } = answer;
    const observation = { actionId: action.id, text: 'an answer', isError, durationMs: 1, ...rest };
    messages.push({ role: 'observations', observations: [observation] });
  }
  return {
    done,
    messages,
    last: await model.complete({ system: '', tools: [], messages }, options),
  };
}

describe('the repair policy', () => {
  it('runs the tests, searches, edits, tests and submits', async () => {
    const { done, last } = await play([
      { data: tests('failed') },
      { data: found([patch('    return a + b')]) },
      {},
      { data: tests('passed') },
      {},
    ]);
    expect([...done, last.actions[0]?.tool]).toEqual([
      'run_tests',
      'repair',
      'edit',
      'run_tests',
      'submit',
      'submit',
    ]);
    expect(last.usage).toMatchObject({ inputTokens: 0, outputTokens: 0, costUsd: 0 });
  });

  it('gives the edit the lines and the text of the patch', async () => {
    const { last } = await play([
      { data: tests('failed') },
      { data: found([patch('    return a + b')]) },
    ]);
    expect(last.actions[0]).toMatchObject({
      tool: 'edit',
      input: { path: 'a.py', start_line: 2, end_line: 2, new_text: '    return a + b' },
    });
  });

  it('takes back what breaks another test and goes on with the next patch', async () => {
    const { done, last } = await play([
      { data: tests('failed') },
      { data: found([patch('first'), patch('second')]) },
      {},
      { data: tests('passed', ['t.py::test_b']) },
      {},
    ]);
    expect(done.at(-1)).toBe('undo');
    expect(last.actions[0]).toMatchObject({ tool: 'edit', input: { new_text: 'second' } });
  });

  it('goes on with the next patch after an edit that was refused', async () => {
    const { last } = await play([
      { data: tests('failed') },
      { data: found([patch('first'), patch('second')]) },
      { isError: true },
    ]);
    expect(last.actions[0]).toMatchObject({ tool: 'edit', input: { new_text: 'second' } });
  });

  it.each([
    ['nothing is told of the tests', [{ data: {} }], /could not be run/],
    ['nothing was found', [{ data: tests('failed') }, { data: found([]) }], /nothing fits/],
    [
      'no patch holds',
      [
        { data: tests('failed') },
        { data: found([patch('first')]) },
        {},
        { data: tests('failed') },
        {},
      ],
      /No patch was found/,
    ],
  ] as const)('says why and stops when %s', async (_, answers, reason) => {
    const { last } = await play(answers);
    expect(last.actions).toEqual([]);
    expect(last.stopReason).toBe('refusal');
    expect(last.stopDetail).toMatch(reason);
  });

  it.each([
    ['no test fails', tests('passed')],
    ['there are no tests', { ...tests('passed'), state: 'not run', cases: [] }],
    ['a test does not end', { ...tests('passed'), state: 'not run', cases: [], timedOut: true }],
  ])('lets the search find out what to go by when %s', async (_, data) => {
    const { last } = await play([{ data }]);
    expect(last.actions[0]).toMatchObject({ tool: 'repair', input: {} });
  });

  it('submits without a run of the tests where there are none', async () => {
    const data = { ...tests('passed'), state: 'not run', cases: [] };
    const { last } = await play([{ data }, { data: found([patch('first')]) }, {}]);
    expect(last.actions[0]?.tool).toBe('submit');
  });

  it('abstains when the confidence is less than asked for', async () => {
    const careful = createRepairModel({ minConfidence: 0.9 });
    const { messages } = await play([{ data: tests('failed') }, { data: found([patch('first')]) }]);
    const turn = await careful.complete({ system: '', tools: [], messages }, options);
    expect(turn.actions).toEqual([]);
    expect(turn.stopDetail).toMatch(/80 %, less than 90 %/);
  });

  it('searches as long as it was given', async () => {
    const quick = createRepairModel({ seconds: 90 });
    const { messages } = await play([{ data: tests('failed') }]);
    const turn = await quick.complete({ system: '', tools: [], messages }, options);
    expect(turn.actions[0]).toMatchObject({ tool: 'repair', input: { seconds: 90 } });
  });

  it('answers the same conversation in the same way', async () => {
    const { messages, last } = await play([{ data: tests('failed') }]);
    expect(await model.complete({ system: '', tools: [], messages }, options)).toEqual(last);
  });
});
