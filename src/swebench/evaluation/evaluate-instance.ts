import { appendFileSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, writeFile as writeHostFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';
import { writeWhole } from '../../write-whole.ts';
import { type Findings, findingsOf } from '../grading/findings.ts';
import { classifyFailure } from '../grading/infrastructure.ts';
import { APPLY_PATCH_FAIL, APPLY_PATCH_PASS } from '../grading/markers.ts';
import { gradeInstance, pythonJson } from '../grading/report.ts';
import { LogFormatError } from '../parsers/parser.ts';
import { applyPatch } from './apply-patch.ts';
import { stageAssets } from './assets.ts';
import { evaluationScript } from './eval-script.ts';
import type { Evaluation } from './evaluation.ts';
import { hardenedRun, needsHardenedRun } from './hardened-run.ts';
import { flakyTests } from './repeat.ts';
import { runScript, type Station, writeFile } from './station.ts';

export type Evaluated =
  | { readonly kind: 'graded'; readonly findings: Findings }
  /** No report: the patch did not apply, the time was up, the log has no verdict. */
  | { readonly kind: 'ungraded'; readonly reason: string }
  /** No report, and the fault is not the prediction's. */
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Evaluates one prediction as the official harness does and leaves the same files: `patch.diff`, `eval.sh`,
 * `run_instance.log`, `test_output.txt` and, when it could be graded, `report.json`.
 */
export async function evaluateInstance(evaluation: Evaluation): Promise<Evaluated> {
  const { instance, patch, files, signal } = evaluation;
  await mkdir(files.folder, { recursive: true });
  for (const file of [files.report, files.testOutput, files.harnessLog]) {
    await rm(file, { force: true });
  }
  await writeHostFile(files.patch, patch);
  const log = (text: string) =>
    appendFileSync(files.harnessLog, `${new Date().toISOString()} - INFO - ${text}\n`);
  try {
    const ran = await runTests(evaluation, files.testOutput, log);
    if (ran !== undefined) return { kind: 'ungraded', reason: ran };
    return await grade(evaluation, log);
  } catch (error) {
    signal.throwIfAborted();
    log(messageOf(error));
    const kind = error instanceof LogFormatError ? 'ungraded' : 'failed';
    return { kind, reason: `${instance.id}: ${messageOf(error)}` };
  }
}

/** @returns why there is nothing to grade, or undefined when there is */
async function runTests(
  evaluation: Evaluation,
  outputFile: string,
  log: (text: string) => void,
): Promise<string | undefined> {
  const { instance, patch, files, open, timeoutSeconds, signal } = evaluation;
  const setupLog = join(files.folder, 'setup.log');
  await rm(setupLog, { force: true });
  const station = await open({ signal, log: (text) => appendFileSync(setupLog, `${text}\n`) });
  try {
    const { applied, output } = await applyPatch(station, patch, log);
    log(`${applied ? APPLY_PATCH_PASS : APPLY_PATCH_FAIL}:\n${output}`);
    if (!applied) return `${instance.id}: the patch does not apply`;
    const before = await gitDiff(station);
    log(`Git diff before:\n${before}`);
    const restore = await stageAssets(station, instance.assets, log);
    const script = station.adapt(evaluationScript(instance.evalScript, restore));
    await writeHostFile(files.script, script);
    await writeFile(station, station.scriptFile, script);
    const result = await runScript(station, {
      timeoutMs: timeoutSeconds * 1000,
      outputFile,
    });
    signal.throwIfAborted();
    log(`Test runtime: ${(result.durationMs / 1000).toFixed(2)} seconds`);
    if (result.timedOut) {
      await appendFile(outputFile, `\n\nTimeout error: ${timeoutSeconds} seconds exceeded.`);
      log(`Test timed out after ${timeoutSeconds} seconds.`);
      return `${instance.id}: the tests took over ${timeoutSeconds} s`;
    }
    const after = await gitDiff(station);
    log(`Git diff after:\n${after}`);
    if (after !== before) log('Git diff changed after running eval script');
    return undefined;
  } finally {
    await station.close();
  }
}

async function gitDiff(station: Station): Promise<string> {
  const argv = ['git', '-c', 'core.fileMode=false', 'diff'];
  const { output } = await station.exec(argv, { timeoutMs: 120_000 });
  return output.trim();
}

async function grade(evaluation: Evaluation, log: (text: string) => void): Promise<Evaluated> {
  const { instance, patch, files } = evaluation;
  const output = await readFile(files.testOutput, 'utf8');
  const { report } = gradeInstance(instance, output);
  const harnessLog = await readFile(files.harnessLog, 'utf8');
  const failure = report.resolved ? undefined : classifyFailure(output, harnessLog);
  let findings = findingsOf({ instance, log: output, patch, resolved: report.resolved, failure });
  if (evaluation.repeat > 1) {
    const logs = [output, ...(await runAgain(evaluation, log))];
    findings = { ...findings, flaky: flakyTests(logs, instance) };
  }
  if (report.resolved && (evaluation.hardened || needsHardenedRun(findings, patch))) {
    findings = { ...findings, hardened: await hardenedRun(evaluation, log) };
  }
  log(`Result for ${instance.id}: resolved: ${report.resolved}`);
  await writeWhole(files.report, pythonJson({ [instance.id]: report }));
  return { kind: 'graded', findings };
}

/** The output of each further run. */
async function runAgain(evaluation: Evaluation, log: (text: string) => void): Promise<string[]> {
  const logs: string[] = [];
  for (let time = 2; time <= evaluation.repeat; time += 1) {
    const file = join(evaluation.files.folder, `test_output.${time}.txt`);
    await runTests(evaluation, file, log);
    logs.push(await readFile(file, 'utf8').catch(() => ''));
  }
  return logs;
}
