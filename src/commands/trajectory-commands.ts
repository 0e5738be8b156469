import { type Command, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { EXPORT_FORMATS } from '../trajectory/formats/export-formats.ts';
import type { Host } from './host.ts';
import { parseDollars, parseSeconds, parseSteps } from './options.ts';

type Run<O> = (options: O, host: Host) => Promise<number>;

export interface Registration {
  /** Runs a command that is loaded only when it is called. */
  action<O>(load: () => Promise<Run<O>>): (options: O) => Promise<void>;
  /** Turns what a parser throws into the command line's own error. */
  value<T>(parse: (text: string) => T): (text: string) => T;
}

/** Adds the commands that read trajectories. */
export function addTrajectoryCommands(program: Command, { action, value }: Registration): void {
  const sandbox = () =>
    new Option('--sandbox <kind>', 'where commands run (default: auto)').choices([
      'auto',
      'bubblewrap',
      'none',
    ]);
  const limits = (command: Command) =>
    command
      .option('--max-cost <dollars>', 'end after this many US dollars', value(parseDollars))
      .option('--max-steps <n>', 'end after this many turns of the model', value(parseSteps))
      .option('--max-time <time>', 'end after this long: 90s, 30m, 2h', value(parseSeconds));

  limits(
    program
      .command('replay <trajectory>')
      .description('run the actions of a trajectory again and compare; exit 0 only when all agree')
      .option('--repo <path|url>', 'repository (default: the recorded one)')
      .option('--from <step>', 'compare from this step on', value(parseStep))
      .option('--until <step>', 'stop after this step', value(parseStep))
      .option('--keep', 'leave the workspace there and print where it is')
      .option('--continue', 'let a model take over after the last step')
      .option('--model <name>', 'with --continue: the model that takes over')
      .option('--tools <list>', 'with --continue: add or take away tools')
      .option('--out <dir>', 'with --continue: folder of the new run')
      .option('--config <file>', 'configuration file')
      .option('--json', 'one object a step on standard output, a result at the end')
      .addOption(sandbox()),
  ).action((trajectory: string, options: object) =>
    action<{ trajectory: string }>(async () => (await import('./replay.ts')).replay)({
      ...options,
      trajectory,
    }),
  );

  limits(
    program
      .command('resume <run>')
      .description('go on with a run that was killed, interrupted or stopped by a limit')
      .option('--repo <path|url>', 'repository (default: the recorded one)')
      .option('--model <name>', 'the model that goes on (default: the recorded one)')
      .option('--config <file>', 'configuration file')
      .option('--apply', 'apply the patch to the working tree when submitted')
      .option('--branch <name>', 'commit the patch on a new branch when submitted')
      .option('--json', 'one event a line on standard output, logs on standard error')
      .addOption(sandbox()),
  ).action((run: string, options: object) =>
    action<{ run: string }>(async () => (await import('./resume.ts')).resume)({ ...options, run }),
  );

  program
    .command('import <file...>')
    .description("read trajectories of SWE-agent, mini-swe-agent or Harbor's ATIF into ours")
    .option('--out <dir>', 'folder for the new trajectories (default: the current one)')
    .action((files: string[], options: object) =>
      action<{ files: string[] }>(async () => (await import('./import.ts')).importFiles)({
        ...options,
        files,
      }),
    );

  program
    .command('export <trajectory>')
    .description('write a trajectory in another format')
    .addOption(
      new Option('--format <format>', 'the format to write')
        .choices([...EXPORT_FORMATS])
        .makeOptionMandatory(),
    )
    .option('--out <file>', 'file to write (default: standard output)')
    .option('--thinking', "openai, anthropic: keep the model's thinking")
    .action((trajectory: string, options: { format: (typeof EXPORT_FORMATS)[number] }) =>
      action<typeof options & { trajectory: string }>(
        async () => (await import('./export.ts')).exportFile,
      )({ ...options, trajectory }),
    );

  program
    .command('inspect [dir]')
    .description('a web page over the runs of a folder, on this machine only')
    .option('--port <n>', 'port of the page (default: a free one)', value(parsePort))
    .action((dir: string | undefined, options: object) =>
      action<{ dir?: string }>(async () => (await import('./inspect.ts')).inspect)({
        ...options,
        ...(dir === undefined ? {} : { dir }),
      }),
    );

  program
    .command('show <run>')
    .description('show a run in the terminal: one line a step, or all of one step')
    .option('--step <n>', 'everything of this step', value(parseStep))
    .option('--patch', 'the patch as well')
    .action((run: string, options: object) =>
      action<{ run: string }>(async () => (await import('./show.ts')).show)({ ...options, run }),
    );

  program
    .command('stats <dir>')
    .description('exit statuses, costs, tokens, steps, time and tool use of the runs in a folder')
    .option('--json', 'one object on standard output')
    .addOption(new Option('--csv', 'one line a run').conflicts('json'))
    .action((dir: string, options: object) =>
      action<{ dir: string }>(async () => (await import('./stats.ts')).stats)({ ...options, dir }),
    );

  program
    .command('compare <a> <b>')
    .description('compare two folders of runs: which tasks each solved, costs, differences')
    .option('--json', 'one object on standard output')
    .action((a: string, b: string, options: object) =>
      action<{ a: string; b: string }>(async () => (await import('./compare.ts')).compare)({
        ...options,
        a,
        b,
      }),
    );
}

function parseStep(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1) {
    throw new UsageError(`${JSON.stringify(text)} is no step; give a whole number from 1`);
  }
  return Number(text);
}

function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new UsageError(`${JSON.stringify(text)} is no port; give a number from 0 to 65535`);
  }
  return Number(text);
}
