import { type SimpleCommand, toShell } from './command-line.ts';
import { type JsRunnerName, RUNNER_BINARIES } from './npm-scripts.ts';
import type { Project } from './project.ts';
import type { Runner } from './runner.ts';
import {
  type Flavour,
  type JsCall,
  jest,
  jsRunner,
  mocha,
  nodeTest,
  vitest,
} from './runners/javascript.ts';
import { ava, karma, tap } from './runners/tap-family.ts';

/** Commands of a test script that say nothing about tests. */
const CHECKERS = new Set(
  'eslint xo standard semistandard ts-standard prettier biome tsd knip oxlint echo dtslint attw publint'.split(
    ' ',
  ),
);

/** Options whose next word is their value, so that it is not taken for a test file. */
const VALUE_OPTIONS = new Set(
  '-r --require --import --loader --experimental-loader -c --config --timeout -t --reporter -R -u --ui --env --environment --project --root --dir --file -g --grep -f --fgrep -w --maxWorkers --conditions -C --extension --ext --exit-code --setupFiles --pool'.split(
    ' ',
  ),
);

/** Modes that never end, and coverage, which costs time, leaves files and says nothing about a test. */
const UNWANTED =
  /^(?:run|watch|dev|--run|--watch(?:All)?|-w|--coverage(?:[.=].*)?|--collectCoverage|--tap|--auto-watch|--single-run)$/;

/** Only checks: its result is not one of the tests. */
export function isChecker(command: SimpleCommand): boolean {
  const [program = ''] = command.words;
  return CHECKERS.has(program) || (program === 'tsc' && command.words.includes('--noEmit'));
}

/**
 * One command as a runner of the JavaScript family; null when it is none.
 *
 * @param before commands that build what is tested; they run before each run of the tests
 */
export async function jsRunnerOfCommand(
  project: Project,
  command: SimpleCommand,
  before: readonly SimpleCommand[] = [],
): Promise<Runner | null> {
  const [program = '', ...args] = command.words;
  const name = program.split('/').at(-1) ?? '';
  const prepare = before.length > 0 ? { prepare: before.map(toShell).join(' && ') } : {};
  const common = { env: command.env, ...prepare };
  if (name === 'react-scripts' && args[0] === 'test') {
    const call = { ...splitArgs(project, args.slice(1)), ...common };
    return jsRunner(jest, { program: ['node_modules/.bin/react-scripts', 'test'], ...call });
  }
  const binary = binaryOf(program);
  if (binary) return runnerWithBinary(project, binary, { ...splitArgs(project, args), ...common });
  if (name !== 'node' && name !== 'tsx') return null;
  const nested = args.findIndex((arg) => !arg.startsWith('-') && binaryOf(arg) !== undefined);
  const inner = binaryOf(args[nested] ?? '');
  if (inner) {
    const call = { ...splitArgs(project, args.slice(nested + 1)), ...common };
    const path = ['node', ...args.slice(0, nested + 1)];
    return jsRunner(flavourOf(project, inner, call), { program: path, ...call });
  }
  if (!args.includes('--test')) return null;
  const rest = args.filter((arg) => arg !== '--test');
  const call = { ...splitArgs(project, rest), ...common };
  return jsRunner(nodeTest(project.files), { program: [program, '--test'], ...call });
}

function binaryOf(path: string): JsRunnerName | undefined {
  const name = (path.split('/').at(-1) ?? '').replace(/\.[cm]?js$/, '');
  return Object.hasOwn(RUNNER_BINARIES, name) ? RUNNER_BINARIES[name] : undefined;
}

/** The project's own copy of a runner; one that is not installed has a `problem`. */
export async function runnerWithBinary(
  project: Project,
  name: JsRunnerName,
  call: Omit<JsCall, 'program'>,
): Promise<Runner> {
  const path = `node_modules/.bin/${name}`;
  const modes: Partial<Record<JsRunnerName, string>> = { vitest: 'run', karma: 'start' };
  const mode = modes[name];
  const problem = (await project.exists(path))
    ? {}
    : {
        problem: `${name} is not installed: ${path} is missing; run npm ci in the repository first.`,
      };
  const program = mode === undefined ? [path] : [path, mode];
  const selection = call.selection.filter((word) => word !== mode);
  const rest = { ...call, selection, options: call.options.filter((word) => word !== mode) };
  return jsRunner(flavourOf(project, name, call), { ...rest, program, ...problem });
}

function flavourOf(project: Project, name: JsRunnerName, call: Pick<JsCall, 'selection'>): Flavour {
  if (name === 'ava') return ava(project.files);
  if (name === 'karma') {
    const named = call.selection.find((word) => word !== 'start');
    const found = project.files.find((file) => /^(?:\.config\/)?karma\.conf\.[cm]?js$/.test(file));
    return karma(named ?? found ?? 'karma.conf.js');
  }
  return { jest, vitest, mocha, tap }[name];
}

/** Tells arguments that select tests (paths that exist, globs) from options and their values. */
function splitArgs(
  project: Project,
  args: readonly string[],
): { options: string[]; selection: string[] } {
  const options: string[] = [];
  const selection: string[] = [];
  args.forEach((arg, index) => {
    const isValue = VALUE_OPTIONS.has(args[index - 1] ?? '') && args[index - 1] !== '-w';
    if (!isValue && UNWANTED.test(arg)) return;
    const path = arg.replace(/^\.\//, '').replace(/\/$/, '');
    const isPath = project.has(path) || project.files.some((file) => file.startsWith(`${path}/`));
    const isSelection =
      !arg.startsWith('-') && !isValue && (isPath || /[*?]/.test(arg) || path === '.');
    (isSelection ? selection : options).push(arg);
  });
  return { options, selection };
}
