import type { Usage } from '../../event.ts';
import {
  ownObservation,
  ownRun,
  ownTurn,
  type RecordedRun,
  type RecordedStep,
} from '../own-run.ts';

/** Writes a run in Harbor's interchange format, version 1.7. What the format has no field for stands in `extra`. */
export function exportAtif(run: RecordedRun): object {
  const { header, outcome, steps } = run;
  const entries: object[] = [
    ...(header.system ? [{ source: 'system', message: header.system }] : []),
    { source: 'user', message: header.prompt },
    ...steps.flatMap((step) => [
      agentStep(step),
      ...step.nudges.map((message) => ({ source: 'user', message })),
    ]),
  ];
  return {
    schema_version: 'ATIF-v1.7',
    session_id: header.runId,
    agent: {
      name: 'patchwright',
      version: header.versions.patchwright ?? 'unknown',
      model_name: header.model,
      tool_definitions: header.tools.map(({ name, description, inputSchema }) => ({
        type: 'function',
        function: { name, description, parameters: inputSchema },
      })),
    },
    steps: entries.map((entry, index) => ({ step_id: index + 1, ...entry })),
    ...(outcome ? { notes: `${outcome.status}: ${outcome.reason}` } : {}),
    ...(outcome ? { final_metrics: finalMetrics(outcome.usage, entries.length) } : {}),
    extra: { patchwright: ownRun(run) },
  };
}

function agentStep(step: RecordedStep): object {
  const { turn, observations } = step;
  return {
    source: 'agent',
    timestamp: step.time,
    model_name: turn.model,
    message: turn.text,
    ...(turn.thinking ? { reasoning_content: turn.thinking } : {}),
    ...(turn.actions.length > 0
      ? {
          tool_calls: turn.actions.map(({ id, tool, input }) => ({
            tool_call_id: id,
            function_name: tool,
            arguments: asObject(input),
          })),
        }
      : {}),
    ...(observations.length > 0
      ? {
          observation: {
            results: observations.map(({ actionId, text }) => ({
              source_call_id: actionId,
              content: text,
            })),
          },
        }
      : {}),
    metrics: metricsOf(turn.usage),
    extra: {
      patchwright: { ...ownTurn(step), observations: observations.map(ownObservation) },
    },
  };
}

function metricsOf(usage: Usage): object {
  return {
    prompt_tokens: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
    completion_tokens: usage.outputTokens,
    cached_tokens: usage.cacheReadTokens,
    ...(usage.costUsd === null ? {} : { cost_usd: usage.costUsd }),
  };
}

function finalMetrics(usage: Usage, steps: number): object {
  return {
    total_prompt_tokens: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
    total_completion_tokens: usage.outputTokens,
    total_cached_tokens: usage.cacheReadTokens,
    ...(usage.costUsd === null ? {} : { total_cost_usd: usage.costUsd }),
    total_steps: steps,
  };
}

/** The format wants an object even where a model sent something else; the extras keep what it sent. */
function asObject(input: unknown): object {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? input : { input };
}
