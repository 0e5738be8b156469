// Logs graded a second, beside the official package on the same logs and machine: both read each file and make its
// report, in turn, so that both see the same load. Medians of the rounds. Before them each side grades all logs some
// times, since Node compiles what runs often; a large run's speed is what is measured, not the first second's.
// Needs ../shared/data. Usage: node --import tsx bench/grade.ts [--save]. JSON on standard output.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { storedRuns } from '../tests/data/swebench/data.ts';
import { openOracle } from '../tests/data/swebench/oracle.ts';
import { medianOf, report, SAVE } from './report.ts';

const { values } = parseArgs({ options: SAVE });
const ROUNDS = 9;
const WARM_UP = 8;
/** Over all logs in a round, so that a round of ours takes about as long as one of the official package. */
const PASSES = 8;
/** To be reached, as often as fast as the official package. */
const GOAL = 10;

/** The grading as it is shipped: bundled, without what a loader for development adds to every function. */
async function shipped(): Promise<
  typeof import('../src/swebench/grading/report.ts') &
    typeof import('../src/swebench/grading/read-log-file.ts')
> {
  const outfile = fileURLToPath(
    new URL(`../.cache/bench-grade-${process.pid}.mjs`, import.meta.url),
  );
  await build({
    stdin: {
      contents:
        "export * from './src/swebench/grading/report.ts'; export * from './src/swebench/grading/read-log-file.ts';",
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  try {
    return await import(outfile);
  } finally {
    rmSync(outfile);
  }
}

const { gradeInstance, readLogFile } = await shipped();
const runs = storedRuns();
const oracle = openOracle();

/** Logs a second, by the clock and by the processor's time alone, which other work on the machine does not change. */
interface Speed {
  readonly wall: number;
  readonly cpu: number;
}

function gradeAll(): Speed {
  const start = performance.now();
  const used = process.cpuUsage();
  for (let time = 0; time < PASSES; time += 1) {
    for (const { file, instance } of runs) gradeInstance(instance, readLogFile(file));
  }
  const { user, system } = process.cpuUsage(used);
  const graded = runs.length * PASSES;
  return {
    wall: graded / ((performance.now() - start) / 1000),
    cpu: graded / ((user + system) / 1e6),
  };
}

async function officialGradeAll(): Promise<Speed> {
  const rows = runs.map(({ row }) => row);
  const files = runs.map(({ file }) => file);
  const { seconds, cpu } = await oracle.ask({ do: 'time', rows, files });
  return { wall: runs.length / Number(seconds), cpu: runs.length / Number(cpu) };
}

for (let time = 0; time < WARM_UP; time += 1) gradeAll();
await officialGradeAll();
const rounds: { ours: Speed; theirs: Speed }[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  rounds.push({ ours: gradeAll(), theirs: await officialGradeAll() });
}
oracle.close();
const ratioOf = (clock: keyof Speed) =>
  Math.round(medianOf(rounds.map(({ ours, theirs }) => ours[clock] / theirs[clock])) * 10) / 10;
const speedOf = (side: 'ours' | 'theirs', clock: keyof Speed) =>
  Math.round(medianOf(rounds.map((round) => round[side][clock])));
report(values.save, {
  logs: runs.length,
  megabytes: Math.round(runs.reduce((sum, { log }) => sum + Buffer.byteLength(log), 0) / 1e5) / 10,
  rounds: ROUNDS,
  logsPerSecond: { patchwright: speedOf('ours', 'wall'), swebench: speedOf('theirs', 'wall') },
  logsPerCpuSecond: { patchwright: speedOf('ours', 'cpu'), swebench: speedOf('theirs', 'cpu') },
  ratio: ratioOf('wall'),
  cpuRatio: ratioOf('cpu'),
  goal: GOAL,
});
