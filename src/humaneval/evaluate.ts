import { inParallel } from '../in-parallel.ts';
import { type ExecuteOptions, execute, type Result } from './execute.ts';
import { passRates } from './pass-at-k.ts';
import type { Problem, Sample } from './problem.ts';

export interface HumanEvalOptions extends ExecuteOptions {
  readonly workers: number;
  readonly ks: readonly number[];
  readonly onResult: (result: Result) => void;
}

export interface HumanEvalReport {
  /** In the order of the samples. */
  readonly results: readonly Result[];
  /** `pass@k`, over the problems that have samples. */
  readonly rates: Readonly<Record<string, number>>;
  readonly problems: number;
  /** Problems of the set that no sample is for. */
  readonly missing: readonly string[];
}

/** Runs every sample and estimates pass@k. @throws the signal's reason when it is aborted */
export async function evaluateSamples(
  problems: readonly Problem[],
  samples: readonly Sample[],
  options: HumanEvalOptions,
): Promise<HumanEvalReport> {
  const byId = new Map(problems.map((problem) => [problem.task_id, problem]));
  const known = samples.flatMap((sample) => {
    const problem = byId.get(sample.task_id);
    return problem ? [{ problem, sample }] : [];
  });
  const results = await inParallel(known, options.workers, async ({ problem, sample }) => {
    const result = await execute(problem, sample, options);
    options.onResult(result);
    return result;
  });
  const passed = new Map<string, boolean[]>();
  for (const { task_id, passed: isPassed } of results) {
    passed.set(task_id, [...(passed.get(task_id) ?? []), isPassed]);
  }
  return {
    results,
    rates: passRates(passed, options.ks),
    problems: passed.size,
    missing: problems.map(({ task_id }) => task_id).filter((id) => !passed.has(id)),
  };
}
