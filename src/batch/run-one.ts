import type { Limits } from '../agent/limits.ts';
import type { Tool } from '../agent/tool.ts';
import { UsageError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { describeAction } from '../report/summary.ts';
import type { Instance } from '../swebench/instance.ts';
import type { Subscriber } from '../trajectory/event.ts';
import type { Checkout } from '../workspace/checkout.ts';
import { runAttempts } from './attempts.ts';
import type { BatchEvent } from './batch-event.ts';
import type { ChoiceBy, Chooser } from './candidate.ts';
import { chooseByReview } from './choose-by-review.ts';
import { chooseByVote } from './choose-by-vote.ts';
import type { InstanceResult } from './instance-result.ts';
import { type OpenCheckoutOptions, runInstance, statementOf } from './instance-run.ts';
import type { RunOneOptions } from './run-batch.ts';

/** How every instance of a batch is run. */
export interface AgentSetup {
  readonly open: (instance: Instance, options: OpenCheckoutOptions) => Promise<Checkout>;
  /** Makes the model of one run. */
  readonly model: () => Promise<Model>;
  readonly tools: readonly Tool[];
  /** Of each attempt. */
  readonly limits: Limits;
  /** Whether the model is told the hints. */
  readonly hints: boolean;
  readonly attempts: number;
  readonly choose: ChoiceBy;
  readonly newRunId: () => string;
  readonly versions: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A run of the tests may take this part of an attempt's time when patches are chosen by tests. */
const TEST_SHARE = 4;
const TEST_TIMEOUT_MS = 600_000;

/**
 * The whole way of one instance: one attempt or several, and the choice among them.
 *
 * @returns what `runBatch`, or any other that hands out instances, calls for each
 */
export function instanceRunner(
  setup: AgentSetup,
): (instance: Instance, options: RunOneOptions) => Promise<InstanceResult> {
  return (instance, options) => {
    const runAttempt = (attempt: number, folder: string) =>
      runInstance({
        ...setup,
        instance,
        statement: statementOf(instance, setup.hints),
        folder,
        open: (opening) => setup.open(instance, opening),
        runId: setup.newRunId(),
        signal: options.signal,
        subscribers: [told(instance.id, attempt, options.onEvent)],
        onResume: (spent) =>
          options.onEvent({ type: 'resumed', instanceId: instance.id, attempt, ...spent }),
      });
    if (setup.attempts === 1) return runAttempt(1, options.folder);
    return runAttempts({
      count: setup.attempts,
      folder: options.folder,
      run: runAttempt,
      by: setup.choose,
      choose: chooserOf(setup, instance, options),
      signal: options.signal,
    });
  };
}

function chooserOf(setup: AgentSetup, instance: Instance, options: RunOneOptions): Chooser {
  switch (setup.choose) {
    case 'vote':
      return async (candidates) => chooseByVote(candidates);
    case 'tests':
      return async (candidates, { signal }) => {
        const { chooseByTests } = await import('./choose-by-tests.ts');
        return chooseByTests(candidates, {
          open: () => setup.open(instance, { signal, log: () => {} }),
          timeoutMs: Math.min(TEST_TIMEOUT_MS, setup.limits.maxTimeMs / TEST_SHARE),
          signal,
        });
      };
    case 'review':
      return async (candidates, { signal }) =>
        chooseByReview(candidates, {
          statement: statementOf(instance, setup.hints),
          model: await setup.model(),
          signal,
          onUsage: (usage) =>
            options.onEvent({
              type: 'step',
              instanceId: instance.id,
              attempt: setup.attempts,
              step: 0,
              action: 'review',
              usage,
            }),
        });
    default:
      return setup.choose satisfies never;
  }
}

/** Milliseconds between two notes of one run. */
const NOTE_INTERVAL_MS = 1_000;

/** Says in events of the batch what happens in one run. */
function told(
  instanceId: string,
  attempt: number,
  onEvent: (event: BatchEvent) => void,
): Subscriber {
  let lastNote = Number.NEGATIVE_INFINITY;
  return (event) => {
    if (event.type === 'turn') {
      const { step, turn } = event;
      const [first] = turn.actions;
      const action = first ? `${first.tool} ${describeAction(first)}`.trimEnd() : '';
      onEvent({ type: 'step', instanceId, attempt, step, action, usage: turn.usage });
    }
    if (event.type !== 'note' || performance.now() - lastNote < NOTE_INTERVAL_MS) return;
    lastNote = performance.now();
    onEvent({ type: 'note', instanceId, attempt, text: event.text });
  };
}

/** @throws {UsageError} for a way of choosing that the model cannot go */
export function checkChoice(
  { attempts, choose }: Pick<AgentSetup, 'attempts' | 'choose'>,
  model: string,
): void {
  if (attempts > 1 && choose === 'review' && model === 'repair') {
    throw new UsageError('--choose review: the repair policy cannot review; use tests or vote');
  }
}
