import { type Command, Option } from 'commander';
import { UsageError } from '../errors.ts';
import type { Status } from '../trajectory/event.ts';
import { STATUSES } from '../trajectory/status.ts';
import { parseCount, parseTime } from './evaluate-options.ts';
import { parseDollars, parseSeconds, parseSteps } from './options.ts';
import type { Registration } from './trajectory-commands.ts';

/** `--redo STATUS[,STATUS]`. @throws {UsageError} */
export function parseStatuses(text: string): Status[] {
  return text.split(',').map((word) => {
    const status = STATUSES.find((each) => each === word.trim());
    if (status) return status;
    throw new UsageError(
      `--redo: ${JSON.stringify(word)} is no status; use ${STATUSES.join(', ')}`,
    );
  });
}

/** Adds `batch`. @param selection adds the options that select instances of a dataset */
export function addBatchCommand(
  program: Command,
  { action, value }: Registration,
  selection: (command: Command) => Command,
): void {
  runOptions(selection(program.command('batch <dataset>')), value)
    .description('run the agent on every instance of a dataset; leave predictions to be evaluated')
    .option('-j, --workers <n>', 'instances at a time (default: 4)', value(parseCount('--workers')))
    .option(
      '--out <dir>',
      'folder or s3://bucket/prefix of the results (default: patchwright-batch)',
    )
    .option(
      '--max-total-cost <dollars>',
      'stop after this many US dollars altogether',
      value((text) => parseDollars(text, '--max-total-cost')),
    )
    .option('--max-total-time <time>', 'stop after this long', value(parseTime('--max-total-time')))
    .option('--redo <list>', 'run instances of these statuses anew', value(parseStatuses))
    .option(
      '--jitter <time>',
      'workers start spread over this time (default: 0)',
      value(parseTime('--jitter')),
    )
    .option(
      '--queue [url]',
      'put the instances into this Redis for `patchwright worker` and watch (default: $PATCHWRIGHT_QUEUE)',
    )
    .option('--evaluate', 'with --queue: the worker that makes a result grades it')
    .option('--detach', 'with --queue: do not watch')
    .option('--json', 'one event a line on standard output')
    .action((dataset: string, options: object) =>
      action<{ dataset: string }>(async () => (await import('./batch.ts')).batch)({
        ...options,
        dataset,
      }),
    );
}

/** Options that say how each instance is run. */
function runOptions(command: Command, value: Registration['value']): Command {
  return command
    .option('--model <name>', 'as for fix (default: auto)')
    .option('--max-cost <dollars>', 'US dollars for each attempt (default: 3)', value(parseDollars))
    .option('--max-steps <n>', 'turns for each attempt (default: 100)', value(parseSteps))
    .option('--max-time <time>', 'time for each attempt (default: 30m)', value(parseSeconds))
    .addOption(
      new Option('--engine <name>', 'containers, or checkouts without any (default: auto)').choices(
        ['auto', 'docker', 'podman', 'none'],
      ),
    )
    .addOption(
      new Option('--sandbox <kind>', 'where commands of a checkout run (default: auto)').choices([
        'auto',
        'bubblewrap',
        'none',
      ]),
    )
    .option('--repos <dir>', 'folder of mirrors to check out from')
    .option('--setup <file>', 'YAML: how repositories are set up for a checkout')
    .option('--hints', 'tell the model the hints of the dataset')
    .option('--attempts <n>', 'independent runs of each instance', value(parseCount('--attempts')))
    .addOption(
      new Option('--choose <how>', 'how the best attempt is found (default: tests)').choices([
        'tests',
        'vote',
        'review',
      ]),
    )
    .option('--tools <list>', 'add or take away tools: +repair,-bash')
    .option('--config <file>', 'configuration file');
}
