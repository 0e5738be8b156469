import { type SimpleCommand, splitCommandLine } from './command-line.ts';
import { isChecker, jsRunnerOfCommand, runnerWithBinary } from './js-command.ts';
import { expandScript, type JsRunnerName, type PackageJson, parseManifest } from './npm-scripts.ts';
import type { Project } from './project.ts';
import type { Runner } from './runner.ts';
import { jsRunner, nodeTest } from './runners/javascript.ts';
import { shellRunner } from './runners/shell.ts';

/** Configuration files of runners, in the order in which they are believed. */
const CONFIGURATION: readonly [JsRunnerName, RegExp][] = [
  ['vitest', /^vitest\.(?:config|workspace)\.[cm]?[jt]s$/],
  ['jest', /^jest\.config\.(?:[cm]?[jt]s|json)$/],
  ['mocha', /^\.mocharc\./],
  ['ava', /^ava\.config\.[cm]?js$/],
  ['tap', /^\.taprc$/],
  ['karma', /^karma\.conf\.[cm]?js$/],
];

/** @returns null when there is no package.json or nothing in it tells of tests */
export async function detectJavaScript(project: Project): Promise<Runner | null> {
  const manifest = parseManifest(await project.read('package.json'));
  const script = manifest?.scripts.test;
  if (manifest && script !== undefined && !/no test specified/.test(script)) {
    const commands = expandScript(manifest, 'test', 0);
    const runner = commands && (await runnerOfCommands(project, commands));
    return runner ?? npmTest(project, commands, script);
  }
  return (await detectByConfiguration(project, manifest)) ?? detectBareNode(project);
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
    const runner = await jsRunnerOfCommand(project, command, before);
    if (runner && found) return null;
    if (runner) found = runner;
    else if (!found) before.push(command);
  }
  return found;
}

/** The whole script by npm, for what cannot be taken apart. */
async function npmTest(
  project: Project,
  commands: readonly SimpleCommand[] | null,
  script: string,
): Promise<Runner> {
  const nodeReporter = await takesNodeReporter(project, script, commands);
  return shellRunner('npm test', 'npm test', { nodeReporter });
}

/** A reporter by NODE_OPTIONS needs node 18.15 or later, and a line that brings none of its own. */
export async function takesNodeReporter(
  project: Project,
  line: string,
  commands: readonly SimpleCommand[] | null = splitCommandLine(line),
): Promise<boolean> {
  const words = commands?.flatMap((command) => command.words) ?? [];
  if (/--test-reporter/.test([line, ...words].join(' '))) return false;
  const version = await project.probe(['node', '--version']);
  const match = /^v(\d+)\.(\d+)/.exec(version?.stdout ?? '');
  const major = Number(match?.[1] ?? 0);
  return major > 18 || (major === 18 && Number(match?.[2]) >= 15);
}

async function detectByConfiguration(
  project: Project,
  manifest: PackageJson | null,
): Promise<Runner | null> {
  for (const [name, pattern] of CONFIGURATION) {
    const config = project.files.find((file) => pattern.test(file));
    const inManifest = manifest && isNamed(manifest, name);
    if (config === undefined && !inManifest) continue;
    const selection = name === 'karma' && config ? ['start', config] : [];
    return runnerWithBinary(project, name, { options: [], selection, env: {} });
  }
  return null;
}

function isNamed(manifest: PackageJson, name: JsRunnerName): boolean {
  const { devDependencies, dependencies } = manifest;
  return name in devDependencies || name in dependencies || manifest[name] !== undefined;
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
