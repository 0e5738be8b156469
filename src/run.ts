import { type Limits, NOTHING_SPENT, type Spent } from './agent/limits.ts';
import { runLoop } from './agent/loop.ts';
import { renderPrompt } from './agent/prompt.ts';
import { newSession, type Session } from './agent/session.ts';
import { type Tool, type ToolContext, toolSchema } from './agent/tool.ts';
import { isConfigurationError, messageOf, UsageError } from './errors.ts';
import { closeCheckers } from './lint/semantic.ts';
import type { Message, Model } from './model/model.ts';
import { inheritCache } from './testing/place.ts';
import {
  type EventBody,
  type Outcome,
  type Status,
  type Subscriber,
  TRAJECTORY_VERSION,
  type TrajectoryEvent,
} from './trajectory/event.ts';
import type { Checkout } from './workspace/checkout.ts';

export interface RunInput {
  readonly runId: string;
  readonly task: {
    readonly id: string;
    readonly statement: string;
    readonly testCommand?: string | undefined;
  };
  readonly checkout: Checkout;
  readonly model: Model;
  readonly tools: readonly Tool[];
  readonly limits: Limits;
  /** Aborted by the user: the run ends as `interrupted`, with the patch so far. */
  readonly signal: AbortSignal;
  readonly subscribers: readonly Subscriber[];
  /** Names and versions of the programs involved, for the header. */
  readonly versions: Readonly<Record<string, string>>;
  /** The configuration as resolved, for the header; no secrets. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The output that must not fail unseen: the trajectory's writer. */
  readonly recorder?: { readonly failure: unknown };
  /** Set to go on with a run whose workspace stands again as it was; what happened before is not emitted anew. */
  readonly resumed?: Resumed | undefined;
}

/** Where a run stood when it was left. */
export interface Resumed {
  readonly system: string;
  readonly messages: readonly Message[];
  readonly spent: Spent;
  readonly session: Session;
  /** Sequence number of the next event. */
  readonly nextSeq: number;
  /** Milliseconds that the run had already taken. */
  readonly elapsedMs: number;
}

/** Milliseconds of one `bash` call and of one run of the tests, unless the tool's input asks for less. */
const COMMAND_TIMEOUT_MS = 120_000;
const TEST_TIMEOUT_MS = 600_000;
/** A person needs no more than this many progress notes a second. */
const PROGRESS_INTERVAL_MS = 250;

/**
 * Runs one task to one outcome. Every step is emitted once; every way out carries the patch so far.
 *
 * @throws {UsageError} when the first request shows that the configuration is wrong (a bad key, an unknown model)
 */
export async function run(input: RunInput): Promise<Outcome> {
  const { checkout, limits, model, resumed, tools } = input;
  const elapsedMs = resumed?.elapsedMs ?? 0;
  const start = performance.now() - elapsedMs;
  const timeLeftMs = Math.max(0, limits.maxTimeMs - elapsedMs);
  const outOfTime = AbortSignal.timeout(timeLeftMs);
  const unrecorded = new AbortController();
  const signal = AbortSignal.any([input.signal, outOfTime, unrecorded.signal]);
  const emit = emitter(input.subscribers, resumed?.nextSeq ?? 0, () => {
    if (input.recorder?.failure) unrecorded.abort(input.recorder.failure);
  });
  const system = resumed?.system ?? renderPrompt('system');
  const prompt = taskPrompt(input);
  if (!resumed) emit(headerOf(input, system, prompt));

  let spent: Spent = resumed?.spent ?? NOTHING_SPENT;
  const messages: Message[] = [...(resumed?.messages ?? [{ role: 'user', text: prompt }])];
  const session = resumed?.session ?? newSession();
  const inTime = { ...input, limits: { ...limits, maxTimeMs: timeLeftMs } };
  const context = toolContext(inTime, { signal, session }, (text) =>
    emit({ type: 'note', step: spent.steps, level: 'progress', kind: 'progress', text }),
  );
  const onSpent = (now: Spent) => {
    spent = now;
  };
  const end = await runLoop({
    model,
    tools,
    context,
    system,
    messages,
    limits,
    spent,
    emit,
    onSpent,
  }).catch((error: unknown): Ending => {
    if (input.signal.aborted) return { status: 'interrupted', reason: 'interrupted by the user' };
    if (unrecorded.signal.aborted) return unrecordedEnd(unrecorded.signal.reason);
    if (outOfTime.aborted) return { status: 'limit', reason: timeLimit(limits) };
    if (spent.steps === 0 && isConfigurationError(error)) {
      throw new UsageError(messageOf(error), { cause: error });
    }
    return { status: 'error', reason: messageOf(error), cause: error };
  });
  await closeCheckers(checkout.workspace);
  const patch = await checkout.patch().catch((error: unknown) => error);
  const lost = typeof patch !== 'string';
  const outcome: Outcome = {
    status: lost ? 'error' : end.status,
    reason: lost ? `${end.reason}; the patch could not be read: ${messageOf(patch)}` : end.reason,
    patch: lost ? '' : patch,
    ...(lost ? { keptWorkspace: checkout.workspace.hostRoot } : {}),
    usage: spent.usage,
    steps: spent.steps,
    durationMs: Math.round(performance.now() - start),
  };
  emit({ type: 'outcome', outcome });
  return outcome;
}

