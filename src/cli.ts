#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Host } from './commands/host.ts';
import { ExitCode, messageOf, UsageError } from './errors.ts';
import { packageRoot } from './package-root.ts';

const interrupt = new AbortController();
const host: Host = {
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupt.signal,
};

/** The first signal ends the run with what it has; the second ends the process, and with it every child. */
function onSignal(): void {
  if (interrupt.signal.aborted) process.exit(ExitCode.interrupted);
  interrupt.abort(new Error('interrupted'));
}

/** A reader that went away (`| head`) must not end a run that still works. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Turns a thrown UsageError of a parser into commander's own, which names the option's command. */
function value<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof UsageError) throw new InvalidArgumentError(error.message);
      throw error;
    }
  };
}

const sandboxOption = () =>
  new Option('--sandbox <kind>', 'where commands run (default: auto)').choices([
    'auto',
    'bubblewrap',
    'none',
  ]);

let exitCode: number = ExitCode.submitted;

/** Runs a command that is loaded only now, so that `--help` never pays for it. */
function action<O>(
  load: () => Promise<(options: O, host: Host) => Promise<number>>,
): (options: O) => Promise<void> {
  return async (options) => {
    const command = await load();
    exitCode = await command(options, host);
  };
}

const DATASET =
  'full, lite, verified, multilingual, multimodal, an id on Hugging Face, a .parquet, .json or .jsonl file, or a folder of tasks';

/** Options of every command over a dataset. */
function datasetOptions(command: Command): Command {
  return command
    .option('--split <name>', 'split of the dataset (default: test)')
    .option('--ids <list>', 'these instances only, with commas between them')
    .option('--filter <regex>', 'instances whose id matches')
    .option('--slice <a:b>', 'a part of them, as Python slices a list')
    .option('--shuffle <seed>', 'in an order drawn from this seed, before slicing')
    .option('--cache <dir>', 'folder for downloaded datasets');
}

