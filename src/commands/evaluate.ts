import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { ExitCode, messageOf, UsageError } from '../errors.ts';
import { whileLocked } from '../folder-lock.ts';
import { plain } from '../report/plain.ts';
import { evaluateRun } from '../swebench/evaluation/evaluate-run.ts';
import { instanceFiles, runFolder } from '../swebench/evaluation/layout.ts';
import { type Explanation, explainLog } from '../swebench/grading/explain.ts';
import { type Findings, findingsOf } from '../swebench/grading/findings.ts';
import { regrade } from '../swebench/grading/regrade.ts';
import { gradeInstance } from '../swebench/grading/report.ts';
import type { RunReport } from '../swebench/grading/run-report.ts';
import type { Instance } from '../swebench/instance.ts';
import {
  checkKnown,
  goldPredictions,
  type Predictions,
  readPredictions,
} from '../swebench/predictions.ts';
import { type DatasetOptions, openDataset } from './dataset.ts';
import type { Host } from './host.ts';
import { choosePlace, type PlaceOptions, stationsAt } from './instance-place.ts';

export interface EvaluateOptions extends DatasetOptions, PlaceOptions {
  readonly predictions?: string;
  readonly dataset: string;
  readonly gold?: boolean;
  readonly fromLogs?: string;
  readonly out?: string;
  readonly explain?: string;
  readonly modelName?: string;
  readonly runId?: string;
  readonly jobs?: number;
  readonly timeout?: number;
  readonly repeat?: number;
  readonly hardened?: boolean;
  readonly json?: boolean;
}

/** Seconds, as the official harness has it. */
export const DEFAULT_TIMEOUT = 1800;

/**
 * `patchwright evaluate`: grades predictions, or logs of an earlier evaluation.
 *
 * @returns 0 when everything could be evaluated, else 1
 * @throws {UsageError} for bad input
 */
export async function evaluate(options: EvaluateOptions, host: Host): Promise<number> {
  const given = [options.predictions, options.gold, options.fromLogs].filter(Boolean);
  if (given.length !== 1) {
    throw new UsageError('give one of: a file of predictions, --gold, --from-logs DIR');
  }
  const dataset = await openDataset(options.dataset, options, host);
  if (options.fromLogs !== undefined) {
    const logs = resolve(host.cwd, options.fromLogs);
    if (options.explain === undefined) return fromLogs(logs, dataset, options, host);
    return explain(join(logs, options.explain), options.explain, dataset, host);
  }
  return evaluatePredictions(dataset, options, host);
}

async function fromLogs(
  logs: string,
  dataset: readonly Instance[],
  options: EvaluateOptions,
  host: Host,
): Promise<number> {
  const regraded = await regrade({
    dataset,
    logs,
    out: resolve(host.cwd, options.out ?? '.'),
    model: options.modelName ?? 'stored-logs',
    run: options.runId ?? basename(logs),
    signal: host.signal,
  });
  const { report, reportFile, findings, unreadable, withoutLog } = regraded;
  const problems = [
    ...withoutLog.map((id) => `no log  ${id}`),
    ...unreadable.map(({ id, reason }) => `error   ${id}: ${reason}`),
  ];
  tell({ report, reportFile, findings, problems }, options, host);
  return unreadable.length === 0 ? ExitCode.submitted : ExitCode.noPatch;
}

async function evaluatePredictions(
  dataset: readonly Instance[],
  options: EvaluateOptions,
  host: Host,
): Promise<number> {
  const predictions = await predictionsOf(dataset, options, host);
  const out = resolve(host.cwd, options.out ?? '.');
  const run =
    options.runId ?? (options.gold ? 'gold' : basename(options.predictions ?? '', '.json'));
  if (!/^[\w][\w.-]*$/.test(run)) {
    throw new UsageError(`--run-id: ${JSON.stringify(run)} is no name; use letters, digits, . _ -`);
  }
  if (options.explain !== undefined) {
    const model = predictions.get(options.explain)?.model;
    if (model === undefined) {
      throw new UsageError(`--explain: there is no prediction for ${options.explain}`);
    }
    const { folder } = instanceFiles(runFolder(out, run), model, options.explain);
    return explain(folder, options.explain, dataset, host);
  }
  const place = await choosePlace(options, host, dataset);
  if (place.warning !== undefined) host.stderr.write(`WARNING: ${place.warning}\n`);
  const evaluating = () =>
    evaluateRun({
      dataset,
      datasetName: options.dataset,
      split: options.split ?? 'test',
      predictions,
      out,
      run,
      workers: options.jobs ?? Math.max(1, Math.floor(availableParallelism() / 2)),
      open: stationsAt(place, run),
      timeoutSeconds: options.timeout ?? DEFAULT_TIMEOUT,
      repeat: options.repeat ?? 1,
      hardened: options.hardened ?? false,
      onEnd: (id, ended) => {
        const said =
          ended.kind === 'graded'
            ? ended.findings.resolved
              ? 'resolved'
              : 'unresolved'
            : `${ended.kind}: ${ended.reason}`;
        host.stderr.write(`${plain(id)}: ${plain(said)}\n`);
      },
      signal: host.signal,
    });
  const evaluated = await whileLocked(runFolder(out, run), '--out', evaluating);
  const { report, reportFile, findings, failed } = evaluated;
  const problems = failed.map(({ reason }) => `failed  ${reason}`);
  tell({ report, reportFile, findings, problems }, options, host);
  return failed.length === 0 ? ExitCode.submitted : ExitCode.noPatch;
}