interface Ending {
  readonly status: Status;
  readonly reason: string;
  readonly cause?: unknown;
}

function headerOf(input: RunInput, system: string, prompt: string): EventBody {
  const { checkout, limits, model, task, tools } = input;
  return {
    type: 'header',
    runId: input.runId,
    task: {
      id: task.id,
      repository: checkout.source,
      baseCommit: checkout.baseCommit,
      dirty: checkout.dirty,
      baseTree: checkout.baseTree,
      statement: task.statement,
      ...(task.testCommand === undefined ? {} : { testCommand: task.testCommand }),
    },
    model: model.name,
    sandbox: checkout.workspace.kind,
    workspaceRoot: checkout.workspace.root,
    limits,
    system,
    prompt,
    tools: tools.map(toolSchema),
    versions: { ...input.versions },
    config: { ...input.config },
  };
}

/** Stamps events with version, sequence and time and hands each to every subscriber. */
function emitter(
  subscribers: readonly Subscriber[],
  firstSeq: number,
  afterEach: () => void,
): (body: EventBody) => void {
  let seq = firstSeq;
  return (body) => {
    const stamp = { v: TRAJECTORY_VERSION, seq: seq++, time: new Date().toISOString() } as const;
    const event = { ...stamp, ...body } as TrajectoryEvent;
    for (const subscriber of subscribers) subscriber(event);
    afterEach();
  };
}

/**
 * What the tools of a run may use.
 *
 * @param tell receives what a long call says of its progress, at most a few times a second
 */
export function toolContext(
  input: Pick<RunInput, 'checkout' | 'limits' | 'task'> & { readonly model?: Model },
  { signal, session }: Pick<ToolContext, 'signal' | 'session'>,
  tell: (text: string) => void,
): ToolContext {
  const { checkout, limits, task } = input;
  let lastTold = 0;
  return {
    workspace: checkout.workspace,
    session,
    signal,
    settings: {
      testCommand: task.testCommand,
      statement: task.statement,
      commandTimeoutMs: Math.min(COMMAND_TIMEOUT_MS, limits.maxTimeMs),
      // A test that never ends must leave time to do something about it.
      testTimeoutMs: Math.min(TEST_TIMEOUT_MS, limits.maxTimeMs / 4),
      deadline: Date.now() + limits.maxTimeMs,
      semanticChecks: input.model?.testsEdits !== true,
    },
    patch: () => checkout.patch(),
    async copy(tree) {
      const made = await checkout.copy(tree);
      await inheritCache(checkout.workspace, made);
      return made;
    },
    progress(text) {
      const now = performance.now();
      if (now - lastTold < PROGRESS_INTERVAL_MS) return;
      lastTold = now;
      tell(text);
    },
  };
}

function taskPrompt({ checkout, task }: RunInput): string {
  const tests =
    task.testCommand === undefined
      ? ''
      : `\nThe project's tests are run by \`${task.testCommand}\`; \`run_tests\` uses it.`;
  const { root } = checkout.workspace;
  return renderPrompt('task', { root, statement: task.statement, tests });
}

function unrecordedEnd(failure: unknown): Ending {
  return {
    status: 'error',
    reason: `the trajectory cannot be written (${messageOf(failure)}); make room or name another folder with --out`,
    cause: failure,
  };
}

function timeLimit(limits: Limits): string {
  return `time limit of ${Math.round(limits.maxTimeMs / 1000)} s reached`;
}
