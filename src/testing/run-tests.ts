import { ToolError } from '../errors.ts';
import type { ExecResult, Workspace } from '../workspace/workspace.ts';
import { detectRunner } from './detect.ts';
import { collectReports, newPlace } from './place.ts';
import type { TestReport } from './report.ts';
import type { ParsedReport, Runner, RunnerCommand, TestScope } from './runner.ts';
import { isWhole, scopeFiles } from './runner.ts';
import { restrictToScope } from './scope.ts';
import { runnerOfTestCommand } from './test-command.ts';

/** Bytes of a test command's output that parsers get to see. */
const MAX_OUTPUT = 16 * 1024 * 1024;
const SHOWN_OUTPUT = 20_000;

export interface RunTestsOptions {
  readonly workspace: Workspace;
  readonly scope?: TestScope | undefined;
  /** The user's own command line; without it the project's runner is looked for. */
  readonly testCommand?: string | undefined;
  /** Instead of looking for one. */
  readonly runner?: Runner | undefined;
  /** Changed files, which tell whose tests are meant where there are several projects. Asked for only then. */
  readonly near?: () => Promise<readonly string[]>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Results that the runner itself keeps of an earlier run of the same files do not count. */
  readonly fresh?: boolean;
}

/**
 * Runs the tests of a scope and reads the runner's machine-readable report. What keeps them from running (no runner,
 * a build that fails, a deadline, a crash of the runner) is a report with the state `not run`, whose output says why;
 * its cases, if any, are those that ended before.
 *
 * @throws the signal's reason when it aborts
 */
export async function runTests(options: RunTestsOptions): Promise<TestReport> {
  const { workspace, scope = {}, signal } = options;
  signal.throwIfAborted();
  const runner = options.runner ?? (await findRunner(options));
  if (!runner)
    return notRun('none', '', 'No tests and no test runner were found in this repository.');
  const plain = runner.command(scope).display;
  if (runner.problem !== undefined) return notRun(runner.name, plain, runner.problem);
  const place = await newPlace(workspace, options.fresh ?? false);
  try {
    const command = runner.command(scope, place);
    const start = performance.now();
    const prepared = await prepare(command, options);
    if (prepared) return prepared(runner.name);
    const clean = await rememberDroppings(workspace, command.droppings ?? []);
    let result: ExecResult;
    let files: ReadonlyMap<string, string>;
    try {
      result = await execute(command, runner, options);
      files = await collectReports(workspace, place, command.find);
    } finally {
      await clean();
    }
    const { stdout, output, exitCode } = result;
    const parsed = runner.parse({ files, stdout, output, exitCode, root: workspace.root, scope });
    return judge({ runner, command, scope, result, parsed, start });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ToolError) return notRun(runner.name, plain, error.message);
    throw error;
  }
}

async function findRunner(options: RunTestsOptions): Promise<Runner | null> {
  const { workspace, testCommand, signal, scope = {} } = options;
  if (testCommand === undefined || testCommand.trim() === '')
    return detectRunner(workspace, signal, async () => [
      ...scopeFiles(scope),
      ...((await options.near?.()) ?? []),
    ]);
  return runnerOfTestCommand(workspace, testCommand, { scoped: !isWhole(scope), signal });
}

/** Runs the build steps; a function that makes the report when they fail. */
async function prepare(
  command: RunnerCommand,
  options: RunTestsOptions,
): Promise<((name: string) => TestReport) | null> {
  if (!command.prepare) return null;
  const { workspace, timeoutMs, signal, env } = options;
  const result = await workspace.exec(command.prepare, {
    timeoutMs,
    signal,
    ...(env ? { env } : {}),
  });
  signal.throwIfAborted();
  if (result.exitCode === 0) return null;
  return (name) => ({
    ...notRun(name, command.display, `The build before the tests failed:\n${result.output}`),
    exitCode: result.exitCode,
    timedOut: result.timedOut,
    durationMs: result.durationMs,
  });
}

/** @returns a function that removes those that are not there yet, unless git ignores them anyway */
async function rememberDroppings(
  workspace: Workspace,
  droppings: readonly string[],
): Promise<() => Promise<void>> {
  let absent: string[] = [];
  for (const path of droppings) if (!(await workspace.stat(path))) absent.push(path);
  if (absent.length > 0) {
    const argv = ['git', 'check-ignore', ...absent];
    const ignored = (await workspace.exec(argv, { timeoutMs: 30_000 })).stdout.split('\n');
    absent = absent.filter((path) => !ignored.includes(path));
  }
  return async () => {
    if (absent.length === 0) return;
    await workspace.exec(['rm', '-rf', '--', ...absent], { timeoutMs: 30_000 });
  };
}

async function execute(
  command: RunnerCommand,
  runner: Runner,
  options: RunTestsOptions,
): Promise<ExecResult> {
  const { workspace, timeoutMs, signal, env } = options;
  const cwd = command.cwd ?? runner.cwd;
  const result = await workspace.exec(command.argv, {
    timeoutMs,
    signal,
    env: { ...command.env, ...env },
    maxBytes: MAX_OUTPUT,
    ...(cwd === undefined ? {} : { cwd }),
  });
  signal.throwIfAborted();
  return result;
}

interface Finished {
  readonly runner: Runner;
  readonly command: RunnerCommand;
  readonly scope: TestScope;
  readonly result: ExecResult;
  readonly parsed: ParsedReport;
  readonly start: number;
}

function judge({ runner, command, scope, result, parsed, start }: Finished): TestReport {
  const name = parsed.runner ?? runner.name;
  const cases = name === 'command' ? [...parsed.cases] : restrictToScope(parsed.cases, scope);
  const counted = cases.length > 0 && parsed.complete && !result.timedOut;
  return {
    state: counted ? 'ran' : 'not run',
    runner: name,
    command: command.display,
    cases,
    exitCode: result.exitCode,
    timedOut: result.timedOut,
    output: cutMiddle(result.output),
    durationMs: Math.round(performance.now() - start),
  };
}

function notRun(runner: string, command: string, output: string): TestReport {
  return {
    state: 'not run',
    runner,
    command,
    cases: [],
    exitCode: null,
    timedOut: false,
    output: cutMiddle(output),
    durationMs: 0,
  };
}

function cutMiddle(text: string): string {
  if (text.length <= SHOWN_OUTPUT) return text;
  const half = SHOWN_OUTPUT / 2;
  const left = text.length - SHOWN_OUTPUT;
  return `${text.slice(0, half)}\n[${left} characters left out]\n${text.slice(-half)}`;
}
