import type { Workspace } from '../workspace/workspace.ts';
import { type SimpleCommand, splitCommandLine, toShell } from './command-line.ts';
import { runnerOfCommands, takesNodeReporter } from './detect-javascript.ts';
import { detectPython } from './detect-python.ts';
import { expandCommand, parseManifest } from './npm-scripts.ts';
import { openProject, type Project } from './project.ts';
import type { Runner, RunPlace } from './runner.ts';
import { detectCargo } from './runners/cargo.ts';
import { detectCtest } from './runners/ctest.ts';
import { detectGo } from './runners/go.ts';
import { detectGradle, detectMaven } from './runners/jvm.ts';
import { detectPhp } from './runners/php.ts';
import { pytestRunner, unittestLayout, unittestRunner } from './runners/python.ts';
import { detectRuby } from './runners/ruby.ts';
import { shellHooks, shellRunner } from './runners/shell.ts';

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
  const like = commands ? await runnerOf(project, commands) : null;
  if (request.scoped && like && like.problem === undefined) return like;
  const nodeReporter = await takesNodeReporter(project, line, commands);
  const own = line.includes(';') ? null : splitCommandLine(line);
  return shellRunner(line, line, {
    nodeReporter,
    like: like ?? undefined,
    instrumented: (place) => (own ? instrument(own, like, { place, nodeReporter }) : null),
  });
}

/**
 * The line with what the environment alone cannot do: arguments that make `like` report, and the hooks in front of
 * variables that the line sets itself. Null when nothing needs to change, or it cannot be done safely.
 */
function instrument(
  commands: readonly SimpleCommand[],
  like: Runner | null,
  { place, nodeReporter }: { place: RunPlace; nodeReporter: boolean },
): string | null {
  const hooks: Readonly<Record<string, string>> = shellHooks(place, nodeReporter);
  let calls = 0;
  let changed = false;
  const parts = commands.map((command) => {
    const words = like?.instrument?.(command.words, place) ?? null;
    if (words) calls += 1;
    const env = { ...command.env };
    for (const [name, separator] of [
      ['PYTHONPATH', ':'],
      ['NODE_OPTIONS', ' '],
    ] as const) {
      if (env[name] === undefined || !hooks[name]) continue;
      env[name] = `${hooks[name]}${separator}${env[name]}`;
      changed = true;
    }
    return toShell({ words: words ?? command.words, env });
  });
  return calls === 1 || (changed && calls === 0) ? parts.join(' && ') : null;
}

async function expandLine(project: Project, line: string): Promise<SimpleCommand[] | null> {
  const commands = splitCommandLine(line);
  if (!commands || commands.some((command) => command.words[0] === 'cd')) return null;
  const manifest = parseManifest(await project.read('package.json'));
  const expanded = commands.map((command) => expandCommand(manifest, command));
  return expanded.some((part) => part === null) ? null : expanded.flatMap((part) => part ?? []);
}

/** The one runner that a chain of commands calls; null when there is none that we know, or more than one. */
async function runnerOf(
  project: Project,
  commands: readonly SimpleCommand[],
): Promise<Runner | null> {
  const found: Runner[] = [];
  for (const command of commands) {
    const runner =
      (await pythonRunnerOf(project, command)) ?? (await otherRunnerOf(project, command));
    if (runner) found.push(runner);
  }
  const js = await runnerOfCommands(project, commands);
  const [only, ...more] = js ? [...found, js] : found;
  return only && more.length === 0 ? only : null;
}

/** `go test ARGS`, `cargo test ARGS`, `bundle exec rspec ARGS` and so on, with the options that select no tests. */
async function otherRunnerOf(project: Project, command: SimpleCommand): Promise<Runner | null> {
  const words = command.words.slice(command.words[0] === 'bundle' ? 2 : 0);
  const [program = '', ...rest] = words;
  const name = program.split('/').at(-1) ?? '';
  const options = optionsOf(project, rest);
  const [verb] = rest;
  if (name === 'go' && verb === 'test') {
    return detectGo(
      project,
      options.slice(1).filter((word) => !/^\.|^-json$|\.\.\.$/.test(word)),
    );
  }
  if (name === 'cargo' && verb === 'test') {
    const end = options.indexOf('--');
    return detectCargo(project, options.slice(1, end < 0 ? undefined : end));
  }
  if (name === 'rspec') return detectRuby(project, options);
  if ((name === 'rake' || name === 'rails') && (verb === 'test' || verb === undefined)) {
    return detectRuby(project);
  }
  if (name === 'ruby' && rest.some((word) => /(?:^|\/)test\//.test(word)))
    return detectRuby(project);
  if (name === 'phpunit') return detectPhp(project, options);
  if (/^mvnw?$/.test(name))
    return detectMaven(
      project,
      options.filter((word) => word.startsWith('-')),
    );
  if (/^gradlew?$/.test(name))
    return detectGradle(
      project,
      options.filter((word) => word.startsWith('-')),
    );
  if (name === 'ctest') return detectCtest(project, withoutValue(options, '--test-dir'));
  return null;
}

function withoutValue(words: readonly string[], option: string): string[] {
  const at = words.indexOf(option);
  return words.filter((_, index) => at < 0 || (index !== at && index !== at + 1));
}

/** `pytest ARGS`, `python -m pytest ARGS`, `python -m unittest ARGS` */
async function pythonRunnerOf(project: Project, command: SimpleCommand): Promise<Runner | null> {
  const { words, env } = command;
  const [program = '', flag, module, ...rest] = words;
  const isPython = /(?:^|\/)python[\d.]*$/.test(program) && flag === '-m';
  if (/(?:^|\/)(?:pytest|py\.test)$/.test(program)) {
    return pytestRunner({
      program: [program],
      options: optionsOf(project, words.slice(1)),
      env,
    });
  }
  if (isPython && module === 'pytest') {
    const options = optionsOf(project, rest);
    return pytestRunner({ program: [program, '-m', 'pytest'], options, env });
  }
  if (
    /(?:^|\/)python[\d.]*$/.test(program) &&
    /(?:^|\/)(?:manage|runtests)\.py$/.test(flag ?? '')
  ) {
    const found = await detectPython(project);
    return found?.name === 'django' ? found : null;
  }
  if (/(?:^|\/)tox$/.test(program)) return detectPython(project);
  const layout = isPython && module === 'unittest' ? await unittestLayout(project) : null;
  return layout && unittestRunner({ program: [program, '-m', 'unittest'], env, ...layout });
}

/** What of a runner's arguments selects no tests by a path. */
function optionsOf(project: Project, args: readonly string[]): string[] {
  return args.filter((arg) => {
    const path = (arg.split('::')[0] ?? '').replace(/^\.\//, '').replace(/\/$/, '');
    return (
      path !== '.' &&
      !project.has(path) &&
      !project.files.some((file) => file.startsWith(`${path}/`))
    );
  });
}
