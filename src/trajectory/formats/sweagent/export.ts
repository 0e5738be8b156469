import type { Outcome, Usage } from '../../event.ts';
import { commandText } from '../command-text.ts';
import {
  ownObservation,
  ownRun,
  ownTurn,
  type RecordedRun,
  type RecordedStep,
} from '../own-run.ts';

/** Writes a run as SWE-agent's `.traj` of 1.x, one step an action, with function calls in its history. */
export function exportSweAgent(run: RecordedRun): object {
  const { header, outcome, steps } = run;
  return {
    environment: 'main',
    trajectory: steps.flatMap((step) => stepsOf(step, header.workspaceRoot)),
    history: [
      message('system', header.system, 'system_prompt'),
      message('user', header.prompt, 'observation'),
      ...steps.flatMap(historyOf),
    ],
    info: {
      exit_status: outcome ? exitStatusOf(outcome) : null,
      submission: outcome?.patch || null,
      model_stats: modelStats(outcome?.usage, steps.length),
      patchwright: ownRun(run),
    },
    replay_config: JSON.stringify({
      env: {
        repo: { path: header.task.repository, base_commit: header.task.baseCommit },
        post_startup_commands: [],
      },
      agent: { name: 'main', model: { name: header.model } },
      problem_statement: { type: 'text', text: header.task.statement, id: header.task.id },
    }),
  };
}

function stepsOf(step: RecordedStep, root: string): object[] {
  const { turn, observations } = step;
  const actions = turn.actions.length > 0 ? turn.actions : [null];
  return actions.map((action, index) => {
    const answer = observations.find(({ actionId }) => actionId === action?.id);
    return {
      action: action ? commandText(action) : '',
      observation: answer?.text ?? '',
      response: index === 0 ? turn.text : '',
      thought: index === 0 ? turn.text : '',
      execution_time: (answer?.durationMs ?? 0) / 1000,
      state: { working_dir: root },
      query: [],
      extra_info: {},
    };
  });
}

function historyOf(step: RecordedStep): object[] {
  const { turn, observations, nudges } = step;
  return [
    {
      ...message('assistant', turn.text, 'action'),
      thought: turn.text,
      action: turn.actions.map(commandText).join('\n'),
      tool_calls: turn.actions.map(({ id, tool, input }) => ({
        id,
        type: 'function',
        function: { name: tool, arguments: JSON.stringify(input) },
      })),
      ...(turn.thinking
        ? { thinking_blocks: [{ type: 'thinking', thinking: turn.thinking }] }
        : {}),
      patchwright: ownTurn(step),
    },
    ...observations.map((observation) => ({
      ...message('tool', observation.text, 'observation'),
      tool_call_ids: [observation.actionId],
      patchwright: ownObservation(observation),
    })),
    ...nudges.map((text) => message('user', text, 'observation')),
  ];
}

function message(role: string, content: string, type: string): object {
  return { role, content, agent: 'main', message_type: type };
}

function exitStatusOf({ status, reason, patch }: Outcome): string {
  if (status === 'submitted') return 'submitted';
  const word = exitWord(status, reason);
  return patch === '' ? word : `submitted (${word})`;
}

function exitWord(status: Outcome['status'], reason: string): string {
  if (status === 'interrupted') return 'early_exit';
  if (status !== 'limit') return `exit_${status}`;
  if (/cost/.test(reason)) return 'exit_cost';
  if (/context/.test(reason)) return 'exit_context';
  if (/time/.test(reason)) return 'exit_total_execution_time';
  return /usable call/.test(reason) ? 'exit_format' : 'exit_limit';
}

function modelStats(usage: Usage | undefined, calls: number): object {
  return {
    instance_cost: usage?.costUsd ?? 0,
    tokens_sent: usage ? usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens : 0,
    tokens_received: usage?.outputTokens ?? 0,
    api_calls: calls,
  };
}
