import type { Action, Observation, TrajectoryEvent, Turn } from '../../../src/trajectory/event.ts';
import { TRAJECTORY_VERSION } from '../../../src/trajectory/event.ts';

export interface StepSpec {
  readonly text?: string;
  readonly thinking?: string;
  readonly calls?: readonly {
    readonly tool: string;
    readonly input: unknown;
    readonly answer: Partial<Observation>;
  }[];
  readonly nudge?: string;
  readonly turn?: Partial<Turn>;
}

/** Events of a run of our own, as short as they can be put. */
export function ownEvents(
  steps: readonly StepSpec[],
  more: {
    readonly patch?: string | null;
    readonly prompt?: string;
    readonly statement?: string;
    readonly runId?: string;
    readonly model?: string;
    readonly taskId?: string;
  } = {},
): TrajectoryEvent[] {
  const events: TrajectoryEvent[] = [];
  const start = Date.parse('2026-02-03T04:05:06.000Z');
  const add = (body: object) => {
    const time = new Date(start + events.length * 1000).toISOString();
    events.push({ v: TRAJECTORY_VERSION, seq: events.length, time, ...body } as TrajectoryEvent);
  };
  add({
    type: 'header',
    runId: more.runId ?? 'run-1',
    task: {
      id: more.taskId ?? 'task-1',
      repository: '/src/repo',
      baseCommit: 'c0ffee'.repeat(6),
      dirty: false,
      baseTree: '0b57ac1e'.repeat(5),
      statement: more.statement ?? 'It is broken.',
    },
    model: more.model ?? 'some-model',
    sandbox: 'local',
    workspaceRoot: '/workspace',
    limits: { maxSteps: 10, maxCostUsd: 1, maxTimeMs: 60_000 },
    system: 'You mend things.',
    prompt: more.prompt ?? 'Mend it.',
    tools: [{ name: 'bash', description: 'Runs a command.', inputSchema: { type: 'object' } }],
    versions: { patchwright: '0.1.0' },
    config: { model: 'some-model' },
  });
  let cost = 0;
  for (const [index, spec] of steps.entries()) {
    const step = index + 1;
    const actions: Action[] = (spec.calls ?? []).map(({ tool, input }, call) => ({
      id: `call-${step}-${call + 1}`,
      tool,
      input,
    }));
    const turn: Turn = {
      text: spec.text ?? '',
      ...(spec.thinking ? { thinking: spec.thinking } : {}),
      actions,
      usage: {
        inputTokens: 100 * step,
        outputTokens: 10,
        cacheReadTokens: 50,
        cacheWriteTokens: 5,
        costUsd: 0.01,
      },
      stopReason: actions.length > 0 ? 'tool_use' : 'end_turn',
      model: more.model ?? 'some-model',
      raw: null,
      ...spec.turn,
    };
    cost += turn.usage.costUsd ?? 0;
    add({ type: 'turn', step, turn, durationMs: 20 });
    for (const [call, { answer }] of (spec.calls ?? []).entries()) {
      const actionId = actions[call]?.id ?? '';
      const observation = { actionId, text: 'ok', isError: false, durationMs: 3, ...answer };
      add({ type: 'observation', step, observation });
    }
    if (spec.nudge !== undefined) {
      add({ type: 'note', step, level: 'info', kind: 'nudge', text: spec.nudge });
    }
  }
  if (more.patch !== null) {
    const usage = {
      inputTokens: 1000,
      outputTokens: 10 * steps.length,
      cacheReadTokens: 50 * steps.length,
      cacheWriteTokens: 5,
      costUsd: cost,
    };
    const outcome = {
      status: 'submitted',
      reason: 'the patch was submitted',
      patch:
        more.patch ??
        'diff --git a/a b/a\nindex 1..2 100644\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n',
      usage,
      steps: steps.length,
      durationMs: 1234,
    };
    add({ type: 'outcome', outcome });
  }
  return events;
}

/** A run with a bit of everything: several calls in a turn, thinking, an error, a turn without a call, data. */
export function sampleEvents(): TrajectoryEvent[] {
  return ownEvents([
    {
      text: 'I look.',
      thinking: 'Where?',
      calls: [
        { tool: 'bash', input: { command: 'ls' }, answer: { text: 'a\n', data: { exitCode: 0 } } },
        { tool: 'view', input: { path: 'a' }, answer: { text: '1\tx' } },
      ],
    },
    { text: 'Hm.', nudge: 'Call a tool.' },
    {
      calls: [
        {
          tool: 'edit',
          input: { path: 'a', old_text: 'x', new_text: '<script>alert(1)</script>' },
          answer: { text: 'refused', isError: true },
        },
      ],
    },
    {
      text: 'Done.',
      calls: [{ tool: 'submit', input: {}, answer: { text: 'patch', endsRun: true } }],
    },
  ]);
}