async function predictionsOf(
  dataset: readonly Instance[],
  options: EvaluateOptions,
  host: Host,
): Promise<Predictions> {
  if (options.predictions === undefined) return goldPredictions(dataset);
  const predictions = await readPredictions(resolve(host.cwd, options.predictions));
  const { ids, filter, slice } = options;
  // Of a part of the dataset it cannot be said; the run report names all that was submitted, as the official one does.
  if ([ids, filter, slice].every((option) => option === undefined))
    checkKnown(predictions, dataset);
  return predictions;
}

interface Result {
  readonly report: RunReport;
  readonly reportFile: string;
  readonly findings: readonly Findings[];
  /** Lines for people. */
  readonly problems: readonly string[];
}

function tell(
  { report, reportFile, findings, problems }: Result,
  options: EvaluateOptions,
  host: Host,
): void {
  if (options.json) {
    const result = { type: 'evaluation', reportFile, report, findings, problems };
    host.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const doubted = findings.filter(({ resolved, hardened }) => resolved && !hardened.resolved);
  const flaky = findings.filter((entry) => (entry.flaky?.length ?? 0) > 0);
  const counts = [
    ['instances in the dataset', report.total_instances],
    ['submitted', report.total_instances - report.incomplete_ids.length],
    ['resolved', report.resolved_instances],
    ['unresolved', report.unresolved_instances],
    ['empty patch', report.empty_patch_instances],
    ['error', report.error_instances],
    ['likely infrastructure', report.infra_failure_instances],
    ['perhaps infrastructure', report.ambiguous_failure_instances],
    ['resolved, not when hardened', doubted.length],
  ] as const;
  const lines = [
    ...counts.map(([name, count]) => `${String(count).padStart(6)}  ${name}`),
    ...doubted.map(
      ({ instance_id, hardened }) =>
        `doubt   ${instance_id}: ${hardened.verdict}: ${hardened.reasons.join('; ')}`,
    ),
    ...flaky.map((entry) => `flaky   ${entry.instance_id}: ${entry.flaky?.join(', ')}`),
    ...problems,
    `report  ${reportFile}`,
  ];
  host.stdout.write(`${lines.map((line) => plain(line)).join('\n')}\n`);
}

/** How many tests that went as expected are shown. */
const SHOWN = 20;

/** @param folder holds `test_output.txt` of the instance */
async function explain(
  folder: string,
  id: string,
  dataset: readonly Instance[],
  host: Host,
): Promise<number> {
  const instance = dataset.find((candidate) => candidate.id === id);
  if (!instance) throw new UsageError(`--explain: the dataset has no instance ${id}`);
  const file = join(folder, 'test_output.txt');
  const log = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--explain: ${file} cannot be read (${messageOf(error)})`);
  });
  const patch = await readFile(join(folder, 'patch.diff'), 'utf8').catch(() => null);
  const { resolved } = gradeInstance(instance, log).report;
  const { hardened } = findingsOf({ instance, log, patch, resolved, failure: undefined });
  const doubts = resolved && !hardened.resolved ? hardened.reasons : [];
  const lines = [
    `${id}: ${resolved ? 'resolved' : 'unresolved'}`,
    ...explanationLines(explainLog(log, instance), file),
    ...doubts.map((reason) => `hardened: ${hardened.verdict}, because ${reason}`),
  ];
  host.stdout.write(`${lines.map((line) => plain(line)).join('\n')}\n`);
  return ExitCode.submitted;
}

function explanationLines({ invalid, tests }: Explanation, file: string): string[] {
  if (invalid !== undefined) return [`no result of the log counts: ${invalid}`];
  const wrong = tests.filter(({ verdict }) => verdict !== 'success');
  const right = tests.filter(({ verdict }) => verdict === 'success');
  const left = right.length - SHOWN;
  return [
    ...[...wrong, ...right.slice(0, SHOWN)].flatMap(({ test, group, verdict, status, line }) => [
      `${verdict.padEnd(8)} ${group} ${test}: ${status ?? 'not in the log'}`,
      ...(line ? [`         ${file}:${line.number}: ${line.text}`] : []),
    ]),
    ...(left > 0 ? [`and ${left} more that went as expected`] : []),
  ];
}
