import { expect, test } from 'vitest';
import { terminalReport } from '../../src/report/terminal.ts';
import type { EventBody, TrajectoryEvent } from '../../src/trajectory/event.ts';

const usage = {
  ...{ inputTokens: 1000, outputTokens: 234, cacheReadTokens: 0, cacheWriteTokens: 0 },
  costUsd: 0.0123,
};

function shown(bodies: readonly EventBody[], overwrite = false): string {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const report = terminalReport({ write, width: 120, overwrite, color: false });
  for (const [seq, body] of bodies.entries()) {
    const time = new Date().toISOString();
    report({ v: 1, seq, time, ...body } as TrajectoryEvent);
  }
  return text;
}

const turn = (actions: { tool: string; input: unknown }[], text = ''): EventBody => ({
  ...{ type: 'turn', step: 1, durationMs: 10 },
  turn: {
    ...{ text, usage, stopReason: 'tool_use', model: 'm', raw: null },
    actions: actions.map((action, i) => ({ id: `a${i}`, ...action })),
  },
});
const observation = (i: number, text: string, more: object = {}): EventBody => ({
  ...{ type: 'observation', step: 1 },
  observation: { actionId: `a${i}`, text, isError: false, durationMs: 1500, ...more },
});

test('a line for each action: step, tool, target, result, time, cost, tokens', () => {
  const text = shown([
    turn([
      { tool: 'view', input: { path: 'a.py' } },
      { tool: 'edit', input: { path: 'b.py' } },
    ]),
    observation(0, '\n[a.py: 3 lines]\n1 x'),
    observation(1, 'changed', { data: { changes: [{ removed: 1, added: 2 }] } }),
  ]);
  const [first, second] = text.split('\n');
  expect(first).toMatch(
    /^ {2}1 view +a\.py +\[a\.py: 3 lines\] {2}1\.5 s {2}\$0\.0123 {2}1\.2k tok /,
  );
  expect(second).toMatch(/edit +b\.py +\+2 -1 lines/);
});

test('an unknown price is shown as unknown', () => {
  const body = turn([{ tool: 'view', input: {} }]) as Extract<EventBody, { type: 'turn' }>;
  const unknown = { ...body, turn: { ...body.turn, usage: { ...usage, costUsd: null } } };
  expect(shown([unknown, observation(0, 'x')])).toContain('$?');
});

test('nothing untrusted reaches the terminal as it is', () => {
  const evil = '\u001b]0;title\u0007\u202e\r\u001b[2J';
  const text = shown([
    turn([{ tool: `view${evil}`, input: { path: evil } }], `${evil}text`),
    observation(0, evil),
    { type: 'note', step: 1, level: 'progress', kind: 'progress', text: evil },
  ]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  expect(text).not.toMatch(/[\u001b\u0007\u202e\r]/);
});

test('shows which lines a repair found suspicious, as a table', () => {
  const row = { path: 'a.py', line: 3, function: 'add', score: 0.9, failing: 1, passing: 0 };
  const suspicious = [row, { ...row, line: 12, score: 0.25, passing: 4 }];
  const text = shown([
    turn([{ tool: 'repair', input: {} }]),
    observation(0, 'Tried 7 candidates', { data: { suspicious } }),
  ]);
  expect(text).toContain('score  line     function  tests that run it\n');
  expect(text).toContain('0.900  a.py:3   add       1 failing, 0 passing\n');
  expect(text).toContain('0.250  a.py:12  add       1 failing, 4 passing\n');
});
