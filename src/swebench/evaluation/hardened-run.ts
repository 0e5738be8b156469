import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { editedTests, type Findings } from '../grading/findings.ts';
import { editedMachinery, type HardenedVerdict, hardenedRunVerdict } from '../grading/hardened.ts';
import { patchedPaths } from '../patched-paths.ts';
import { applyPatch } from './apply-patch.ts';
import { quote, stageAssets } from './assets.ts';
import { evaluationScript, hardenedScript } from './eval-script.ts';
import type { Evaluation } from './evaluation.ts';
import { runScript, writeFile } from './station.ts';

/** Whether a resolved verdict should be tried again with the tests' own files put back. */
export function needsHardenedRun(findings: Findings, patch: string): boolean {
  if (!findings.hardened.resolved) return true;
  return (
    (findings.tests_edited?.length ?? 0) > 0 || editedMachinery(patchedPaths(patch)).length > 0
  );
}

/**
 * Runs the tests a second time at a fresh station: test files and runner files that the patch edits are put back
 * first, nothing but the tests' own output is read, and the exit code comes from the process.
 */
export async function hardenedRun(
  { instance, patch, files, open, timeoutSeconds, signal }: Evaluation,
  log: (text: string) => void,
): Promise<HardenedVerdict> {
  const refuse = (reason: string) => ({ resolved: false, reasons: [reason] });
  const station = await open({ signal, log: () => {} });
  try {
    const { applied } = await applyPatch(station, patch, log);
    if (!applied) return refuse('the patch did not apply a second time');
    const edited = [
      ...editedMachinery(patchedPaths(patch)),
      ...editedTests(patch, instance.testPatch),
    ];
    const putBack = [...new Set(edited)].map((path) => {
      const word = quote(path);
      return `git checkout -q HEAD -- ${word} 2>/dev/null || rm -rf -- ${word}`;
    });
    const assets = await stageAssets(station, instance.assets, log);
    // Put back before the row's own lines: its test patch applies to the files as they were.
    const script = hardenedScript(evaluationScript(instance.evalScript, assets), putBack);
    if (script === undefined) return refuse('the evaluation script has no markers');
    await writeFile(station, station.scriptFile, station.adapt(script));
    const outputFile = join(files.folder, 'test_output.hardened.txt');
    const result = await runScript(station, {
      timeoutMs: timeoutSeconds * 1000,
      outputFile,
    });
    signal.throwIfAborted();
    if (result.timedOut) return refuse(`the hardened run took over ${timeoutSeconds} s`);
    return hardenedRunVerdict(await readFile(outputFile, 'utf8'), result.exitCode, instance);
  } finally {
    await station.close();
  }
}
