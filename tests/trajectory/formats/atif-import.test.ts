import { describe, expect, it } from 'vitest';
import { importTrajectory } from '../../../src/trajectory/formats/import.ts';
import { type RecordedRun, recordedRun } from '../../../src/trajectory/formats/own-run.ts';

const importedAt = '2026-01-02T03:04:05.000Z';

function read(steps: object[], more: object = {}): RecordedRun {
  const file = {
    schema_version: 'ATIF-v1.7',
    session_id: 's-1',
    agent: { name: 'some-agent', version: '2', model_name: 'm' },
    steps: steps.map((step, index) => ({ step_id: index + 1, ...step })),
    ...more,
  };
  return recordedRun(importTrajectory(JSON.stringify(file), { name: 't.json', importedAt }));
}

const call = (id: string, name: string, args: object) => ({
  tool_call_id: id,
  function_name: name,
  arguments: args,
});

describe('ATIF', () => {
  it('reads system, task, agent steps, results by call id, metrics and time', () => {
    const run = read(
      [
        { source: 'system', message: 'S' },
        {
          source: 'user',
          message: [{ type: 'text', text: 'Task in /testbed.' }, { type: 'image' }],
        },
        {
          source: 'agent',
          message: 'I look.',
          reasoning_content: 'Hm.',
          timestamp: '2026-01-02T04:04:05+01:00',
          tool_calls: [
            call('1', 'Bash', { command: 'ls /testbed' }),
            call('2', 'Read', { file_path: '/testbed/a.py', offset: 5, limit: 10 }),
          ],
          observation: {
            results: [
              { source_call_id: '2', content: 'two' },
              { source_call_id: '1', content: 'one' },
            ],
          },
          metrics: { prompt_tokens: 50, cached_tokens: 20, completion_tokens: 4, cost_usd: 0.5 },
        },
        { source: 'user', message: 'Go on.' },
        {
          source: 'agent',
          message: 'Done.',
          tool_calls: [call('3', 'mark_task_complete', {})],
          observation: { results: [{ content: 'ok' }] },
        },
      ],
      {
        final_metrics: {
          total_prompt_tokens: 70,
          total_completion_tokens: 9,
          total_cost_usd: 0.75,
        },
      },
    );
    expect(run.header).toMatchObject({
      system: 'S',
      prompt: 'Task in /testbed.[image]',
      workspaceRoot: '/testbed',
      model: 'm',
      task: { id: 's-1' },
      config: { imported: { format: 'atif', version: 'ATIF-v1.7' } },
    });
    expect(run.steps[0]).toMatchObject({
      time: '2026-01-02T03:04:05.000Z',
      turn: {
        text: 'I look.',
        thinking: 'Hm.',
        actions: [
          { id: '1', tool: 'bash', input: { command: 'ls /testbed' } },
          { id: '2', tool: 'view', input: { path: 'a.py', start_line: 5, end_line: 14 } },
        ],
        usage: { inputTokens: 30, cacheReadTokens: 20, outputTokens: 4, costUsd: 0.5 },
      },
      observations: [{ text: 'one' }, { text: 'two' }],
      nudges: ['Go on.'],
    });
    expect(run.steps[1]?.observations).toMatchObject([{ text: 'ok', endsRun: true }]);
    expect(run.outcome).toMatchObject({
      status: 'submitted',
      usage: { inputTokens: 70, costUsd: 0.75 },
    });
  });

  it.each([
    [
      call('1', 'Edit', {
        file_path: '/testbed/a',
        old_string: 'x',
        new_string: 'y',
        replace_all: true,
      }),
      'edit',
      { path: 'a', old_text: 'x', new_text: 'y', replace_all: true },
    ],
    [
      call('1', 'Write', { file_path: '/testbed/a', content: 'x' }),
      'create',
      { path: 'a', content: 'x' },
    ],
    [
      call('1', 'Grep', { pattern: 'x.*', path: '/testbed' }),
      'search',
      { pattern: 'x.*', kind: 'regex' },
    ],
    [
      call('1', 'Glob', { pattern: '*.py', path: '/testbed/src' }),
      'find_file',
      { name: '*.py', path: 'src' },
    ],
    [call('1', 'shell', { command: ['bash', '-lc', 'a | b'] }), 'bash', { command: 'a | b' }],
    [call('1', 'shell', { command: ['ls', "it's"] }), 'bash', { command: `'ls' 'it'\\''s'` }],
    [
      call('1', 'str_replace_editor', { command: 'view', path: '/testbed/a' }),
      'view',
      { path: 'a' },
    ],
    [
      call('1', 'edit', { path: 'a', old_text: 'x', new_text: 'y' }),
      'edit',
      { path: 'a', old_text: 'x', new_text: 'y' },
    ],
    [call('1', 'web_search', { query: 'q' }), 'web_search', { query: 'q' }],
    [call('1', '__proto__', {}), '__proto__', {}],
  ])('maps %j', (toolCall, tool, input) => {
    const run = read([
      { source: 'user', message: 'Work in /testbed' },
      {
        source: 'agent',
        message: '',
        tool_calls: [call('0', 'bash', { command: 'cd /testbed' }), toolCall],
      },
    ]);
    expect(run.steps[0]?.turn.actions[1]).toEqual({ id: '1', tool, input });
  });

  it('keeps an observation that answers no call as something said to the model', () => {
    const run = read([
      { source: 'user', message: 'T' },
      { source: 'agent', message: 'm', observation: { results: [{ content: 'screen' }] } },
    ]);
    expect(run.steps[0]).toMatchObject({ observations: [], nudges: ['screen'] });
    expect(run.outcome?.status).toBe('interrupted');
  });

  it('reads what producers leave out or write otherwise', () => {
    const file = {
      schema_version: '1.4',
      agent: { extra: { cwds: ['/app'] } },
      steps: [
        { source: 'user', message: 'Task.' },
        {
          source: 'agent',
          message: null,
          tool_calls: [
            { function_name: 'bash', arguments: '{"command": "ls"}' },
            { function_name: 'Read', arguments: { file_path: '/app/a.py' } },
            { function_name: 'odd', arguments: 'not JSON' },
            { function_name: 'bare' },
          ],
          observation: {
            results: [{ content: 'one' }, { content: 'two' }, { content: null }, {}],
          },
        },
        { source: 'agent', message: 'No results.', tool_calls: null, observation: {} },
      ],
    };
    const text = JSON.stringify(file);
    const run = recordedRun(importTrajectory(text, { name: 't.json', importedAt }));
    expect(run.header).toMatchObject({ model: 'unknown', workspaceRoot: '/app' });
    expect(run.steps[0]?.turn.actions).toMatchObject([
      { tool: 'bash', input: { command: 'ls' } },
      { tool: 'view', input: { path: 'a.py' } },
      { tool: 'odd', input: { input: 'not JSON' } },
      { tool: 'bare', input: {} },
    ]);
    expect(run.steps[0]?.observations.map(({ text }) => text)).toEqual(['one', 'two', '', '']);
    expect(() =>
      importTrajectory(JSON.stringify({ ...file, schema_version: 'ATIF-v2.0' }), {
        name: 't.json',
        importedAt,
      }),
    ).toThrow(
      't.json: looks like an ATIF trajectory, but field schema_version is wrong: versions 1.x are read',
    );
  });
});
