import { type Command, Option } from 'commander';
import { parseCount, parseTime } from './evaluate-options.ts';
import type { Registration } from './trajectory-commands.ts';

const QUEUE = 'Redis of the queue: redis://[:password@]host[:port] (default: $PATCHWRIGHT_QUEUE)';

/** Adds the commands by which a batch runs on several machines. */
export function addQueueCommands(program: Command, { action, value }: Registration): void {
  program
    .command('worker')
    .description(
      'take instances of batches from a queue and run them, on as many machines as wanted',
    )
    .option('--queue <url>', QUEUE)
    .option('-j, --jobs <n>', 'instances at a time (default: 1)', value(parseCount('--jobs')))
    .option('--drain', 'end when every batch is done')
    .option(
      '--grace <time>',
      'what runs gets this long to end when the worker is told to stop (default: 25s)',
      value(parseTime('--grace')),
    )
    .option(
      '--lease <time>',
      'a worker that is silent for so long has lost its instances (default: 30s)',
      value(parseTime('--lease')),
    )
    .option(
      '--save-every <time>',
      'how often running instances are saved (default: 5s)',
      value(parseTime('--save-every')),
    )
    .option(
      '--max-deaths <n>',
      'an instance that so many workers in a row died of ends with an error (default: 10)',
      value(parseCount('--max-deaths')),
    )
    .addOption(
      new Option(
        '--sandbox <kind>',
        'where commands of a checkout run (default: of the batch)',
      ).choices(['auto', 'bubblewrap', 'none']),
    )
    .option('--repos <dir>', 'folder of mirrors on this machine (default: of the batch)')
    .option('--setup <file>', 'YAML: how repositories are set up (default: of the batch)')
    .option('--config <file>', 'configuration file')
    .action(action(async () => (await import('./worker.ts')).worker));

  const queue = program.command('queue').description('look after the batches of a queue');
  queue
    .command('list')
    .description('list the batches and how far they are')
    .option('--queue <url>', QUEUE)
    .option('--json', 'one object a line on standard output')
    .action(action(async () => (await import('./queue.ts')).listBatches));
  queue
    .command('watch <batch>')
    .description('watch a batch; Ctrl-C ends the watching, not the batch')
    .option('--queue <url>', QUEUE)
    .option('--json', 'one event a line on standard output')
    .action((batch: string, options: object) =>
      action<{ batch: string }>(async () => (await import('./queue.ts')).watch)({
        ...options,
        batch,
      }),
    );
  queue
    .command('cancel <batch>')
    .description('start no more of a batch and cut what runs; results that have landed stay')
    .option('--queue <url>', QUEUE)
    .action((batch: string, options: object) =>
      action<{ batch: string }>(async () => (await import('./queue.ts')).cancel)({
        ...options,
        batch,
      }),
    );

  program
    .command('collect <out>')
    .description(
      'write preds.json from the results in a folder or bucket; with --to copy all of it',
    )
    .option('--to <dir>', 'copy everything into this folder, for evaluate, stats, inspect')
    .action((out: string, options: object) =>
      action<{ out: string }>(async () => (await import('./collect.ts')).collect)({
        ...options,
        out,
      }),
    );
}
