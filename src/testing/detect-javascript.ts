import { z } from 'zod';
import { type SimpleCommand, splitCommandLine, toShell } from './command-line.ts';
import type { Project } from './project.ts';
import type { Runner } from './runner.ts';
import { type JsCall, jest, jsRunner, mocha, nodeTest, vitest } from './runners/javascript.ts';
import { shellRunner } from './runners/shell.ts';

const packageJson = z.object({
  scripts: z.record(z.string(), z.string()).catch({}),
  dependencies: z.record(z.string(), z.string()).catch({}),
  devDependencies: z.record(z.string(), z.string()).catch({}),
  jest: z.unknown().optional(),
  mocha: z.unknown().optional(),
});
export type PackageJson = z.infer<typeof packageJson>;

/** The runners of the family by the name of their binary. */
const BINARIES: Readonly<Record<string, 'jest' | 'vitest' | 'mocha'>> = {
  jest: 'jest',
  vitest: 'vitest',
  mocha: 'mocha',
  _mocha: 'mocha',
};

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

/** @returns null when there is no package.json or nothing in it tells of tests */
export async function detectJavaScript(project: Project): Promise<Runner | null> {
  const manifest = parseManifest(await project.read('package.json'));
  if (!manifest) return detectBareNode(project);
  const script = manifest.scripts.test;
  if (script !== undefined && !/no test specified/.test(script)) {
    const runner = await runnerOfScript(project, manifest, 'test');
    return runner ?? shellRunner('npm test', 'npm test');
  }
  return (await detectByConfiguration(project, manifest)) ?? detectBareNode(project);
}

