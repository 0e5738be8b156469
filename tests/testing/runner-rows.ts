import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestReport } from '../../src/testing/report.ts';
import { runTests } from '../../src/testing/run-tests.ts';
import type { TestScope } from '../../src/testing/runner.ts';
import type { ProjectFiles } from './projects.ts';
import { openTestProject, type TestProject } from './support.ts';

/** What a runner must tell of its tiny project. */
export interface RunnerRow {
  readonly runner: string;
  readonly files: ProjectFiles;
  readonly links?: Readonly<Record<string, string>>;
  /** What a user might type to run the tests. */
  readonly commandLine: string;
  readonly verdicts: Readonly<Record<string, string>>;
  /** Id of the failing test, and what its trace must hold. */
  readonly failing: string;
  readonly trace: readonly string[];
  /** File of the failing test; null where reports name none. */
  readonly file: string | null;
  /** A test file or folder, and the ids that running it gives; default: `file` and those that start with it. */
  readonly scopeFile?: { readonly path: string; readonly ids: readonly string[] };
}

/** Runs the real runner on its project: whole, by name, by file, and as a command line of the user. */
export function describeRunner(row: RunnerRow): void {
  describe(row.runner, () => {
    let project: TestProject;
    beforeAll(() => {
      project = openTestProject(row.files, { links: row.links ?? {} });
    });
    afterAll(() => project.close());
    const run = (scope?: TestScope, testCommand?: string): Promise<TestReport> =>
      runTests({
        workspace: project.workspace,
        scope,
        testCommand,
        timeoutMs: 100_000,
        signal: new AbortController().signal,
      });

    it('is found and runs whole', async () => {
      const report = await run();
      expect(report, report.output).toMatchObject({
        state: 'ran',
        runner: row.runner,
        timedOut: false,
      });
      expect(verdicts(report)).toEqual(row.verdicts);
      const failing = report.cases.find((one) => one.id === row.failing);
      for (const part of row.trace) expect(failing?.trace).toContain(part);
      expect(failing?.file ?? null).toBe(row.file);
    });

    it('runs one test by its id', async () => {
      const report = await run({ names: [row.failing] });
      expect(verdicts(report), report.output).toEqual({ [row.failing]: 'failed' });
    });

    it('runs the tests of a file', async () => {
      const path = row.scopeFile?.path ?? row.file ?? '';
      const ids =
        row.scopeFile?.ids ?? Object.keys(row.verdicts).filter((id) => id.startsWith(path));
      const report = await run({ files: [path] });
      const expected = Object.fromEntries(ids.map((id) => [id, row.verdicts[id]]));
      expect(verdicts(report), report.output).toEqual(expected);
    });

    it('is understood in a command line of the user', async () => {
      const report = await run(undefined, row.commandLine);
      expect(report, report.output).toMatchObject({
        state: 'ran',
        runner: row.runner,
        command: row.commandLine,
      });
      expect(verdicts(report)).toEqual(row.verdicts);
      const one = await run({ names: [row.failing] }, row.commandLine);
      expect(verdicts(one), one.output).toEqual({ [row.failing]: 'failed' });
    });

    it('says not run when no test has the name', async () => {
      const report = await run({ names: ['no_such_test_anywhere'] });
      expect(report).toMatchObject({ state: 'not run', cases: [] });
    });

    it('leaves the repository as it was', () => {
      expect(project.status()).toBe('');
    });
  });
}

export function verdicts(report: TestReport): Record<string, string> {
  return Object.fromEntries(report.cases.map((one) => [one.id, one.verdict]));
}
