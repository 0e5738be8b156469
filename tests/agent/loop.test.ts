import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Spent } from '../../src/agent/limits.ts';
import { type LoopEnd, runLoop } from '../../src/agent/loop.ts';
import { newSession } from '../../src/agent/session.ts';
import { defineTool, type ToolContext } from '../../src/agent/tool.ts';
import { ToolError } from '../../src/errors.ts';
import type { Message, Model } from '../../src/model/model.ts';
import { createScriptedModel } from '../../src/model/scripted.ts';
import type { EventBody } from '../../src/trajectory/event.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ran: string[] = [];
const tools = [
  defineTool({
    name: 'echo',
    description: 'says it again',
    input: z.strictObject({ text: z.string() }),
    async run({ text }) {
      ran.push(text);
      return { text };
    },
  }),
  defineTool({
    name: 'fail',
    description: 'fails for the model',
    input: z.strictObject({}),
    async run() {
      throw new ToolError('It failed; try echo.');
    },
  }),
  defineTool({
    name: 'bug',
    description: 'has a bug',
    input: z.strictObject({}),
    async run() {
      throw new TypeError('undefined is not a function');
    },
  }),
  defineTool({
    name: 'wait',
    description: 'waits for the end of the run',
    input: z.strictObject({}),
    run: (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  }),
  defineTool({
    name: 'deaf',
    description: 'never ends and does not notice the end of the run',
    input: z.strictObject({}),
    run: () => new Promise(() => {}),
  }),
  defineTool({
    name: 'submit',
    description: 'ends the run',
    input: z.strictObject({}),
    async run() {
      return { text: 'done', endsRun: true };
    },
  }),
];

const echo = (text: unknown) => ({ tool: 'echo', input: { text } });
const submit = { tool: 'submit', input: {} };
const submitTurn = { actions: [submit] };

interface Played {
  readonly end: LoopEnd;
  readonly events: EventBody[];
  readonly messages: Message[];
  readonly spent: Spent | undefined;
}

let scripts = 0;
async function play(
  turns: readonly unknown[],
  options: { limits?: object; signal?: AbortSignal; wrap?: (model: Model) => Model } = {},
): Promise<Played> {
  const file = join(folder, `script-${scripts++}.json`);
  writeFileSync(file, JSON.stringify(turns));
  const scripted = await createScriptedModel(file);
  const model = options.wrap?.(scripted) ?? scripted;
  const events: EventBody[] = [];
  const messages: Message[] = [{ role: 'user', text: 'the task' }];
  let spent: Spent | undefined;
  const context = {
    signal: options.signal ?? new AbortController().signal,
    session: newSession(),
  } as unknown as ToolContext;
  const end = await runLoop({
    ...{ model, tools, context, system: 'system', messages },
    limits: { maxSteps: 50, maxCostUsd: 1, maxTimeMs: 60_000, ...options.limits },
    emit: (event) => events.push(event),
    onSpent: (now) => {
      spent = now;
    },
  });
  return { end, events, messages, spent };
}

const textsOf = (messages: readonly Message[]) =>
  messages.flatMap((message) =>
    message.role === 'observations' ? [message.observations.map(({ text }) => text)] : [],
  );

describe('runLoop', () => {
  test('parallel calls are answered together, in the order asked', async () => {
    const calls = [echo('a'), { tool: 'fail', input: {} }, echo('b')];
    const { end, messages, events } = await play([{ actions: calls }, submitTurn]);
    expect(end.status).toBe('submitted');
    expect(textsOf(messages)).toEqual([['a', 'It failed; try echo.', 'b'], ['done']]);
    expect(messages.map(({ role }) => role)).toEqual([
      ...['user', 'assistant', 'observations', 'assistant', 'observations'],
    ]);
    const answered = messages[2]?.role === 'observations' ? messages[2].observations : [];
    const asked = messages[1]?.role === 'assistant' ? messages[1].turn.actions : [];
    expect(answered.map(({ actionId }) => actionId)).toEqual(asked.map(({ id }) => id));
    expect(answered.map(({ isError }) => isError)).toEqual([false, true, false]);
    const types = ['turn', 'observation', 'observation', 'observation', 'turn', 'observation'];
    expect(events.map(({ type }) => type)).toEqual(types);
  });

  test('what was sent to the model is only ever added to', async () => {
    const sent: string[][] = [];
    const wrap = (model: Model): Model => ({
      ...model,
      complete(request, options) {
        sent.push(request.messages.map((message) => JSON.stringify(message)));
        return model.complete(request, options);
      },
    });
    await play([{ text: 'hm' }, { actions: [echo('a')] }, { actions: [echo('b')] }, submitTurn], {
      wrap,
    });
    expect(sent).toHaveLength(4);
    for (const [i, messages] of sent.slice(1).entries()) {
      expect(messages.slice(0, sent[i]?.length)).toEqual(sent[i]);
      expect(messages.length).toBeGreaterThan(sent[i]?.length ?? 0);
    }
  });

  test('a turn without an action is nudged, three of them end the run', async () => {
    const { end, events } = await play([{ text: 'well' }, { text: 'well' }, { text: 'well' }]);
    expect(end).toMatchObject({ status: 'limit', reason: expect.stringMatching(/no usable call/) });
    const nudges = events.filter((event) => event.type === 'note' && event.kind === 'nudge');
    expect(nudges).toHaveLength(3);
  });

  test('malformed calls are answered with what is wrong', async () => {
    const calls = [echo(1), { tool: 'nope', input: {} }, { tool: 'echo', input: 'text' }];
    const { messages, end } = await play([{ actions: calls }, submitTurn]);
    const [[wrong, unknown, noObject] = []] = textsOf(messages);
    expect(wrong).toMatch(/echo was not run.*text/s);
    expect(unknown).toMatch(/no tool named "nope".*echo, fail/);
    expect(noObject).toMatch(/echo was not run/);
    expect(end.status).toBe('submitted');
  });

  test('a call in a cut answer is never run', async () => {
    ran.length = 0;
    const cut = { actions: [echo('half')], stopReason: 'max_tokens' };
    const { messages } = await play([cut, { text: 'long', stopReason: 'max_tokens' }, submitTurn]);
    expect(ran).toEqual([]);
    expect(textsOf(messages)[0]?.[0]).toMatch(/not run/);
    const said = messages.flatMap((message) => (message.role === 'user' ? [message.text] : []));
    expect(said[1]).toMatch(/cut because it was too long/);
  });

  test('nothing runs after the action that ends the run', async () => {
    ran.length = 0;
    await play([{ actions: [echo('before'), submit, echo('after')] }]);
    expect(ran).toEqual(['before']);
  });

  test('the same call again is told once and then ends the run', async () => {
    const same = { actions: [echo('again')] };
    const { end, events, spent } = await play(Array(9).fill(same));
    expect(end).toMatchObject({ status: 'limit', reason: expect.stringMatching(/same call/) });
    expect(spent?.steps).toBe(5);
    const nudges = events.filter((event) => event.type === 'note' && event.kind === 'nudge');
    expect(nudges).toHaveLength(1);
  });

  test('steps and dollars end it before the next request', async () => {
    const turns = ['a', 'b', 'c', 'd'].map((text) => ({
      actions: [echo(text)],
      usage: { inputTokens: 10, costUsd: 0.4 },
    }));
    const bySteps = await play(turns, { limits: { maxSteps: 2 } });
    expect(bySteps).toMatchObject({ end: { status: 'limit' }, spent: { steps: 2 } });
    const byCost = await play(turns);
    expect(byCost.end.reason).toMatch(/cost limit/);
    expect(byCost.spent).toMatchObject({ steps: 3, usage: { inputTokens: 30 } });
  });

  test.each([
    [{ stopReason: 'refusal', stopDetail: 'cyber' }, 'refused', 'cyber'],
    [{ stopReason: 'context_window', text: 'x' }, 'limit', 'context window'],
    [{ stopReason: 'unknown', stopDetail: 'odd' }, 'error', 'odd'],
  ])('stop reason %j', async (turn, status, reason) => {
    const { end, spent } = await play([turn]);
    expect(end).toMatchObject({ status, reason: expect.stringContaining(reason) });
    expect(spent?.steps).toBe(1);
  });

  test('a paused turn is sent again without a nudge', async () => {
    const { messages, end } = await play([{ text: 'a', stopReason: 'pause_turn' }, submitTurn]);
    expect(end.status).toBe('submitted');
    expect(messages.map(({ role }) => role)).toEqual([
      ...['user', 'assistant', 'assistant', 'observations'],
    ]);
  });

  test('a bug in a tool and an abort in a tool reject', async () => {
    const bug = play([{ actions: [{ tool: 'bug', input: {} }] }]);
    await expect(bug).rejects.toThrow('undefined is not a function');
    const controller = new AbortController();
    const waiting = play([{ actions: [{ tool: 'wait', input: {} }] }], {
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(new Error('enough')), 20);
    await expect(waiting).rejects.toThrow('enough');
    const deaf = play([{ actions: [{ tool: 'deaf', input: {} }] }], {
      signal: AbortSignal.timeout(20),
    });
    await expect(deaf).rejects.toHaveProperty('name', 'TimeoutError');
  });
});
