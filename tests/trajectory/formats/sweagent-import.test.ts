import { describe, expect, it } from 'vitest';
import type { HeaderEvent, OutcomeEvent } from '../../../src/trajectory/event.ts';
import { TrajectoryEvent } from '../../../src/trajectory/event.ts';
import { importTrajectory } from '../../../src/trajectory/formats/import.ts';
import { recordedRun } from '../../../src/trajectory/formats/own-run.ts';
import { type TrajStep, traj0, traj1, windowText } from '../../support/trajectories/foreign.ts';

const ROOT = '/owner__repo';
const importedAt = '2026-01-02T03:04:05.000Z';

function read(text: string): TrajectoryEvent[] {
  const events = importTrajectory(text, { name: 'dir/task-1.traj', importedAt });
  for (const event of events) TrajectoryEvent.parse(event);
  return events;
}

/** The calls a recording maps to, one a step. */
function calls(text: string): unknown[] {
  return recordedRun(read(text)).steps.map(({ turn }) => {
    const [action] = turn.actions;
    return action && [action.tool, action.input];
  });
}

describe('a .traj of 0.x', () => {
  const edited = windowText(`${ROOT}/src/a.py`, ['x', 'y']);
  const steps: TrajStep[] = [
    { action: 'ls', observation: 'src\n', thought: 'Look.' },
    { action: 'open src/a.py', observation: windowText(`${ROOT}/src/a.py`, ['a', 'b']) },
    { action: 'edit 2:2\ny\nend_of_edit', observation: edited, openFile: `${ROOT}/src/a.py` },
    { action: 'edit 1:1\n\nend_of_edit', observation: edited, openFile: `${ROOT}/src/a.py` },
    { action: 'rm x', observation: null, openFile: `${ROOT}/src/a.py` },
    {
      action: 'submit',
      observation: '\ndiff --git a/src/a.py b/src/a.py\n--- a/src/a.py\n+++ b/src/a.py\n',
    },
  ];

  it('maps onto our tools, with paths relative to the recorded root', () => {
    expect(calls(traj0(ROOT, steps))).toEqual([
      ['bash', { command: 'ls' }],
      ['view', { path: 'src/a.py', start_line: 1, end_line: 2 }],
      ['edit', { path: 'src/a.py', start_line: 2, end_line: 2, new_text: 'y' }],
      ['edit', { path: 'src/a.py', start_line: 1, end_line: 1, new_text: '\n' }],
      ['bash', { command: 'rm x' }],
      ['submit', {}],
    ]);
  });

  it('takes the patch from the last answer when the file names none', () => {
    const events = read(traj0(ROOT, steps));
    const header = events[0] as HeaderEvent;
    const end = events.at(-1) as OutcomeEvent;
    expect(header).toMatchObject({
      workspaceRoot: ROOT,
      system: 'You are a programmer.',
      task: {
        id: 'task-1',
        repository: 'https://github.com/owner/repo',
        statement: 'It is broken.',
      },
      config: { imported: { format: 'swe-agent', version: '0.x' } },
    });
    expect(end.outcome.status).toBe('submitted');
    expect(end.outcome.patch).toMatch(/^diff --git a\/src\/a\.py.*\n$/s);
    expect(end.outcome.usage.costUsd).toBeNull();
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index));
  });
});