async function main(argv: readonly string[]): Promise<number> {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const options = await import('./commands/options.ts');
  const evaluation = await import('./commands/evaluate-options.ts');
  const { addPlaceOptions } = await import('./commands/place-options.ts');
  const program = new Command('patchwright')
    .description('Fixes issues in repositories: give it a repository and an issue, get a patch.')
    .version(version)
    // A command and a command of its own may have options of the same names.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText(
      'after',
      '\nExit codes: 0 submitted, 1 no usable patch, 2 usage or configuration, 130 interrupted.',
    );

  const fix = program
    .command('fix')
    .description('fix an issue in a repository; the result is a patch file and a trajectory')
    .option('--repo <path|url>', 'repository, a folder or a git address', '.')
    .requiredOption(
      '--issue <file|-|text|url>',
      'the issue: a file, standard input, text, or a GitHub issue',
    )
    .option('--base <commit>', 'start from this commit instead of the working tree as it is')
    .option('--test <command>', 'command line that runs the tests (default: found in the project)')
    .option('--model <name>', 'auto, repair, human, claude-*, scripted:FILE, ... (default: auto)');
  addPlaceOptions(fix, value)
    .option(
      '--max-cost <dollars>',
      'end after this many US dollars (default: 3)',
      value(options.parseDollars),
    )
    .option(
      '--max-steps <n>',
      'end after this many turns of the model (default: 100)',
      value(options.parseSteps),
    )
    .option(
      '--max-time <time>',
      'end after this long: 90s, 30m, 2h (default: 30m, and 60s for the search of repair)',
      value(options.parseSeconds),
    )
    .option(
      '--min-confidence <share>',
      'repair: submit no patch below this confidence (default: 0.65); leave candidates as files',
      value(options.parseConfidence),
    )
    .option('--out <dir>', 'folder for patch.diff and trajectory.jsonl (default: one of its own)')
    .option('--config <file>', 'configuration file (default: ~/.config/patchwright/config.json)')
    .option('--tools <list>', 'add or take away tools: +repair,-bash')
    .option(
      '--record <file>',
      'record every HTTP exchange with the model, for --model recorded:FILE',
    )
    .option('--json', 'one event a line on standard output, logs on standard error')
    .addOption(
      new Option('--apply', 'apply the patch to the working tree when submitted').conflicts(
        'branch',
      ),
    )
    .option('--branch <name>', 'commit the patch on a new branch when submitted')
    .action(action(async () => (await import('./commands/fix.ts')).fix));

  program
    .command('doctor')
    .description('check what this machine has and say how to mend what is missing')
    .option('--json', 'one object on standard output')
    .action(action(async () => (await import('./commands/doctor.ts')).doctor));

  program
    .command('clean')
    .description(
      'remove the containers and temporary folders that runs left behind when they were killed',
    )
    .option('--dry-run', 'tell what would be removed, remove nothing')
    .addOption(
      new Option(
        '--engine <name>',
        'look at the containers of this engine (default: auto)',
      ).choices(['auto', 'docker', 'podman', 'none']),
    )
    .option('--json', 'one object on standard output')
    .action(action(async () => (await import('./commands/clean.ts')).clean));

  datasetOptions(program.command('evaluate'))
    .argument('[predictions]', 'preds.json or a .jsonl file')
    .description('grade predictions as the official SWE-bench harness does, or stored logs again')
    .requiredOption('--dataset <name>', DATASET)
    .option('--gold', 'evaluate the reference fixes')
    .option('--from-logs <dir>', 'grade <instance id>/test_output.txt of this folder, run nothing')
    .option('--out <dir>', 'folder for reports and logs (default: the current one)')
    .option('--run-id <id>', 'name of the run; what has a report under it is not run again')
    .option('--model-name <name>', 'with --from-logs, first part of the name of the run report')
    .option('-j, --jobs <n>', 'instances at a time', value(evaluation.parseCount('--jobs')))
    .option(
      '--timeout <time>',
      'for the tests of one instance (default: 30m)',
      value(evaluation.parseTime('--timeout')),
    )
    .option(
      '--repeat <n>',
      'run the tests so often and tell of flaky ones',
      value(evaluation.parseCount('--repeat')),
    )
    .option('--hardened', 'run everything that is resolved once more, hardened')
    .option('--explain <id>', 'tell which line of the log decided each test of one instance')
    .addOption(
      new Option('--engine <name>', 'containers, or checkouts without any (default: auto)').choices(
        ['auto', 'docker', 'podman', 'none'],
      ),
    )
    .option('--repos <dir>', 'folder of mirrors to check out from')
    .option('--setup <file>', 'YAML: how repositories are set up for a checkout')
    .addOption(
      new Option('--sandbox <kind>', 'where tests of a checkout run (default: auto)').choices([
        'auto',
        'bubblewrap',
        'none',
      ]),
    )
    .option('--json', 'one object on standard output')
    .action((predictions, values) =>
      action(async () => (await import('./commands/evaluate.ts')).evaluate)({
        predictions,
        ...values,
      }),
    );

  const { addBatchCommand } = await import('./commands/batch-options.ts');
  addBatchCommand(program, { action, value }, datasetOptions);
  const { addQueueCommands } = await import('./commands/queue-options.ts');
  addQueueCommands(program, { action, value });

  const datasets = program.command('datasets').description('look at datasets of issues');
  datasetOptions(datasets.command('show'))
    .argument('<name>', DATASET)
    .description('count the instances of a dataset by repository and language')
    .option('--json', 'one object on standard output')
    .action((name, values) =>
      action(async () => (await import('./commands/datasets.ts')).showDataset)({ name, ...values }),
    );

  const task = program.command('task').description('tasks of your own');
  task
    .command('init')
    .argument('<dir>', 'folder to make')
    .description('make the folder of a plain task: issue, repository, tests')
    .action((dir) => action(async () => (await import('./commands/task.ts')).initTask)({ dir }));

  program
    .command('mcp')
    .description('serve the tools over the Model Context Protocol on standard input and output')
    .option('--repo <path|url>', 'repository, a folder or a git address', '.')
    .option('--base <commit>', 'start from this commit instead of the working tree as it is')
    .option('--test <command>', 'command line that runs the tests (default: found in the project)')
    .addOption(sandboxOption())
    .option('--tools <list>', 'add or take away tools: +repair,-bash')
    .option('--out <file>', 'where the submitted patch goes (default: patchwright-mcp.diff)')
    .action(action(async () => (await import('./commands/mcp.ts')).mcp));

  const loadModels = () => import('./commands/models.ts');
  const models = program
    .command('models')
    .description('tell which model a run would use and why; manage the model files')
    .option('--model <name>', 'as for fix')
    .option('--config <file>', 'configuration file')
    .action(action(async () => (await loadModels()).models));
  models
    .command('list')
    .description('list the model files')
    .action(action(async () => (await loadModels()).listFolder));
  models
    .command('pull <uri>')
    .description('download a model: hf:USER/REPO:QUANT')
    .action((uri: string) => action(async () => (await loadModels()).pull)({ uri }));
  models
    .command('remove <name>')
    .description('remove a model file')
    .action((name: string) => action(async () => (await loadModels()).remove)({ name }));

  const { addBenchmarkCommands } = await import('./commands/benchmark-commands.ts');
  addBenchmarkCommands(program, { action, value });

  const { addTrajectoryCommands } = await import('./commands/trajectory-commands.ts');
  addTrajectoryCommands(program, { action, value });

  if (argv.length === 0) {
    program.outputHelp();
    return ExitCode.usage;
  }
  await program.parseAsync(argv, { from: 'user' });
  return exitCode;
}

/** One sentence for the user and the exit code for anything that came out of a command. */
function conclude(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return ExitCode.submitted;
    const message = error.message.replace(/^error: /, '');
    process.stderr.write(`patchwright: ${message}\nTry: patchwright --help\n`);
    return ExitCode.usage;
  }
  if (interrupt.signal.aborted) {
    process.stderr.write('patchwright: interrupted before there was a patch\n');
    return ExitCode.interrupted;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`patchwright: ${error.message}\n`);
    return ExitCode.usage;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  process.stderr.write(`patchwright: internal error, please report it\n${detail}\n`);
  return ExitCode.noPatch;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
process.stdout.on('error', ignoreClosedPipe);
process.stderr.on('error', ignoreClosedPipe);
// What a command waits for may be a process or a timer that alone does not keep Node alive.
const awake = setInterval(() => {}, 60_000);
const code = await main(process.argv.slice(2)).catch(conclude);
clearInterval(awake);
// Standard output may be a pipe that is still being written.
process.stdout.write('', () => process.exit(code));
