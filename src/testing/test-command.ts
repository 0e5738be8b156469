import type { Workspace } from '../workspace/workspace.ts';
import { type SimpleCommand, splitCommandLine } from './command-line.ts';
import { expandCommand, parseManifest, runnerOfCommands } from './detect-javascript.ts';
import { openProject, type Project } from './project.ts';
import type { Runner } from './runner.ts';
import { pytestRunner, unittestLayout, unittestRunner } from './runners/python.ts';
import { shellRunner } from './runners/shell.ts';

interface Request {
  /** True when only some tests are asked for. */
  readonly scoped: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The user's own test command as a runner. The whole suite is always the line as it stands. For a part of it the
 * command is taken apart where it is one that we know; else the whole line runs and its report is cut to the part.
 */
export async function runnerOfTestCommand(
  workspace: Workspace,
  line: string,
  request: Request,
): Promise<Runner> {
  const project = await openProject(workspace, request.signal);
  const commands = await expandLine(project, line);
  const scoped = request.scoped && commands ? await runnerOf(project, commands) : null;
  if (scoped && scoped.problem === undefined) return scoped;
  return shellRunner(line, line, {
    nodeReporter: await takesNodeReporter(project, line, commands),
  });
}

async function expandLine(project: Project, line: string): Promise<SimpleCommand[] | null> {
  const commands = splitCommandLine(line);
  if (!commands || commands.some((command) => command.words[0] === 'cd')) return null;
  const manifest = parseManifest(await project.read('package.json'));
  const expanded = commands.map((command) => expandCommand(manifest, command));
  return expanded.some((part) => part === null) ? null : expanded.flatMap((part) => part ?? []);
}

async function runnerOf(
  project: Project,
  commands: readonly SimpleCommand[],
): Promise<Runner | null> {
  const [only, ...more] = commands;
  const python = only && more.length === 0 ? await pythonRunnerOf(project, only) : null;
  return python ?? runnerOfCommands(project, commands);
}

/** `pytest ARGS`, `python -m pytest ARGS`, `python -m unittest ARGS` */
async function pythonRunnerOf(project: Project, command: SimpleCommand): Promise<Runner | null> {
  const { words, env } = command;
  const [program = '', flag, module, ...rest] = words;
  const isPython = /(?:^|\/)python[\d.]*$/.test(program) && flag === '-m';
  if (/(?:^|\/)(?:pytest|py\.test)$/.test(program)) {
    return pytestRunner({
      program: [program],
      options: pytestOptions(project, words.slice(1)),
      env,
    });
  }
  if (isPython && module === 'pytest') {
    const options = pytestOptions(project, rest);
    return pytestRunner({ program: [program, '-m', 'pytest'], options, env });
  }
  const layout = isPython && module === 'unittest' ? await unittestLayout(project) : null;
  return layout && unittestRunner({ program: [program, '-m', 'unittest'], env, ...layout });
}

/** What of pytest's arguments selects no tests. */
function pytestOptions(project: Project, args: readonly string[]): string[] {
  return args.filter((arg) => {
    const path = (arg.split('::')[0] ?? '').replace(/^\.\//, '').replace(/\/$/, '');
    return (
      path !== '.' &&
      !project.has(path) &&
      !project.files.some((file) => file.startsWith(`${path}/`))
    );
  });
}

/** A reporter by NODE_OPTIONS needs node 18.15 or later, and a line that brings none of its own. */
async function takesNodeReporter(
  project: Project,
  line: string,
  commands: readonly SimpleCommand[] | null,
): Promise<boolean> {
  const words = commands?.flatMap((command) => command.words) ?? [];
  if (/--test-reporter/.test([line, ...words].join(' '))) return false;
  const version = await project.probe(['node', '--version']);
  const match = /^v(\d+)\.(\d+)/.exec(version?.stdout ?? '');
  const major = Number(match?.[1] ?? 0);
  return major > 18 || (major === 18 && Number(match?.[2]) >= 15);
}
