import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ExitCode, messageOf, UsageError } from '../errors.ts';
import { evaluateSamples, type HumanEvalReport } from '../humaneval/evaluate.ts';
import { type Problem, readProblems, readSamples, type Sample } from '../humaneval/problem.ts';
import { plain } from '../report/plain.ts';
import { chooseSandbox } from '../workspace/open.ts';
import { openScratch } from '../workspace/scratch.ts';
import type { Host } from './host.ts';

export interface HumanEvalCommandOptions {
  readonly problems?: string;
  readonly samples?: string;
  readonly canonical?: boolean;
  readonly k?: readonly number[];
  readonly timeout?: number;
  readonly jobs?: number;
  readonly out?: string;
  readonly sandbox?: 'auto' | 'bubblewrap' | 'none';
  readonly json?: boolean;
}

/** Seconds and ks of Chen et al. 2021. */
const DEFAULT_TIMEOUT = 3;
const DEFAULT_KS = [1, 10, 100];
const MEMORY = 4 * 2 ** 30;

/**
 * `patchwright humaneval`: runs completions of HumanEval's problems and estimates pass@k.
 *
 * @returns 0 when every sample was run
 * @throws {UsageError} for bad input
 */
export async function humanEval(options: HumanEvalCommandOptions, host: Host): Promise<number> {
  if ((options.samples === undefined) === !options.canonical) {
    throw new UsageError('give one of: --samples FILE, --canonical');
  }
  if (options.problems === undefined) {
    throw new UsageError('--problems: name the file of HumanEval, HumanEval.jsonl(.gz)');
  }
  const problems = await readProblems(resolve(host.cwd, options.problems));
  const samples = await samplesOf(problems, options, host);
  const sandbox = await chooseSandbox(options.sandbox ?? 'auto');
  if (sandbox.warning !== undefined) host.stderr.write(`WARNING: ${sandbox.warning}\n`);
  const scratch = await openScratch();
  let report: HumanEvalReport;
  try {
    report = await evaluateSamples(problems, samples, {
      kind: sandbox.kind,
      dir: scratch.dir,
      seconds: options.timeout ?? DEFAULT_TIMEOUT,
      bytes: MEMORY,
      signal: host.signal,
      workers: options.jobs ?? availableParallelism(),
      ks: options.k ?? DEFAULT_KS,
      onResult: progress(samples.length, host),
    });
  } finally {
    await scratch.close();
  }
  const file = await writeResults(report, options, host);
  tell(report, file, options.json ?? false, host);
  return ExitCode.submitted;
}

async function samplesOf(
  problems: readonly Problem[],
  { samples }: HumanEvalCommandOptions,
  host: Host,
): Promise<Sample[]> {
  if (samples !== undefined) return readSamples(resolve(host.cwd, samples), problems);
  return problems.map(({ task_id, canonical_solution: completion }) => ({ task_id, completion }));
}

/** A line that is written over, on a terminal only. */
function progress(total: number, { stderr }: Host): () => void {
  let done = 0;
  return () => {
    done += 1;
    if (stderr.isTTY) stderr.write(`\r\x1b[K${done} of ${total}${done === total ? '\n' : ''}`);
  };
}

/** Beside the samples, named as the paper's own program names it, unless `--out` says where. */
async function writeResults(
  { results }: HumanEvalReport,
  { out, samples }: HumanEvalCommandOptions,
  host: Host,
): Promise<string | null> {
  const named = out ?? (samples === undefined ? undefined : `${samples}_results.jsonl`);
  if (named === undefined) return null;
  const file = resolve(host.cwd, named);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, results.map((result) => `${JSON.stringify(result)}\n`).join(''));
  } catch (error) {
    throw new UsageError(`--out: ${file} cannot be written (${messageOf(error)})`, {
      cause: error,
    });
  }
  return file;
}

/** How many failures are shown. */
const SHOWN = 20;

function tell(report: HumanEvalReport, file: string | null, json: boolean, host: Host): void {
  const { results, rates, problems, missing } = report;
  const passed = results.filter((result) => result.passed).length;
  if (json) {
    const result = {
      type: 'humaneval',
      samples: results.length,
      passed,
      problems,
      missing,
      rates,
      file,
    };
    host.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const failed = results.filter((result) => !result.passed);
  const lines = [
    ...failed.slice(0, SHOWN).map(({ task_id, result }) => plain(`${task_id}: ${result}`, 200)),
    ...(failed.length > SHOWN ? [`and ${failed.length - SHOWN} more that failed`] : []),
    `${passed} of ${results.length} samples passed, for ${problems} problems`,
    ...(missing.length > 0 ? [`no sample for ${missing.length} problems; they do not count`] : []),
    ...Object.entries(rates).map(([name, rate]) => `${name}  ${(rate * 100).toFixed(2)} %`),
    ...(file === null ? [] : [`results  ${join(file)}`]),
  ];
  host.stdout.write(`${lines.join('\n')}\n`);
}
