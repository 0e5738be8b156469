import { type Command, Option } from 'commander';
import { parseCount, parseCounts, parseTime } from './evaluate-options.ts';
import { parseDollars, parseSeconds, parseSteps } from './options.ts';
import type { Registration } from './trajectory-commands.ts';

const sandbox = (what: string) =>
  new Option('--sandbox <kind>', `where ${what} run (default: auto)`).choices([
    'auto',
    'bubblewrap',
    'none',
  ]);

/** Adds the benchmarks over functions: HumanEval and HumanEvalFix. */
export function addBenchmarkCommands(program: Command, registration: Registration): void {
  addHumanEval(program, registration);
  addBench(program, registration);
}

function addHumanEval(program: Command, { action, value }: Registration): void {
  const humanEval = program
    .command('humaneval')
    .description('run completions of the 164 problems of HumanEval, estimate pass@k')
    .option('--problems <file>', 'HumanEval.jsonl, packed by gzip or not')
    .option('--samples <file>', 'completions, one {"task_id", "completion"} a line')
    .option('--canonical', 'run the reference solutions')
    .option('--k <list>', 'for which k (default: 1,10,100)', value(parseCounts('--k')))
    .option('--timeout <time>', 'for one program (default: 3s)', value(parseTime('--timeout')))
    .option('-j, --jobs <n>', 'programs at a time', value(parseCount('--jobs')))
    .option('--out <file>', 'results (default: SAMPLES_results.jsonl)')
    .addOption(sandbox('programs'))
    .option('--json', 'one object on standard output')
    .action(action(async () => (await import('./humaneval.ts')).humanEval));
  humanEval
    .command('generate')
    .argument('<problems>', 'HumanEval.jsonl, packed by gzip or not')
    .description('have a model complete the problems; what the file holds already stays')
    .requiredOption('--out <file>', 'the samples, for humaneval --samples')
    .option('--model <name>', 'claude-*, openai:NAME, gguf:NAME, ... (default: auto)')
    .option(
      '-n, --samples <n>',
      'samples of each problem (default: 1)',
      value(parseCount('--samples')),
    )
    .option('-j, --jobs <n>', 'requests at a time (default: 1)', value(parseCount('--jobs')))
    .option(
      '--max-cost <dollars>',
      'end when all samples of the file would cost more than this',
      value(parseDollars),
    )
    .option('--config <file>', 'configuration file')
    .option('--json', 'one object on standard output')
    .action((problems: string, options: object) =>
      action<{ problems: string; out: string }>(
        async () => (await import('./humaneval-generate.ts')).generate,
      )({ ...(options as { out: string }), problems }),
    );
}

function addBench(program: Command, { action, value }: Registration): void {
  program
    .command('bench')
    .description('measure the agent')
    .command('humanevalfix')
    .argument('<rows>', 'HumanEvalFix as JSON Lines, or a folder of programs with tests')
    .description('repair every program as a small repository, judge by tests it cannot change')
    .addOption(
      new Option(
        '--visible <tests>',
        'what repair sees: the tests, or only the examples of the documentation',
      )
        .choices(['full', 'examples'])
        .default('full'),
    )
    .option('--model <name>', 'as for fix (default: repair)')
    .option('-j, --jobs <n>', 'programs at a time (default: 1)', value(parseCount('--jobs')))
    .option('--max-time <time>', 'for one program (default: 60s)', value(parseSeconds))
    .option('--max-cost <dollars>', 'for one program', value(parseDollars))
    .option('--max-steps <n>', 'for one program', value(parseSteps))
    .option('--tools <list>', 'add or take away tools: +repair,-bash')
    .option('--out <dir>', 'keep the trajectories and the results here')
    .option('--config <file>', 'configuration file')
    .addOption(sandbox('programs'))
    .option('--json', 'one object on standard output')
    .action((rows: string, options: object) =>
      action<{ rows: string }>(async () => (await import('./bench.ts')).benchRows)({
        ...options,
        rows,
      }),
    );
}
