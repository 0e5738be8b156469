import { isFailing } from '../testing/compare.ts';
import { runTests } from '../testing/run-tests.ts';
import type { DecodedText } from '../text/encoding.ts';
import { encodeText } from '../text/encoding.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { applyEdits, type Candidate } from './edits/edit.ts';

export interface ValidateOptions {
  /** A copy of the repository for this purpose only. */
  readonly workspace: Workspace;
  readonly testCommand?: string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The file of a candidate as it stands. */
  readonly file: (path: string) => DecodedText | undefined;
  /** Ids of the tests that must pass, and the files they are in. */
  readonly failing: ReadonlySet<string>;
  readonly files: readonly string[];
  /** Ids of the files' tests that did not pass before any change. */
  readonly failedBefore: ReadonlySet<string>;
}

/**
 * Writes a candidate into the copy, runs the project's own command in a clean process, and puts the file back.
 *
 * @returns whether every failing test passes and no other test of their files fails that passed before
 */
export async function validate(candidate: Candidate, options: ValidateOptions): Promise<boolean> {
  const { workspace, failing, failedBefore } = options;
  const file = options.file(candidate.path);
  if (!file) return false;
  const original = encodeText(file.text, file.encoding);
  await workspace.writeFile(
    candidate.path,
    encodeText(applyEdits(file.text, candidate.edits), file.encoding),
  );
  try {
    const report = await runTests({
      workspace,
      scope: { files: options.files },
      testCommand: options.testCommand,
      timeoutMs: options.timeoutMs,
      signal: options.signal,
    });
    if (report.state !== 'ran') return false;
    const passedNow = new Set(
      report.cases.filter((one) => one.verdict === 'passed').map((one) => one.id),
    );
    for (const id of failing) if (!passedNow.has(id)) return false;
    return !report.cases.some((one) => isFailing(one) && !failedBefore.has(one.id));
  } finally {
    await workspace.writeFile(candidate.path, original);
  }
}
