// `npm run demo [-- NAME]`: takes a published package at a version known to be wrong, shows the failing test,
// lets `patchwright fix` repair it with the built-in policy, and shows the tests after.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = join(root, 'tests', 'demo', 'packages');
const DEFAULT = 'color-convert';

function fail(sentence) {
  process.stderr.write(`demo: ${sentence}\n`);
  process.exit(1);
}

/** Runs a program to its end; `show` lets the person see its output as it comes. */
function run(command, args, { cwd = root, show = false } = {}) {
  const stdio = show ? 'inherit' : 'pipe';
  const result = spawnSync(command, args, { cwd, stdio, encoding: 'utf8' });
  if (result.error) fail(`${command} cannot be started: ${result.error.message}`);
  return { status: result.status, output: `${result.stdout ?? ''}${result.stderr ?? ''}` };
}

function mustRun(command, args, options) {
  const { status, output } = run(command, args, options);
  if (status !== 0) fail(`${command} ${args.join(' ')} ended with ${status}:\n${output}`);
  return output;
}

function title(text) {
  process.stdout.write(`\n\u001b[1m== ${text}\u001b[0m\n`);
}

/** The package's published files in a git repository of their own, with the test that shows the bug. */
function makeRepository(name, demo) {
  const folder = join(root, '.cache', 'demo', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const spec = `${demo.package}@${demo.version}`;
  const [{ filename }] = JSON.parse(
    mustRun('npm', ['pack', spec, '--json', '--silent', '--pack-destination', folder]),
  );
  mustRun('tar', ['-xzf', filename.replaceAll('/', '-').replace('@', ''), '--no-same-owner'], {
    cwd: folder,
  });
  const repository = join(folder, 'package');
  const dependencies = Object.entries(demo.dependencies ?? {}).map((pair) => pair.join('@'));
  if (dependencies.length > 0) {
    const quiet = [
      '--no-save',
      '--omit=dev',
      '--no-package-lock',
      '--ignore-scripts',
      '--no-audit',
    ];
    mustRun('npm', ['install', ...quiet, ...dependencies], { cwd: repository });
  }
  const test = join(repository, demo.testFile);
  mkdirSync(dirname(test), { recursive: true });
  const source = readdirSync(join(packages, name)).find((file) => file.startsWith('demo.test.'));
  copyFileSync(join(packages, name, source), test);
  const git = (...args) => mustRun('git', args, { cwd: repository });
  git('init', '--quiet', '--initial-branch', 'main');
  writeFileSync(join(repository, '.git', 'info', 'exclude'), 'node_modules/\n');
  git('add', '--all');
  const identity = ['-c', 'user.name=demo', '-c', 'user.email=demo@localhost'];
  git(...identity, '-c', 'commit.gpgsign=false', 'commit', '--quiet', '--no-verify', '-m', spec);
  return { folder, repository };
}

function showTests(repository, demo) {
  const { status, output } = run(demo.testCommand[0], demo.testCommand.slice(1), {
    cwd: repository,
  });
  const lines = output
    .split('\n')
    .filter((line) => /^\s*(✖|✔|not ok|ok|ℹ (pass|fail) )/u.test(line));
  process.stdout.write(`${[...new Set(lines)].join('\n')}\n`);
  return status;
}

const names = readdirSync(packages).sort();
const name = process.argv[2] ?? DEFAULT;
if (!names.includes(name))
  fail(`there is no demo ${JSON.stringify(name)}; choose of: ${names.join(', ')}`);
const demo = JSON.parse(readFileSync(join(packages, name, 'demo.json'), 'utf8'));
const started = Date.now();

mustRun(process.execPath, [join(root, 'tests', 'setup', 'build.mjs')]);
title(`${demo.package} ${demo.version}, as published`);
const { folder, repository } = makeRepository(name, demo);
process.stdout.write(`${readFileSync(join(packages, name, 'issue.md'), 'utf8').trim()}\n`);

title(`tests before: ${demo.testCommand.join(' ')}`);
if (showTests(repository, demo) === 0) fail('the test does not fail; there is nothing to repair');

title('patchwright fix');
const out = join(folder, 'out');
const fix = [
  join(root, 'dist', 'cli.js'),
  ...['fix', '--repo', repository, '--issue', join(packages, name, 'issue.md')],
  ...['--test', demo.testCommand.join(' '), '--model', 'repair', '--out', out, '--apply'],
];
const { status } = run(process.execPath, fix, { show: true });
if (status !== 0) fail(`patchwright fix ended with ${status}`);

title('the patch');
const patch = join(out, 'patch.diff');
if (!existsSync(patch)) fail('there is no patch file');
process.stdout.write(readFileSync(patch, 'utf8'));

title('tests after');
if (showTests(repository, demo) !== 0) fail('the tests still fail');
process.stdout.write(
  `\nDone in ${Math.round((Date.now() - started) / 1000)} s. Other demos: ${names.join(', ')}\n`,
);
