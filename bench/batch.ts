// A batch of agents with a model of fixed latency: time over the ideal, processor time a step, memory for each further
// agent, beside mini-swe-agent doing the same commands. Needs `npm run build` before.
// Usage: node --import tsx bench/batch.ts [--instances 200] [--steps 30] [--latency 200] [--workers 1,16,64,200]
//   [--serial 8] [--no-peer] [--save]. One worker alone gets only as many instances as --serial says.
// JSON on standard output, a table on standard error. Installs the peer from PyPI into .cache/bench once.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/package-root.ts';
import { commitAll } from '../tests/support/repos.ts';
import { fetchPeers } from './aci/repositories.ts';
import { report, SAVE } from './report.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    instances: { type: 'string', default: '200' },
    steps: { type: 'string', default: '30' },
    latency: { type: 'string', default: '200' },
    workers: { type: 'string', default: '1,16,64,200' },
    serial: { type: 'string', default: '8' },
    peer: { type: 'boolean', default: true },
    ...SAVE,
  },
});
const [instances, steps, latencyMs, serial] = [
  values.instances,
  values.steps,
  values.latency,
  values.serial,
].map(Number) as [number, number, number, number];

/** What an agent does in a tiny repository: looks, searches, edits, looks again. */
const COMMANDS = [
  'ls -la',
  'cat value.txt',
  'grep -rn value .',
  "sed -i 's/= 1/= 2/' value.txt",
  'git status --short',
  'head -n 20 README.md',
  'git diff',
];
/** Both programs need one step of their own at the end, ours shows the patch first. */
const commands = (count: number) =>
  Array.from({ length: count }, (_, at) => COMMANDS[at % COMMANDS.length] ?? 'true');