describe('a .traj of 1.x', () => {
  const file = `${ROOT}/a.py`;
  const lines = Array.from({ length: 3 }, (_, index) => `line ${index + 11}`);
  const shown = windowText('a.py', lines, 11, 40);

  it('knows window, directory and open file only after each step', () => {
    const steps: TrajStep[] = [
      { action: 'cd sub', observation: '', cwd: `${ROOT}/sub` },
      { action: 'open ../a.py 12', observation: shown, openFile: file, cwd: `${ROOT}/sub` },
      {
        action: 'scroll_down',
        observation: windowText('../a.py', ['x'], 30, 40),
        openFile: file,
        cwd: `${ROOT}/sub`,
      },
      { action: "search_file 'a.b*'", observation: '', openFile: file, cwd: `${ROOT}/sub` },
      {
        action: 'create new.py',
        observation: '[File: new.py (1 lines total)]\n1:',
        openFile: `${ROOT}/sub/new.py`,
        cwd: `${ROOT}/sub`,
      },
      {
        action: "insert 'pass'",
        observation: windowText('new.py', ['', 'pass']),
        openFile: `${ROOT}/sub/new.py`,
        cwd: `${ROOT}/sub`,
      },
      {
        action: 'search_dir TODO',
        observation: '',
        openFile: `${ROOT}/sub/new.py`,
        cwd: `${ROOT}/sub`,
      },
    ];
    expect(calls(traj1(ROOT, steps))).toEqual([
      ['bash', { command: 'cd sub' }],
      ['view', { path: 'a.py', start_line: 11, end_line: 13 }],
      ['view', { path: 'a.py', start_line: 30, end_line: 30 }],
      ['search', { pattern: 'a.b*', kind: 'regex', path: 'a.py' }],
      ['create', { path: 'sub/new.py', content: '\n' }],
      ['edit', { path: 'sub/new.py', old_text: '\n', new_text: '\npass' }],
      ['search', { pattern: 'TODO', path: 'sub' }],
    ]);
  });

  it('keeps a search-and-replace inside the window it saw, and keeps refused edits', () => {
    const refused = `Your proposed edit has introduced new syntax error(s).\n\n${shown}`;
    const steps: TrajStep[] = [
      { action: 'open a.py', observation: shown, openFile: file },
      { action: "edit 'line 12' 'line (12'", observation: refused, openFile: file },
      {
        action: "edit 'line 12' 'line 12b'",
        observation: `Text replaced.\n${shown}`,
        openFile: file,
      },
    ];
    const run = recordedRun(read(traj1(ROOT, steps)));
    expect(run.steps[1]?.turn.actions[0]?.input).toEqual({
      path: 'a.py',
      old_text: 'line 12',
      new_text: 'line (12',
      start_line: 11,
      end_line: 13,
    });
    expect(run.steps.map(({ observations }) => observations[0]?.isError)).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('takes carriage returns off, and repository, commit, set-up, model and totals from the file', () => {
    const steps: TrajStep[] = [{ action: 'submit', observation: 'a\nb' }];
    const patch = 'diff --git a/x b/x\n+1\n';
    const run = recordedRun(read(traj1('/testbed', steps, `\n${patch}`)));
    expect(run.steps[0]?.observations[0]).toMatchObject({
      text: 'a\nb',
      endsRun: true,
      durationMs: 250,
    });
    expect(run.header).toMatchObject({
      task: { id: 'o__r-1', repository: 'https://example.org/o/r', baseCommit: 'ab'.repeat(20) },
      model: 'some-model',
      workspaceRoot: '/testbed',
      config: { setup: ['export CI=1'] },
    });
    expect(run.outcome).toMatchObject({
      patch,
      usage: { inputTokens: 1000, outputTokens: 50, costUsd: 0.5 },
    });
  });

  it('carries exported variables into later commands, as one shell would', () => {
    const steps: TrajStep[] = [
      { action: 'export A=1', observation: '' },
      { action: 'echo $A', observation: '1' },
    ];
    expect(calls(traj1(ROOT, steps))[1]).toEqual(['bash', { command: 'export A=1\necho $A' }]);
  });

  it("maps Anthropic's editor", () => {
    const edit = 'str_replace_editor';
    const steps: TrajStep[] = [
      { action: `${edit} view /testbed/a.py --view_range 3 9`, observation: '' },
      { action: `${edit} view /testbed`, observation: '' },
      { action: `${edit} create /testbed/n.py --file_text 'x = 1\n'`, observation: 'File created' },
      {
        action: `${edit} str_replace /testbed/a.py --old_str 'a' --new_str 'b'`,
        observation: 'No replacement was performed, old_str',
      },
      {
        action: `${edit} insert /testbed/a.py --insert_line 4 --new_str 'n'`,
        observation: 'The file',
      },
      { action: `${edit} undo_edit /testbed/a.py`, observation: 'Last edit' },
    ];
    const text = traj1('/testbed', steps);
    expect(calls(text)).toEqual([
      ['view', { path: 'a.py', start_line: 3, end_line: 9 }],
      ['view', { path: '.' }],
      ['create', { path: 'n.py', content: 'x = 1\n' }],
      ['edit', { path: 'a.py', old_text: 'a', new_text: 'b' }],
      ['edit', { path: 'a.py', start_line: 5, end_line: 4, new_text: 'n' }],
      ['undo', {}],
    ]);
    expect(recordedRun(read(text)).steps[3]?.observations[0]?.isError).toBe(true);
  });

  it('reads an exit on a limit as such, without a step for it', () => {
    const file = JSON.parse(traj1(ROOT, [{ action: 'ls', observation: 'a' }], ''));
    file.trajectory.push({
      action: 'exit_cost',
      observation: '',
      response: '',
      thought: '',
      state: {},
    });
    file.info.exit_status = 'submitted (exit_cost)';
    const run = recordedRun(read(JSON.stringify(file)));
    expect(run.steps).toHaveLength(1);
    expect(run.outcome).toMatchObject({ status: 'limit', reason: 'submitted (exit_cost)' });
  });
});

describe('the variant with cursors', () => {
  it('edits between the cursors as set or as shown', () => {
    const open = `${ROOT}/a.py`;
    const moved = `${windowText(open, ['a', 'b'], 7, 9)}\nSTART_CURSOR moved to 7\nEND_CURSOR moved to 7\n`;
    const steps: TrajStep[] = [
      { action: 'open a.py 8', observation: moved },
      {
        action: 'edit\nz\nend_of_edit',
        observation: windowText(open, ['z', 'b'], 7, 9),
        openFile: open,
      },
      {
        action: 'set_cursors 8 9',
        observation: windowText(open, ['z', 'b'], 7, 9),
        openFile: open,
      },
      { action: 'edit\nq\nend_of_edit', observation: '', openFile: open },
      { action: 'set_cursors 0 0', observation: '', openFile: open },
      { action: 'edit\nfirst\nend_of_edit', observation: '', openFile: open },
    ];
    const edits = calls(traj0(ROOT, steps)).filter((call) => (call as unknown[])[0] === 'edit');
    expect(edits).toEqual([
      ['edit', { path: 'a.py', start_line: 7, end_line: 7, new_text: 'z' }],
      ['edit', { path: 'a.py', start_line: 8, end_line: 9, new_text: 'q' }],
      ['edit', { path: 'a.py', start_line: 1, end_line: 0, new_text: 'first' }],
    ]);
  });
});

describe('a file with nothing but the history', () => {
  it('reads tool calls that are no demonstration, and the prompt behind each answer', () => {
    const call = (name: string, args: object) => ({
      role: 'assistant',
      content: `I call ${name}.`,
      tool_calls: [
        {
          id: `call-${name}`,
          type: 'function',
          function: { name, arguments: JSON.stringify(args) },
        },
      ],
    });
    const answer = (text: string, openFile = 'n/a') => ({
      role: 'tool',
      content: `${text}\n(Open file: ${openFile})\n(Current directory: /testbed/sub)\nbash-$`,
    });
    const history = [
      { role: 'system', content: 'S' },
      { ...call('bash', { command: 'demo' }), is_demo: true },
      { role: 'user', content: 'ISSUE:\nI\n\nINSTRUCTIONS:\n' },
      call('bash', { command: 'cd sub' }),
      answer(''),
      call('open', { path: 'a.py', line_number: 2 }),
      answer(windowText('a.py', ['x', 'y']), '/testbed/sub/a.py'),
      call('edit', { start_line: 2, end_line: 2, replacement_text: 'z\n' }),
      answer('File updated.', '/testbed/sub/a.py'),
      call('submit', {}),
      answer('diff --git a/x b/x\n'),
    ];
    const text = JSON.stringify({ history });
    expect(calls(text)).toEqual([
      ['bash', { command: 'cd sub' }],
      ['view', { path: 'sub/a.py', start_line: 1, end_line: 2 }],
      ['edit', { path: 'sub/a.py', start_line: 2, end_line: 2, new_text: 'z' }],
      ['submit', {}],
    ]);
    const run = recordedRun(read(text));
    expect(run.steps[1]?.turn.actions[0]?.id).toBe('call-open');
    expect(run.outcome).toMatchObject({ status: 'submitted', patch: 'diff --git a/x b/x\n' });
  });
});
