import {
  type Action,
  type EventBody,
  type Observation,
  type Status,
  TRAJECTORY_VERSION,
  type TrajectoryEvent,
  type Usage,
} from '../event.ts';

export type ForeignFormat = 'swe-agent' | 'mini-swe-agent' | 'atif';

/** A run of another agent, in our terms: its commands are already mapped onto our tools. */
export interface ForeignRun {
  readonly format: ForeignFormat;
  /** As the file or its shape tells, for instance `0.x`, `mini-swe-agent-1.1`, `ATIF-v1.7`. */
  readonly formatVersion: string;
  readonly task: {
    readonly id: string;
    /** Where the repository came from, as far as the file tells; may be empty. */
    readonly repository: string;
    /** Empty when the file does not tell. */
    readonly baseCommit: string;
    readonly statement: string;
  };
  readonly model: string;
  /** Absolute path of the repository as the recorded commands saw it; empty when unknown. */
  readonly root: string;
  readonly system: string;
  readonly prompt: string;
  /** Shell command lines that were run in the repository before the first step. */
  readonly setup: readonly string[];
  readonly steps: readonly ForeignStep[];
  readonly end: ForeignEnd;
}

export interface ForeignStep {
  readonly text: string;
  readonly thinking?: string | undefined;
  readonly actions: readonly Action[];
  readonly observations: readonly Observation[];
  /** What was said to the model after this step, besides the observations. */
  readonly nudges?: readonly string[];
  readonly usage?: Usage | undefined;
  readonly model?: string | undefined;
  /** ISO 8601 in UTC, where the file has it. */
  readonly time?: string | undefined;
  /** The file's own record of the answer. */
  readonly raw?: unknown;
}

export interface ForeignEnd {
  readonly status: Status;
  readonly reason: string;
  readonly patch: string;
  readonly usage: Usage;
}

/** Tokens and price that the file does not tell. */
export const UNKNOWN_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: null,
};

/** What `header.config.imported` holds in an imported trajectory. */
export interface Imported {
  readonly format: ForeignFormat;
  readonly version: string;
}

/** @returns where an imported trajectory came from; null for a run of our own */
export function importedFrom(config: Readonly<Record<string, unknown>>): Imported | null {
  const { imported } = config;
  if (typeof imported !== 'object' || imported === null) return null;
  return imported as Imported;
}

/**
 * Lays a foreign run out as events of our own trajectory format.
 *
 * @param importedAt ISO 8601 time that stands where the file has none
 */
export function toEvents(run: ForeignRun, importedAt: string): TrajectoryEvent[] {
  const events: TrajectoryEvent[] = [];
  let time = run.steps.find((step) => step.time !== undefined)?.time ?? importedAt;
  const emit = (body: EventBody): void => {
    events.push({ v: TRAJECTORY_VERSION, seq: events.length, time, ...body } as TrajectoryEvent);
  };
  emit(headerOf(run));
  for (const [index, step] of run.steps.entries()) {
    const number = index + 1;
    time = step.time ?? time;
    emit({
      type: 'turn',
      step: number,
      turn: {
        text: step.text,
        ...(step.thinking ? { thinking: step.thinking } : {}),
        actions: [...step.actions],
        usage: step.usage ?? UNKNOWN_USAGE,
        stopReason: step.actions.length > 0 ? 'tool_use' : 'end_turn',
        model: step.model ?? run.model,
        raw: step.raw ?? null,
      },
      durationMs: 0,
    });
    for (const observation of step.observations) {
      emit({ type: 'observation', step: number, observation });
    }
    for (const text of step.nudges ?? []) {
      emit({ type: 'note', step: number, level: 'info', kind: 'nudge', text });
    }
  }
  const durationMs = run.steps
    .flatMap((step) => step.observations)
    .reduce((sum, observation) => sum + observation.durationMs, 0);
  emit({ type: 'outcome', outcome: { ...run.end, steps: run.steps.length, durationMs } });
  return events;
}

function headerOf(run: ForeignRun): EventBody {
  const imported: Imported = { format: run.format, version: run.formatVersion };
  return {
    type: 'header',
    runId: `${run.format}:${run.task.id}`,
    task: { ...run.task, dirty: false, baseTree: '' },
    model: run.model,
    sandbox: 'unknown',
    workspaceRoot: run.root,
    limits: { maxSteps: run.steps.length, maxCostUsd: null, maxTimeMs: 0 },
    system: run.system,
    prompt: run.prompt,
    tools: [],
    versions: {},
    config: { imported, ...(run.setup.length > 0 ? { setup: [...run.setup] } : {}) },
  };
}
