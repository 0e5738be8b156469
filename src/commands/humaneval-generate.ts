import { resolve } from 'node:path';
import { readConfig } from '../config.ts';
import { ExitCode, UsageError } from '../errors.ts';
import { type Generated, generateSamples } from '../humaneval/generate.ts';
import { readProblems } from '../humaneval/problem.ts';
import { openSamplesFile } from '../humaneval/samples-file.ts';
import { plain } from '../report/plain.ts';
import type { Host } from './host.ts';
import { createModel } from './model.ts';

export interface GenerateCommandOptions {
  readonly problems: string;
  readonly model?: string;
  readonly samples?: number;
  readonly jobs?: number;
  readonly out: string;
  readonly maxCost?: number;
  readonly config?: string;
  readonly json?: boolean;
}

/** How many failures are shown. */
const SHOWN = 10;

/**
 * `patchwright humaneval generate`: has a model complete the problems, into a file that `humaneval --samples` reads.
 * What the file holds already is not asked for again.
 *
 * @returns 0 when all samples are there, 1 when some are missing, 130 when interrupted
 * @throws {UsageError} for bad input
 */
export async function generate(options: GenerateCommandOptions, host: Host): Promise<number> {
  const problems = await readProblems(resolve(host.cwd, options.problems));
  const config = await readConfig({ file: options.config, env: host.env, home: host.home });
  const newModel = async () => (await createModel({ name: options.model }, config, host)).model;
  const first = await newModel();
  if (first.name === 'repair') {
    throw new UsageError('repair completes no functions; name a language model with --model');
  }
  const maxCostUsd = options.maxCost ?? null;
  if (maxCostUsd !== null && !first.hasPrice) {
    throw new UsageError(
      `--max-cost: the price of ${first.name} is unknown, so no dollar limit can hold; leave it out`,
    );
  }
  const path = resolve(host.cwd, options.out);
  const file = await openSamplesFile(path);
  const samples = options.samples ?? 1;
  const wanted = problems.length * samples;
  let present = file.samples.length;
  const unused = [first];
  const tell = (generated: Generated | null) =>
    void host.stdout.write(
      `${options.json ? jsonOf(generated, present, path) : textOf(generated, wanted, present, path)}\n`,
    );
  try {
    const generated = await generateSamples({
      problems,
      samples,
      workers: options.jobs ?? 1,
      maxCostUsd,
      done: file.samples,
      model: async () => unused.pop() ?? newModel(),
      onSample: async (sample) => {
        await file.append(sample);
        present += 1;
        if (host.stderr.isTTY) host.stderr.write(`\r\x1b[K${present} of ${wanted}`);
      },
      signal: host.signal,
    });
    tell(generated);
    const isComplete = generated.limit === null && generated.failed.length === 0;
    return isComplete ? ExitCode.submitted : ExitCode.noPatch;
  } catch (error) {
    if (!host.signal.aborted) throw error;
    tell(null);
    return ExitCode.interrupted;
  }
}

function jsonOf(generated: Generated | null, samples: number, file: string): string {
  const { made, failed, costUsd, limit } = generated ?? {};
  return JSON.stringify({
    ...{ type: 'humaneval-generate', file, samples },
    ...(generated === null ? { interrupted: true } : { made, failed, costUsd, limit }),
  });
}

function textOf(
  generated: Generated | null,
  wanted: number,
  present: number,
  file: string,
): string {
  const { failed = [], costUsd, limit = null } = generated ?? {};
  return [
    ...failed.slice(0, SHOWN).map(({ task_id, reason }) => plain(`${task_id}: ${reason}`, 200)),
    ...(failed.length > SHOWN ? [`and ${failed.length - SHOWN} more that failed`] : []),
    ...(limit === null ? [] : [limit]),
    ...(generated === null ? ['interrupted'] : []),
    `${present} of ${wanted} samples${costUsd === undefined ? '' : `, $${costUsd.toFixed(4)}`}`,
    present < wanted
      ? 'next  the same command again goes on where this one ended'
      : `next  patchwright humaneval --problems PROBLEMS --samples ${file}`,
  ].join('\n');
}