interface Used {
  readonly exitCode: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-batch-'));
const ids = Array.from({ length: instances }, (_, at) => `task-${String(at).padStart(4, '0')}`);
const tasks = join(folder, 'tasks');

function makeTask(id: string): void {
  const repository = join(tasks, id, 'repository');
  mkdirSync(join(repository, 'src'), { recursive: true });
  writeFileSync(join(repository, 'value.txt'), `value = 1\nname = ${id}\n`);
  writeFileSync(join(repository, 'README.md'), `${id}\n\nKeeps one value.\n`);
  for (const n of [1, 2, 3, 4, 5]) {
    writeFileSync(join(repository, 'src', `part${n}.py`), `def part${n}():\n    return ${n}\n`);
  }
  commitAll(repository);
  writeFileSync(join(tasks, id, 'issue.md'), 'The value is wrong.\n');
  writeFileSync(join(tasks, id, 'task.yaml'), "test: grep -q 'value = 2' value.txt\n");
}

/** @param python runs the measuring script */
function measure(python: string, command: readonly string[], cwd: string): Used {
  const script = join(packageRoot, 'bench', 'batch', 'measure.py');
  const output = execFileSync(python, [script, ...command], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  });
  const used = JSON.parse(output) as Used;
  if (used.exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${used.exitCode}`);
  return used;
}

function ours(workers: number, count: number): Used {
  const turns = [
    ...commands(steps - 2).map((command) => ({ tool: 'bash', input: { command } })),
    { tool: 'submit', input: {} },
    { tool: 'submit', input: {} },
  ].map((action) => ({ actions: [action], delayMs: latencyMs }));
  const script = join(folder, 'script.json');
  writeFileSync(script, JSON.stringify(turns));
  const out = join(folder, `ours-${workers}`);
  const args = ['batch', tasks, '--model', `scripted:${script}`, '--sandbox', 'none', '--out', out];
  const cli = join(packageRoot, 'dist', 'cli.js');
  const limits = ['--slice', `:${count}`, '-j', String(workers)];
  const used = measure('python3', [process.execPath, cli, ...args, ...limits], folder);
  const predictions = JSON.parse(readFileSync(join(out, 'preds.json'), 'utf8'));
  const patches = Object.values(predictions) as { model_patch: string }[];
  if (
    patches.length !== count ||
    patches.some(({ model_patch }) => !model_patch.includes('value = 2'))
  ) {
    throw new Error('not every instance was mended');
  }
  rmSync(out, { recursive: true });
  return used;
}

function mini(python: string, workers: number, count: number): Used {
  const out = join(folder, `mini-${workers}`);
  const job = {
    out,
    workers,
    latency: latencyMs / 1000,
    commands: commands(steps - 1),
    instances: ids.slice(0, count).map((id) => ({
      id,
      source: join(tasks, id, 'repository'),
      cwd: join(folder, `mini-work-${workers}`, id),
    })),
  };
  const file = join(folder, 'job.json');
  writeFileSync(file, JSON.stringify(job));
  const used = measure('python3', [python, join(packageRoot, 'bench/batch/mini.py'), file], folder);
  rmSync(out, { recursive: true });
  rmSync(join(folder, `mini-work-${workers}`), { recursive: true });
  return used;
}

interface Row {
  readonly workers: number;
  readonly instances: number;
  readonly idealSeconds: number;
  readonly [program: string]: number | Figures;
}

interface Figures extends Used {
  readonly overIdealPercent: number;
  readonly cpuMsPerStep: number;
}

function figures(used: Used, idealSeconds: number, count: number): Figures {
  return {
    ...used,
    overIdealPercent: (used.seconds / idealSeconds - 1) * 100,
    cpuMsPerStep: (used.cpuSeconds / (count * steps)) * 1000,
  };
}

/** The commands alone, one after the other, started by one shell: what no program can go below. */
function floorMs(): number {
  const line = commands(steps - 2).map((command) => `bash -c ${JSON.stringify(command)}`);
  const repository = join(tasks, ids[0] ?? '', 'repository');
  const script = `for i in 1 2 3 4 5; do ${line.join('; ')}; done >/dev/null; git checkout -q .`;
  const used = measure('python3', ['bash', '-c', script], repository);
  return (used.cpuSeconds / (5 * line.length)) * 1000;
}

try {
  for (const id of ids) makeTask(id);
  const python = values.peer ? fetchPeers(join(packageRoot, '.cache', 'bench')) : null;
  const rows: Row[] = [];
  for (const workers of values.workers.split(',').map(Number)) {
    const count = workers === 1 ? Math.min(serial, instances) : instances;
    const rounds = Math.ceil(count / workers);
    const idealSeconds = (rounds * steps * latencyMs) / 1000;
    const own = figures(ours(workers, count), idealSeconds, count);
    const peer = python && figures(mini(python, workers, count), idealSeconds, count);
    rows.push({
      workers,
      instances: count,
      idealSeconds,
      patchwright: own,
      ...(peer ? { 'mini-swe-agent': peer } : {}),
    });
    for (const [name, { overIdealPercent, cpuMsPerStep, megabytes }] of Object.entries({
      patchwright: own,
      ...(peer ? { 'mini-swe-agent': peer } : {}),
    })) {
      process.stderr.write(
        `| ${workers} workers, ${count} instances | ${name} | ${overIdealPercent.toFixed(1)} % over ideal | ${cpuMsPerStep.toFixed(2)} ms CPU a step | ${megabytes.toFixed(0)} MB |\n`,
      );
    }
  }
  const [first] = rows;
  const last = rows.at(-1);
  const perAgent = (program: string) => {
    const [small, large] = [first?.[program], last?.[program]] as (Figures | undefined)[];
    if (!small || !large || !first || !last || first.workers === last.workers) return null;
    return (large.megabytes - small.megabytes) / (last.workers - first.workers);
  };
  report(values.save, {
    ...{ instances, steps, latencyMs, floorCpuMsPerCommand: floorMs() },
    megabytesPerFurtherAgent: {
      patchwright: perAgent('patchwright'),
      'mini-swe-agent': perAgent('mini-swe-agent'),
    },
    rows,
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
