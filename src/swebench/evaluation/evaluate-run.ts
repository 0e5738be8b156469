import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../../in-parallel.ts';
import { writeWhole } from '../../write-whole.ts';
import type { Findings } from '../grading/findings.ts';
import { classifyFailure } from '../grading/infrastructure.ts';
import { pythonJson } from '../grading/report.ts';
import {
  type InstanceOutcome,
  type RunReport,
  runReport,
  runReportName,
} from '../grading/run-report.ts';
import type { Instance } from '../instance.ts';
import type { Prediction, Predictions } from '../predictions.ts';
import { type Evaluated, evaluateInstance } from './evaluate-instance.ts';
import { type InstanceFiles, instanceFiles, runFolder } from './layout.ts';
import type { OpenStation, Station } from './station.ts';

export interface EvaluateRunOptions {
  /** The whole dataset: the run report counts it. */
  readonly dataset: readonly Instance[];
  readonly datasetName: string;
  readonly split: string;
  readonly predictions: Predictions;
  /** Folder of `logs/` and of the run report. */
  readonly out: string;
  readonly run: string;
  readonly workers: number;
  readonly open: (instance: Instance, options: OpenStation) => Promise<Station>;
  readonly timeoutSeconds: number;
  readonly repeat: number;
  readonly hardened: boolean;
  readonly onEnd: (id: string, evaluated: Evaluated) => void;
  readonly signal: AbortSignal;
}

export interface EvaluatedRun {
  readonly report: RunReport;
  readonly reportFile: string;
  readonly findings: readonly Findings[];
  /** Instances that could not be evaluated for a reason that is not the prediction's. */
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
}

/**
 * Evaluates predictions. An instance that has a report of this run is not run again; an empty patch never is.
 *
 * @throws {UsageError} for a name that no folder can have, before anything is written
 * @throws the signal's reason when it is aborted; what is done by then stays and is not done again
 */
export async function evaluateRun(options: EvaluateRunOptions): Promise<EvaluatedRun> {
  const { dataset, predictions, out, run, signal } = options;
  const folder = runFolder(out, run);
  const waiting = dataset.flatMap((instance) => {
    const prediction = predictions.get(instance.id);
    if (!prediction?.patch) return [];
    const files = instanceFiles(folder, prediction.model, instance.id);
    return existsSync(files.report) ? [] : [{ instance, patch: prediction.patch, files }];
  });
  await writeRunMetadata(folder, options);
  const findingsFile = join(folder, 'findings.jsonl');
  const findings = await readFindings(findingsFile);
  const failed: { id: string; reason: string }[] = [];
  await inParallel(waiting, options.workers, async (next) => {
    signal.throwIfAborted();
    const { instance } = next;
    const evaluated = await evaluateInstance({
      ...next,
      ...options,
      open: (opening) => options.open(instance, opening),
    });
    if (evaluated.kind === 'graded') {
      findings.set(instance.id, evaluated.findings);
      await writeFindings(findingsFile, findings);
    }
    if (evaluated.kind === 'failed') failed.push({ id: instance.id, reason: evaluated.reason });
    options.onEnd(instance.id, evaluated);
  });
  const outcomes = new Map<string, InstanceOutcome>();
  for (const prediction of predictions.values()) {
    const files = instanceFiles(folder, prediction.model, prediction.instanceId);
    outcomes.set(prediction.instanceId, await outcomeOf(prediction, files));
  }
  const report = runReport(
    dataset.map(({ id }) => id),
    outcomes,
  );
  const [first] = predictions.values();
  const reportFile = join(out, runReportName(first?.model ?? 'None', run));
  await writeWhole(reportFile, `${pythonJson(report)}\n`);
  return { report, reportFile, findings: [...findings.values()], failed };
}

/** What the files of an instance say. */
async function outcomeOf(
  { instanceId, patch }: Prediction,
  files: InstanceFiles,
): Promise<InstanceOutcome> {
  if (!patch) return { kind: 'empty_patch' };
  const text = await readFile(files.report, 'utf8').catch(() => null);
  const resolved = text === null ? undefined : resolvedIn(text, instanceId);
  if (resolved === true) return { kind: 'resolved' };
  const logs = await Promise.all(
    [files.testOutput, files.harnessLog].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const failure = classifyFailure(...logs);
  if (resolved === false) return { kind: 'unresolved', failure };
  return { kind: 'error', failure, completed: text !== null };
}

function resolvedIn(text: string, id: string): boolean | undefined {
  try {
    const resolved = JSON.parse(text)[id].resolved;
    return typeof resolved === 'boolean' ? resolved : undefined;
  } catch {
    return undefined;
  }
}

async function writeRunMetadata(
  folder: string,
  { datasetName, split }: EvaluateRunOptions,
): Promise<void> {
  const metadata = {
    dataset: datasetName,
    split,
    task_repo: null,
    created_at: new Date().toISOString().replace(/\.\d+Z$/, '+00:00'),
  };
  await writeWhole(join(folder, 'run.json'), `${JSON.stringify(metadata, null, 2)}\n`);
}

async function readFindings(file: string): Promise<Map<string, Findings>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  const findings = lines.map((line) => JSON.parse(line) as Findings);
  return new Map(findings.map((entry) => [entry.instance_id, entry]));
}

async function writeFindings(file: string, findings: ReadonlyMap<string, Findings>): Promise<void> {
  const lines = [...findings.values()].map((entry) => `${JSON.stringify(entry)}\n`);
  await writeWhole(file, lines.join(''));
}
