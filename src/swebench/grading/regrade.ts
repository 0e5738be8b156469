import { isUtf8 } from 'node:buffer';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError } from '../../errors.ts';
import type { Instance } from '../instance.ts';
import { LogFormatError } from '../parsers/parser.ts';
import { textOf } from './find-markers.ts';
import { type Findings, findingsOf } from './findings.ts';
import { classifyFailure } from './infrastructure.ts';
import { readLogFile } from './read-log-file.ts';
import { gradeInstance, pythonJson } from './report.ts';
import { type InstanceOutcome, type RunReport, runReport, runReportName } from './run-report.ts';

export interface RegradeOptions {
  readonly dataset: readonly Instance[];
  /** Holds `<instance id>/test_output.txt`, and `patch.diff` beside it where the patch is known. */
  readonly logs: string;
  /** Receives `<instance id>/report.json`, `<model>.<run>.json` and `findings.jsonl`. */
  readonly out: string;
  readonly model: string;
  readonly run: string;
  readonly signal: AbortSignal;
}

export interface Regraded {
  readonly report: RunReport;
  readonly reportFile: string;
  readonly findings: readonly Findings[];
  /** Logs that the official package raises on, with the reason. */
  readonly unreadable: readonly { readonly id: string; readonly reason: string }[];
  /** Folders of known instances without a log. */
  readonly withoutLog: readonly string[];
}

/**
 * Grades stored logs again, running nothing.
 *
 * @throws {UsageError} a log of an instance that the dataset does not have, or a folder that cannot be read or written
 */
export async function regrade(options: RegradeOptions): Promise<Regraded> {
  const instances = new Map(options.dataset.map((instance) => [instance.id, instance]));
  const found = await storedLogs(options.logs, instances);
  await makeFolder(options.out);
  const outcomes = new Map<string, InstanceOutcome>();
  const findings: Findings[] = [];
  const unreadable: { id: string; reason: string }[] = [];
  for (const stored of found) {
    options.signal.throwIfAborted();
    const { id } = stored.instance;
    const reportFile = join(options.out, id, 'report.json');
    try {
      const { outcome, report, finding } = gradeStored(stored);
      outcomes.set(id, outcome);
      if (finding) findings.push(finding);
      if (report !== undefined) {
        await makeFolder(join(options.out, id));
        await writeFile(reportFile, report);
        continue;
      }
    } catch (error) {
      if (!(error instanceof LogFormatError)) throw error;
      outcomes.set(id, { kind: 'error', failure: failureOf(stored) });
      unreadable.push({ id, reason: messageOf(error) });
    }
    await rm(reportFile, { force: true });
  }
  const report = runReport([...instances.keys()], outcomes);
  const reportFile = join(options.out, runReportName(options.model, options.run));
  await writeFile(reportFile, `${pythonJson(report)}\n`);
  const lines = findings.map((finding) => `${JSON.stringify(finding)}\n`);
  await writeFile(join(options.out, 'findings.jsonl'), lines.join(''));
  const withoutLog = found.filter(({ log }) => log === null).map(({ instance }) => instance.id);
  return { report, reportFile, findings, unreadable, withoutLog };
}

interface StoredLog {
  readonly instance: Instance;
  readonly log: string | null;
  /** False where the log's bytes are no UTF-8: `log` then shows them with U+FFFD. */
  readonly isText: boolean;
  /** Of the harness itself, `run_instance.log`; empty where there is none. */
  readonly harnessLog: string;
  readonly patch: string | null;
}

interface GradedLog {
  readonly outcome: InstanceOutcome;
  /** Content of `report.json`. */
  readonly report?: string;
  readonly finding?: Findings;
}

function gradeStored(stored: StoredLog): GradedLog {
  const { instance, log, patch } = stored;
  if (log === null) {
    const kind = patch === '' ? 'empty_patch' : 'error';
    return { outcome: { kind, failure: failureOf(stored) } };
  }
  // The harness itself never writes such a log, and the official package raises on it.
  if (!stored.isText) throw new LogFormatError('test_output.txt is not UTF-8');
  const { report } = gradeInstance(instance, log);
  const failure = report.resolved ? undefined : failureOf(stored);
  const finding = findingsOf({ instance, log, patch, resolved: report.resolved, failure });
  const text = pythonJson({ [instance.id]: report });
  if (patch === '') return { outcome: { kind: 'empty_patch' }, report: text, finding };
  const outcome: InstanceOutcome = report.resolved
    ? { kind: 'resolved' }
    : { kind: 'unresolved', failure };
  return { outcome, report: text, finding };
}

function failureOf({ log, harnessLog }: StoredLog) {
  return classifyFailure(log ?? '', harnessLog);
}

/** Every folder of a known instance, in the order of their names. */
async function storedLogs(
  folder: string,
  instances: ReadonlyMap<string, Instance>,
): Promise<StoredLog[]> {
  const names = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new UsageError(`--from-logs: ${folder} cannot be read (${messageOf(error)})`, {
      cause: error,
    });
  });
  const unknown: string[] = [];
  const found: StoredLog[] = [];
  for (const { name } of names.filter((entry) => !entry.isFile()).sort(byName)) {
    const place = join(folder, name);
    const { text: log, isText } = readOptional(join(place, 'test_output.txt'));
    const instance = instances.get(name);
    if (!instance) {
      if (log !== null) unknown.push(name);
      continue;
    }
    const { text: patch } = readOptional(join(place, 'patch.diff'));
    if (log === null && patch === null) continue;
    const harnessLog = readOptional(join(place, 'run_instance.log')).text ?? '';
    found.push({ instance, log, isText, harnessLog, patch });
  }
  if (unknown.length > 0) {
    throw new UsageError(
      `--from-logs: the dataset has no instance ${unknown.join(', ')}; give the dataset that these logs are of`,
    );
  }
  return found;
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function readOptional(path: string): { text: string | null; isText: boolean } {
  try {
    const bytes = readLogFile(path);
    return { text: textOf(bytes), isText: isUtf8(bytes) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { text: null, isText: true };
    throw new UsageError(`${path} cannot be read (${messageOf(error)})`, { cause: error });
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new UsageError(`--out: ${path} cannot be made (${messageOf(error)})`, { cause: error });
  }
}
