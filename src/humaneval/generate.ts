import { renderPrompt } from '../agent/prompt.ts';
import { isConfigurationError, ModelError, messageOf, UsageError } from '../errors.ts';
import type { Model, ModelRequest } from '../model/model.ts';
import { ANSWER, codeOf, completionOf } from './completion.ts';
import type { Problem } from './problem.ts';
import type { GeneratedSample } from './samples-file.ts';

export interface GenerateOptions {
  readonly problems: readonly Problem[];
  /** Wanted of each problem, those that are there already included. */
  readonly samples: number;
  /** Requests at a time. */
  readonly workers: number;
  /** US dollars for all samples, those that are there already included; null: no limit. */
  readonly maxCostUsd: number | null;
  /** What earlier runs have made. */
  readonly done: readonly GeneratedSample[];
  /** Called once for each worker. */
  readonly model: () => Promise<Model>;
  readonly onSample: (sample: GeneratedSample) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface Generated {
  readonly made: number;
  readonly failed: readonly { readonly task_id: string; readonly reason: string }[];
  /** Of all samples; those whose price is unknown count nothing. */
  readonly costUsd: number;
  /** One sentence, when the limit ended it. */
  readonly limit: string | null;
}

/**
 * Asks a model for completions of problems, one request a sample. The first sample of every problem comes before the
 * second of any, so that a limit leaves all problems with about as many.
 *
 * @throws {UsageError} when the first failure shows that the configuration is wrong (a bad key, an unknown model)
 * @throws the signal's reason when it is aborted; what was told by `onSample` stands
 */
export async function generateSamples(options: GenerateOptions): Promise<Generated> {
  const { done, maxCostUsd, signal } = options;
  const waiting = missing(options);
  const failed: { task_id: string; reason: string }[] = [];
  let made = 0;
  let costUsd = done.reduce((sum, sample) => sum + (sample.cost_usd ?? 0), 0);
  let dearest = Math.max(0, ...done.map((sample) => sample.cost_usd ?? 0));
  let limit: string | null = null;
  let running = 0;
  const work = async () => {
    const model = await options.model();
    for (;;) {
      const problem = waiting[0];
      if (!problem || limit !== null) return;
      signal.throwIfAborted();
      const request = requestFor(problem);
      const least = Math.max(dearest, model.leastCost?.(request) ?? 0);
      // What is on its way will cost about as much as the dearest so far.
      if (maxCostUsd !== null && costUsd + running * dearest + least > maxCostUsd) {
        limit = `the cost limit of $${maxCostUsd} is reached after $${costUsd.toFixed(4)}`;
        return;
      }
      waiting.shift();
      running += 1;
      try {
        const sample = await ask(model, problem, request, signal);
        costUsd += sample.cost_usd ?? 0;
        dearest = Math.max(dearest, sample.cost_usd ?? 0);
        await options.onSample(sample);
        made += 1;
      } catch (error) {
        signal.throwIfAborted();
        if (made === 0 && isConfigurationError(error)) {
          throw new UsageError(messageOf(error), { cause: error });
        }
        if (!(error instanceof ModelError)) throw error;
        failed.push({ task_id: problem.task_id, reason: messageOf(error) });
      } finally {
        running -= 1;
      }
    }
  };
  const workers = Math.max(1, Math.min(options.workers, waiting.length));
  // When one fails for good, the others end with what they are at.
  const stopped = await Promise.allSettled(
    Array.from({ length: workers }, () =>
      work().catch((error: unknown) => {
        waiting.length = 0;
        throw error;
      }),
    ),
  );
  const reason = stopped.find((result) => result.status === 'rejected')?.reason;
  if (reason !== undefined) throw reason;
  return { made, failed, costUsd, limit };
}

/** Problems in the order of their requests; one that several samples are missing of comes several times. */
function missing({ problems, samples, done }: GenerateOptions): Problem[] {
  const counts = new Map<string, number>();
  for (const { task_id } of done) counts.set(task_id, (counts.get(task_id) ?? 0) + 1);
  return Array.from({ length: samples }).flatMap((_, round) =>
    problems.filter(({ task_id }) => (counts.get(task_id) ?? 0) <= round),
  );
}

function requestFor({ prompt, entry_point: name }: Problem): ModelRequest {
  const text = renderPrompt('humaneval/problem', { name, prompt: prompt.trimEnd() });
  return {
    system: renderPrompt('humaneval/system'),
    tools: [ANSWER],
    messages: [{ role: 'user', text }],
  };
}

async function ask(
  model: Model,
  problem: Problem,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<GeneratedSample> {
  const turn = await model.complete(request, { signal });
  const code = turn.stopReason === 'refusal' ? null : codeOf(turn);
  return {
    task_id: problem.task_id,
    completion: code === null ? '' : completionOf(problem, code),
    model: model.name,
    cost_usd: turn.usage.costUsd,
    ...(code === null ? { refused: turn.stopDetail || turn.text || 'no answer' } : {}),
  };
}
