import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ExitCode, messageOf, UsageError } from '../errors.ts';
import { plain } from '../report/plain.ts';
import { type Explanation, explainLog } from '../swebench/grading/explain.ts';
import { findingsOf } from '../swebench/grading/findings.ts';
import { type Regraded, regrade } from '../swebench/grading/regrade.ts';
import { gradeInstance } from '../swebench/grading/report.ts';
import type { Instance } from '../swebench/instance.ts';
import { type DatasetOptions, openDataset } from './dataset.ts';
import type { Host } from './host.ts';

export interface EvaluateOptions extends DatasetOptions {
  readonly dataset: string;
  readonly fromLogs?: string;
  readonly out?: string;
  readonly explain?: string;
  readonly modelName?: string;
  readonly runId?: string;
  readonly json?: boolean;
}

/**
 * `patchwright evaluate`: grades predictions, or logs of an earlier evaluation.
 *
 * @returns 0 when everything could be graded, else 1
 * @throws {UsageError} for bad input
 */
export async function evaluate(options: EvaluateOptions, host: Host): Promise<number> {
  const dataset = await openDataset(options.dataset, options, host);
  if (options.fromLogs === undefined) {
    throw new UsageError('give --from-logs DIR');
  }
  const logs = resolve(host.cwd, options.fromLogs);
  if (options.explain !== undefined) return explain(options.explain, { dataset, logs, host });
  const regraded = await regrade({
    dataset,
    logs,
    out: resolve(host.cwd, options.out ?? '.'),
    model: options.modelName ?? 'stored-logs',
    run: options.runId ?? basename(logs),
    signal: host.signal,
  });
  tell(regraded, options.json ?? false, host);
  return regraded.unreadable.length === 0 ? ExitCode.submitted : ExitCode.noPatch;
}

function tell({ report, reportFile, ...rest }: Regraded, json: boolean, host: Host): void {
  const doubted = rest.findings.filter(({ resolved, hardened }) => resolved && !hardened.resolved);
  if (json) {
    const result = { type: 'evaluation', reportFile, report, ...rest };
    host.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const counts = [
    ['instances in the dataset', report.total_instances],
    ['submitted', report.submitted_instances],
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
        `doubt   ${plain(instance_id)}: ${plain(hardened.reasons.join('; '))}`,
    ),
    ...rest.withoutLog.map((id) => `no log  ${plain(id)}`),
    ...rest.unreadable.map(({ id, reason }) => `error   ${plain(id)}: ${plain(reason)}`),
    `report  ${reportFile}`,
  ];
  host.stdout.write(`${lines.join('\n')}\n`);
}

interface ExplainContext {
  readonly dataset: readonly Instance[];
  /** Folder of `<instance id>/test_output.txt`. */
  readonly logs: string;
  readonly host: Host;
}

/** How many tests that went as expected are shown. */
const SHOWN = 20;

async function explain(id: string, { dataset, logs, host }: ExplainContext): Promise<number> {
  const instance = dataset.find((candidate) => candidate.id === id);
  if (!instance) throw new UsageError(`--explain: the dataset has no instance ${id}`);
  const file = join(logs, id, 'test_output.txt');
  const log = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--explain: ${file} cannot be read (${messageOf(error)})`);
  });
  const patch = await readFile(join(logs, id, 'patch.diff'), 'utf8').catch(() => null);
  const { report } = gradeInstance(instance, log);
  const { hardened } = findingsOf({
    instance,
    log,
    patch,
    resolved: report.resolved,
    failure: undefined,
  });
  const lines = [
    `${id}: ${report.resolved ? 'resolved' : 'unresolved'}`,
    ...explanationLines(explainLog(log, instance), file),
    ...(report.resolved && !hardened.resolved
      ? hardened.reasons.map((reason) => `hardened: not resolved, because ${reason}`)
      : []),
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