export function parseManifest(text: string | null): PackageJson | null {
  if (text === null) return null;
  try {
    return packageJson.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The project's script as a runner of its own; null when it is not one runner that we know. */
async function runnerOfScript(
  project: Project,
  manifest: PackageJson,
  name: string,
): Promise<Runner | null> {
  const commands = expandScript(manifest, name, 0);
  return commands && runnerOfCommands(project, commands);
}

/** A command line (a script, or what a user typed) as one runner; null when it is not one that we know. */
export async function runnerOfCommands(
  project: Project,
  commands: readonly SimpleCommand[],
): Promise<Runner | null> {
  const before: SimpleCommand[] = [];
  let found: Runner | null = null;
  for (const command of commands) {
    if (isChecker(command)) continue;
    const runner = await runnerOfCommand(project, command, before);
    if (runner && found) return null;
    if (runner) found = runner;
    else if (found) continue;
    else before.push(command);
  }
  return found;
}

/** Follows `npm run NAME` and the like into the scripts; null when a script needs a real shell. */
export function expandScript(
  manifest: PackageJson,
  name: string,
  depth: number,
): SimpleCommand[] | null {
  const text = manifest.scripts[name];
  if (text === undefined || depth > 5) return null;
  const commands: SimpleCommand[] = [];
  const parts = [manifest.scripts[`pre${name}`], text].filter((part) => part !== undefined);
  for (const part of parts) {
    const split = splitCommandLine(part);
    if (!split) return null;
    for (const command of split) {
      const expanded = expandCommand(manifest, command, depth);
      if (!expanded) return null;
      commands.push(...expanded);
    }
  }
  return commands;
}

/** One command with `npm run` and coverage tools taken off. */
export function expandCommand(
  manifest: PackageJson | null,
  command: SimpleCommand,
  depth = 0,
): SimpleCommand[] | null {
  const words = stripWrappers(command.words);
  const script = scriptCall(words, manifest);
  if (!script || !manifest) return [{ ...command, words }];
  const inner: SimpleCommand[] = [];
  for (const name of script.names) {
    const expanded = expandScript(manifest, name, depth + 1);
    if (!expanded) return null;
    inner.push(...expanded);
  }
  const last = inner.pop();
  if (!last) return null;
  return [...inner, { ...last, words: [...last.words, ...script.args] }].map((one) => ({
    ...one,
    env: { ...command.env, ...one.env },
  }));
}

function scriptCall(
  words: readonly string[],
  manifest: PackageJson | null,
): { names: string[]; args: string[] } | null {
  const [program = '', ...rest] = words;
  if (program === 'run-s' || program === 'npm-run-all') {
    return { names: rest.filter((word) => !word.startsWith('-')), args: [] };
  }
  if (!['npm', 'yarn', 'pnpm', 'bun'].includes(program)) return null;
  const plain = rest.filter((word) => !/^(?:--silent|-s|--if-present)$/.test(word));
  const [first = '', ...after] = plain;
  const isRun = first === 'run' || first === 'run-script';
  const alias = first === 't' || first === 'tst' ? 'test' : first;
  const name = isRun ? after[0] : alias;
  if (name === undefined || manifest?.scripts[name] === undefined) return null;
  const args = isRun ? after.slice(1) : after;
  return { names: [name], args: args[0] === '--' ? args.slice(1) : args };
}

/** Takes `npx`, `pnpm exec`, `c8 OPTIONS`, `nyc OPTIONS` off the front. */
function stripWrappers(words: readonly string[]): readonly string[] {
  const [first = '', second = ''] = words;
  if (first === 'npx' || first === 'bunx') return stripWrappers(dropOptions(words.slice(1)));
  if (['npm', 'pnpm', 'yarn'].includes(first) && second === 'exec') {
    return stripWrappers(dropOptions(words.slice(2)));
  }
  if (['yarn', 'pnpm'].includes(first) && second in BINARIES) return words.slice(1);
  if (first === 'nyc' || first === 'c8') {
    const at = words.findIndex(
      (word, index) => index > 0 && (word in BINARIES || word === 'node' || word === 'ava'),
    );
    return at > 0 ? words.slice(at) : words;
  }
  return words;
}

function dropOptions(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => !word.startsWith('-'));
  return at < 0 ? [] : words.slice(at);
}

function isChecker(command: SimpleCommand): boolean {
  const [program = ''] = command.words;
  return CHECKERS.has(program) || (program === 'tsc' && command.words.includes('--noEmit'));
}

async function runnerOfCommand(
  project: Project,
  command: SimpleCommand,
  before: readonly SimpleCommand[],
): Promise<Runner | null> {
  const [program = '', ...args] = command.words;
  const name = program.split('/').at(-1) ?? '';
  const prepare = before.length > 0 ? { prepare: before.map(toShell).join(' && ') } : {};
  const binary = BINARIES[name.replace(/\.m?js$/, '')];
  if (binary) {
    const rest = binary === 'vitest' ? withoutModes(args) : args;
    return binaryRunner(project, binary, {
      ...splitArgs(project, rest),
      env: command.env,
      ...prepare,
    });
  }
  if (name === 'node' || name === 'tsx') {
    const nested = args.findIndex((arg) => /(?:^|\/)(?:_?mocha|jest|vitest)(?:\.m?js)?$/.test(arg));
    if (nested >= 0) return nodeWithBinary(project, command, nested, prepare);
    if (args.includes('--test')) {
      const { options, selection } = splitArgs(
        project,
        args.filter((arg) => arg !== '--test'),
      );
      const call = {
        program: [program, '--test'],
        options,
        selection,
        env: command.env,
        ...prepare,
      };
      return jsRunner(nodeTest(project.files), call);
    }
  }
  return null;
}

/** `node --experimental-vm-modules node_modules/.bin/jest ARGS` */
async function nodeWithBinary(
  project: Project,
  command: SimpleCommand,
  at: number,
  prepare: { prepare?: string },
): Promise<Runner | null> {
  const args = command.words.slice(1);
  const path = args[at] ?? '';
  const name = BINARIES[(path.split('/').at(-1) ?? '').replace(/\.m?js$/, '')];
  if (!name) return null;
  const call: JsCall = {
    program: ['node', ...args.slice(0, at + 1)],
    ...splitArgs(project, args.slice(at + 1)),
    env: command.env,
    ...prepare,
  };
  return jsRunner({ jest, vitest, mocha }[name], call);
}

function withoutModes(args: readonly string[]): readonly string[] {
  return args.filter((arg) => !['run', 'watch', 'dev', '--run', '--watch', '-w'].includes(arg));
}

async function binaryRunner(
  project: Project,
  name: 'jest' | 'vitest' | 'mocha',
  call: Omit<JsCall, 'program'>,
): Promise<Runner> {
  const path = `node_modules/.bin/${name}`;
  const program = name === 'vitest' ? [path, 'run'] : [path];
  const problem = (await project.exists(path))
    ? {}
    : {
        problem: `${name} is not installed: ${path} is missing; run npm ci in the repository first.`,
      };
  return jsRunner({ jest, vitest, mocha }[name], { ...call, program, ...problem });
}

/** Tells arguments that select tests (paths that exist, globs) from options and their values. */
function splitArgs(
  project: Project,
  args: readonly string[],
): { options: string[]; selection: string[] } {
  const options: string[] = [];
  const selection: string[] = [];
  args.forEach((arg, index) => {
    const isValue = VALUE_OPTIONS.has(args[index - 1] ?? '');
    const path = arg.replace(/^\.\//, '').replace(/\/$/, '');
    const isPath = project.has(path) || project.files.some((file) => file.startsWith(`${path}/`));
    const isSelection =
      !arg.startsWith('-') && !isValue && (isPath || /[*?]/.test(arg) || path === '.');
    (isSelection ? selection : options).push(arg);
  });
  return { options, selection };
}

async function detectByConfiguration(
  project: Project,
  manifest: PackageJson,
): Promise<Runner | null> {
  const bare = { options: [], selection: [], env: {} };
  const has = (name: string) => name in manifest.devDependencies || name in manifest.dependencies;
  const config = (pattern: RegExp) => project.files.some((file) => pattern.test(file));
  if (config(/^vitest\.(?:config|workspace)\.[cm]?[jt]s$/) || has('vitest')) {
    return binaryRunner(project, 'vitest', bare);
  }
  if (config(/^jest\.config\.(?:[cm]?[jt]s|json)$/) || manifest.jest !== undefined || has('jest')) {
    return binaryRunner(project, 'jest', bare);
  }
  if (config(/^\.mocharc\./) || manifest.mocha !== undefined || has('mocha')) {
    return binaryRunner(project, 'mocha', bare);
  }
  return null;
}

/** `node --test` where files import node:test and nothing else says how to run them. */
async function detectBareNode(project: Project): Promise<Runner | null> {
  const candidates = project.files.filter(
    (file) =>
      /\.[cm]?[jt]s$/.test(file) &&
      /(?:^|\/)tests?\/|[._-]test\.[cm]?[jt]s$|(?:^|\/)test[.-]/.test(file),
  );
  for (const file of candidates.slice(0, 30)) {
    if (/['"]node:test['"]/.test((await project.read(file)) ?? '')) {
      const call = { program: ['node', '--test'], options: [], selection: [], env: {} };
      return jsRunner(nodeTest(project.files), call);
    }
  }
  return null;
}
