import { describe, expect, it } from 'vitest';
import { importTrajectory } from '../../../src/trajectory/formats/import.ts';
import { type RecordedRun, recordedRun } from '../../../src/trajectory/formats/own-run.ts';

const importedAt = '2026-01-02T03:04:05.000Z';

function read(value: unknown): RecordedRun {
  const text = JSON.stringify(value);
  return recordedRun(importTrajectory(text, { name: 'task-2.traj.json', importedAt }));
}

const opening = [
  { role: 'system', content: 'You are helpful.' },
  { role: 'user', content: '<pr_description>\nBroken.\n</pr_description>\nMend it in /testbed.' },
];
const patch = 'diff --git a/a b/a\nindex 1..2 100644\n';

describe('version 1, a list of messages', () => {
  const asked = (command: string, tag = 'bash') => ({
    role: 'assistant',
    content: `THOUGHT: so.\n\n\`\`\`${tag}\n${command}\n\`\`\``,
  });
  const answered = (code: number, output: string) => ({
    role: 'user',
    content: `<returncode>${code}</returncode>\n<output>\n${output}\n</output>`,
  });

  it('takes the command from the one fenced block, and exit code and output from the answer', () => {
    const run = read([
      ...opening,
      asked('cd src && ls', 'mswea_bash_command'),
      answered(0, 'a.py'),
      asked('false'),
      answered(1, ''),
      asked('echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && git add -A && git diff --cached'),
      { role: 'user', content: `${patch}</output>` },
    ]);
    expect(
      run.steps.map(({ turn }) => turn.actions.map((action) => [action.tool, action.input])),
    ).toEqual([
      [['bash', { command: '(\ncd src && ls\n)' }]],
      [['bash', { command: 'false' }]],
      [['submit', {}]],
    ]);
    expect(run.steps.map(({ observations }) => observations[0]?.data)).toEqual([
      { exitCode: 0, output: 'a.py', timedOut: false },
      { exitCode: 1, output: '', timedOut: false },
      undefined,
    ]);
    expect(run.header).toMatchObject({
      workspaceRoot: '/testbed',
      task: { id: 'task-2', statement: 'Broken.' },
      config: { imported: { format: 'mini-swe-agent', version: 'messages' } },
    });
    expect(run.outcome).toMatchObject({ status: 'submitted', patch });
  });

  it('keeps what the submitting command does besides printing the patch', () => {
    const run = read([...opening, asked('echo MINI_SWE_AGENT_FINAL_OUTPUT && rm junk')]);
    expect(run.steps[0]?.turn.actions.map(({ tool, input }) => [tool, input])).toEqual([
      ['bash', { command: 'rm junk' }],
      ['submit', {}],
    ]);
  });

  it('takes an answer without a usable command as a turn without one, and the complaint as a nudge', () => {
    const two = `${asked('ls').content}\n${asked('pwd').content}`;
    const run = read([
      ...opening,
      { role: 'assistant', content: two },
      { role: 'user', content: 'Please give exactly one action.' },
      asked('ls'),
      {
        role: 'user',
        content: 'The last command <command>ls</command> timed out and has been killed.',
      },
    ]);
    expect(run.steps[0]).toMatchObject({
      turn: { actions: [], stopReason: 'end_turn' },
      nudges: ['Please give exactly one action.'],
    });
    expect(run.steps[1]?.observations[0]).toMatchObject({
      isError: true,
      data: { timedOut: true },
    });
    expect(run.outcome?.status).toBe('interrupted');
  });
});

