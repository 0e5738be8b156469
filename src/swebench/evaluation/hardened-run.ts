import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { editedTests, type Findings } from '../grading/findings.ts';
import {
  editedMachinery,
  type HardenedVerdict,
  hardenedResult,
  hardenedRunVerdict,
} from '../grading/hardened.ts';
import { patchedPaths } from '../patched-paths.ts';
import { applyPatch } from './apply-patch.ts';
import { quote, stageAssets } from './assets.ts';
import { controlLines } from './control.ts';
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

/** A run that ended well, or does not name the test at all, has not told that it failed. */
function tellsOf(test: string, { output, exitCode }: { output: string; exitCode: number | null }) {
  return exitCode !== 0 && output.includes(test);
}

/**
 * Runs the tests a second time at a fresh station: test files and runner files that the patch edits are put back
 * first, nothing but the tests' own output is read, and the exit code comes from the process. What then looks resolved
 * is run a third time with a test that fails: where that is not seen, the runner is not what it was.
 */
export async function hardenedRun(
  { instance, patch, files, open, timeoutSeconds, signal }: Evaluation,
  log: (text: string) => void,
): Promise<HardenedVerdict> {
  const refuse = (reason: string) => hardenedResult([reason]);
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
    const plain = evaluationScript(instance.evalScript, assets);
    const run = async (name: string, last: readonly string[] = []) => {
      const script = hardenedScript(plain, putBack, last);
      if (script === undefined) return 'the evaluation script has no markers';
      await writeFile(station, station.scriptFile, station.adapt(script));
      const outputFile = join(files.folder, `test_output.${name}.txt`);
      const result = await runScript(station, { timeoutMs: timeoutSeconds * 1000, outputFile });
      signal.throwIfAborted();
      if (result.timedOut) return `the ${name} run took over ${timeoutSeconds} s`;
      return { output: await readFile(outputFile, 'utf8'), exitCode: result.exitCode };
    };
    const ran = await run('hardened');
    if (typeof ran === 'string') return hardenedResult([ran]);
    const verdict = hardenedRunVerdict(ran, instance, { patch, putBack: edited });
    if (verdict.verdict === 'unresolved') return verdict;
    const name = `control_${randomBytes(6).toString('hex')}`;
    const control = controlLines(instance, name);
    if (control.length === 0) return verdict;
    const controlled = await run('control', control);
    if (typeof controlled !== 'string' && tellsOf(name, controlled)) return verdict;
    const unseen = 'a test that was added to fail was not seen failing';
    return hardenedResult([], [...verdict.reasons, unseen]);
  } finally {
    await station.close();
  }
}
