import type { Observation, Status } from '../../event.ts';
import { commandText } from '../command-text.ts';
import {
  ownObservation,
  ownRun,
  ownTurn,
  type RecordedRun,
  type RecordedStep,
} from '../own-run.ts';

const EXIT_STATUS: Readonly<Record<Status, string>> = {
  submitted: 'Submitted',
  limit: 'LimitsExceeded',
  refused: 'Refused',
  error: 'Error',
  interrupted: 'UserInterruption',
};

/** Writes a run as mini-swe-agent's `.traj.json`. Calls of tools that mini has not, show as their JSON. */
export function exportMini(run: RecordedRun): object {
  const { header, outcome, steps } = run;
  const exitStatus = outcome ? EXIT_STATUS[outcome.status] : '';
  const submission = outcome?.patch ?? '';
  return {
    info: {
      model_stats: {
        instance_cost: outcome?.usage.costUsd ?? 0,
        api_calls: steps.length,
      },
      config: {
        agent: {},
        agent_type: 'patchwright',
        model: { model_name: header.model },
        environment: { cwd: header.workspaceRoot },
      },
      exit_status: exitStatus,
      submission,
      patchwright: ownRun(run),
    },
    instance_id: header.task.id,
    messages: [
      { role: 'system', content: header.system },
      { role: 'user', content: header.prompt },
      ...steps.flatMap(messagesOf),
      ...(outcome
        ? [{ role: 'exit', content: submission, extra: { exit_status: exitStatus, submission } }]
        : []),
    ],
    trajectory_format: 'mini-swe-agent-1.1',
  };
}

function messagesOf(step: RecordedStep): object[] {
  const { turn, observations, nudges } = step;
  const assistant = {
    role: 'assistant',
    content: turn.text,
    ...(turn.thinking ? { reasoning_content: turn.thinking } : {}),
    tool_calls: turn.actions.map(({ id, tool, input }) => ({
      id,
      type: 'function',
      function: { name: tool, arguments: JSON.stringify(input) },
    })),
    extra: {
      actions: turn.actions.map((action) => ({
        command: commandText(action),
        tool_call_id: action.id,
      })),
      cost: turn.usage.costUsd ?? 0,
      timestamp: new Date(step.time).getTime() / 1000,
      patchwright: ownTurn(step),
    },
  };
  return [
    assistant,
    ...observations.map(answerMessage),
    ...nudges.map((content) => ({ role: 'user', content })),
  ];
}

function answerMessage(observation: Observation): object {
  const data = observation.data as { exitCode?: unknown } | null | undefined;
  const exitCode = typeof data?.exitCode === 'number' ? data.exitCode : Number(observation.isError);
  return {
    role: 'tool',
    tool_call_id: observation.actionId,
    content: observation.text,
    extra: {
      raw_output: observation.text,
      returncode: exitCode,
      patchwright: ownObservation(observation),
    },
  };
}