describe('version 2', () => {
  const file = (messages: object[], info: object = {}) => ({
    trajectory_format: 'mini-swe-agent-1.1',
    instance_id: 'o__r-7',
    info: {
      model_stats: { instance_cost: 0.25, api_calls: 2 },
      config: { model: { model_name: 'some/model' }, environment: { cwd: '/work' } },
      exit_status: 'Submitted',
      submission: patch,
      ...info,
    },
    messages: [...opening, ...messages],
  });

  it('reads recorded actions, answers by call id, cost, tokens and time', () => {
    const run = read(
      file([
        {
          role: 'assistant',
          content: null,
          reasoning_content: 'Think.',
          tool_calls: [
            { id: 'c1', function: { name: 'bash', arguments: '{"command":"a"}' } },
            { id: 'c2', function: { name: 'bash', arguments: '{"command":"b"}' } },
          ],
          extra: {
            actions: [
              { command: 'a', tool_call_id: 'c1' },
              { command: 'b', tool_call_id: 'c2' },
            ],
            cost: 0.125,
            timestamp: 1767323045,
            response: {
              usage: {
                prompt_tokens: 100,
                completion_tokens: 7,
                prompt_tokens_details: { cached_tokens: 40 },
              },
            },
          },
        },
        {
          role: 'tool',
          tool_call_id: 'c2',
          content: 'short b',
          extra: { returncode: 2, raw_output: 'long b' },
        },
        {
          role: 'tool',
          tool_call_id: 'c1',
          content: 'a',
          extra: { returncode: -1, raw_output: '', exception_info: 'timed out after 60 seconds' },
        },
        {
          role: 'assistant',
          content: 'Done.',
          extra: {
            actions: [
              {
                command: 'echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && cat patch.txt',
                tool_call_id: 'c3',
              },
            ],
          },
        },
        { role: 'exit', content: patch, extra: { exit_status: 'Submitted', submission: patch } },
      ]),
    );
    expect(run.header).toMatchObject({
      model: 'some/model',
      workspaceRoot: '/work',
      task: { id: 'o__r-7' },
    });
    expect(run.steps[0]).toMatchObject({
      time: '2026-01-02T03:04:05.000Z',
      turn: {
        thinking: 'Think.',
        actions: [
          { id: 'c1', input: { command: 'a' } },
          { id: 'c2', input: { command: 'b' } },
        ],
        usage: { inputTokens: 60, cacheReadTokens: 40, outputTokens: 7, costUsd: 0.125 },
      },
      observations: [
        { actionId: 'c1', isError: true, data: { exitCode: null, timedOut: true } },
        { actionId: 'c2', text: 'short b', data: { exitCode: 2, output: 'long b' } },
      ],
    });
    expect(run.steps[1]?.turn.actions.map(({ tool }) => tool)).toEqual(['submit']);
    expect(run.outcome).toMatchObject({ status: 'submitted', patch, usage: { costUsd: 0.25 } });
  });

  it("reads the Responses API's items", () => {
    const run = read(
      file([
        {
          object: 'response',
          output: [
            { type: 'reasoning', summary: [] },
            { type: 'message', content: [{ type: 'output_text', text: 'I look.' }] },
            { type: 'function_call', name: 'bash', call_id: 'f1', arguments: '{"command":"ls"}' },
          ],
          extra: { actions: [{ command: 'ls', tool_call_id: 'f1' }] },
        },
        {
          type: 'function_call_output',
          call_id: 'f1',
          output: 'a',
          extra: { returncode: 0, raw_output: 'a' },
        },
      ]),
    );
    expect(run.steps).toHaveLength(1);
    expect(run.steps[0]).toMatchObject({
      turn: { text: 'I look.', actions: [{ id: 'f1', tool: 'bash' }] },
      observations: [{ actionId: 'f1', text: 'a', data: { exitCode: 0 } }],
    });
  });

  it.each([
    ['LimitsExceeded', 'limit'],
    ['RepeatedFormatError', 'limit'],
    ['UserInterruption', 'interrupted'],
    ['APIError', 'error'],
  ])('reads exit status %s as %s', (exitStatus, status) => {
    const run = read(
      file([{ role: 'assistant', content: 'x' }], { exit_status: exitStatus, submission: '' }),
    );
    expect(run.outcome).toMatchObject({ status, reason: exitStatus, patch: '' });
  });
});
