import { isFailing } from '../../../testing/compare.ts';
import type { TestReport } from '../../../testing/report.ts';
import { runTests } from '../../../testing/run-tests.ts';
import { removeEntry } from '../../../workspace/tree-entries.ts';
import type { Workspace } from '../../../workspace/workspace.ts';
import { makeRepository } from '../repository.ts';
import type { Court, HiddenVerdict, RepositoryContent, Submitted } from '../task.ts';
import { type Files, layOver } from './files.ts';
import { decidesVerdict } from './names.ts';

const GIT_TIMEOUT_MS = 60_000;

/** A project as it was before the agent worked, and what judges it. */
export interface Judged {
  readonly content: RepositoryContent;
  /** What `content` fills in. */
  readonly files: Files;
  /** Laid over the project. */
  readonly hidden: Files;
  /** Test files to run; empty: all. */
  readonly tests: readonly string[];
  /** The one file of what was submitted that counts; null: the patch, but for tests and what decides how they run. */
  readonly program: string | null;
}

/**
 * Judges a patch by the project's own tests as they were, or by the hidden ones, in a fresh copy. All that ran must
 * pass, and nothing may be skipped that was not before.
 *
 * @throws {Error} when the tests do not run here at all
 */
export async function judgeProject(
  project: Judged,
  submitted: Submitted,
  court: Court,
): Promise<HiddenVerdict> {
  const failed = project.hidden.size > 0 ? 'fails the hidden tests' : 'fails its tests';
  const report = await inCourt(project, court, (workspace) => put(submitted, project, workspace));
  if (report === null || report.cases.some(isFailing)) return failed;
  const before = skipped(report);
  if (report.state === 'ran' && before.length === 0) return 'right';
  const base = await inCourt(project, court, async () => true);
  if (base && !base.timedOut && base.exitCode === null && base.cases.length === 0) {
    throw new Error(`its tests cannot be run here: ${base.output.trim().split('\n')[0]}`);
  }
  const known = new Set(base ? skipped(base) : []);
  const passes = report.state === 'ran' && report.cases.some(({ verdict }) => verdict === 'passed');
  return passes && before.every((id) => known.has(id)) ? 'right' : failed;
}

/** Runs the tests that judge in a fresh copy; null when `change` refuses. */
function inCourt(
  { content, hidden, tests }: Judged,
  { open, timeoutMs, signal }: Court,
  change: (workspace: Workspace) => Promise<boolean>,
): Promise<TestReport | null> {
  const scene = {
    fill: (folder: string) => makeRepository(folder, content),
    dependencies: content.dependencies,
  };
  return open(scene, async (workspace) => {
    if (!(await change(workspace))) return null;
    await layOver(workspace.hostRoot, hidden);
    return runTests({ workspace, scope: { files: tests }, timeoutMs, signal, fresh: true });
  });
}

/** @returns false when there is nothing to judge: the program is gone, or the patch does not apply */
async function put(
  submitted: Submitted,
  { content, files, program }: Judged,
  workspace: Workspace,
): Promise<boolean> {
  if (program !== null) {
    const text = await submitted.readFile(program);
    if (text === null) return false;
    await workspace.writeFile(program, text);
    return true;
  }
  const run = (argv: readonly string[], stdin?: string) =>
    workspace.exec(argv, { timeoutMs: GIT_TIMEOUT_MS, ...(stdin === undefined ? {} : { stdin }) });
  const applied = await run(['git', 'apply', '--whitespace=nowarn', '-'], submitted.patch);
  if (applied.exitCode !== 0) return false;
  await layOver(workspace.hostRoot, new Map([...files].filter(([path]) => decidesVerdict(path))));
  // Ignored ones too: a patch may say itself what is ignored.
  const listed = await run(['git', 'ls-files', '-z', '--others']);
  const isPackage = (path: string) =>
    content.dependencies.some(({ to }) => path === to || path.startsWith(`${to}/`));
  const added = listed.stdout
    .split('\0')
    .filter((path) => path !== '' && decidesVerdict(path) && !isPackage(path));
  for (const path of added) await removeEntry(workspace.hostRoot, path);
  return true;
}

function skipped({ cases }: TestReport): string[] {
  return cases.filter(({ verdict }) => verdict === 'skipped').map(({ id }) => id);
}
