// What the tools cost on two real repositories, beside mini-swe-agent, SWE-ReX and the bare programs: medians of N calls.
// Usage: node --import tsx bench/aci.ts [N], default 200. JSON on standard output, a table on standard error.
// Downloads the repositories and the peers from PyPI into .cache/bench once.
import { execFile, execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rgPath } from '@vscode/ripgrep';
import { packageRoot } from '../src/package-root.ts';
import { openOwnTools } from './aci/own-tools.ts';
import {
  type BenchRepository,
  fetchPeers,
  fetchRepository,
  REPOSITORIES,
} from './aci/repositories.ts';

const rounds = Number(process.argv[2] ?? 200);
const cache = join(packageRoot, '.cache', 'bench');
const run = promisify(execFile);
const MEGABYTES = { maxBuffer: 256 * 1024 * 1024 };

type Medians = Record<string, number>;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

interface Step {
  /** Not timed. */
  readonly prepare?: () => Promise<unknown>;
  readonly run: () => Promise<unknown>;
}

/** Times steps in turn, round after round, so that all of them see the same machine. */
async function timeSteps(steps: Record<string, Step>): Promise<Medians> {
  const times = new Map(Object.keys(steps).map((name) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, step] of Object.entries(steps)) {
      await step.prepare?.();
      const start = performance.now();
      await step.run();
      // The first round only warms up.
      if (round >= 0) times.get(name)?.push(performance.now() - start);
    }
  }
  return Object.fromEntries([...times].map(([name, values]) => [name, median(values)]));
}

async function ownSteps(root: string, repository: BenchRepository): Promise<Medians> {
  const { file, line, good, broken, text, symbol } = repository;
  const original = await readFile(join(root, file));
  const restore = () => writeFile(join(root, file), original);
  const tools = openOwnTools(root, false);
  const edit = (old_text: string, new_text: string, expectError = false) =>
    tools.call('edit', { path: file, old_text, new_text }, expectError);
  try {
    const first = performance.now();
    await tools.call('search', { pattern: symbol, kind: 'symbol' });
    const firstSymbol = performance.now() - first;
    const steps = await timeSteps({
      view: { run: () => tools.call('view', { path: file, start_line: 500 }) },
      'floor: read the file': {
        run: async () => (await readFile(join(root, file), 'utf8')).split('\n'),
      },
      search: { run: () => tools.call('search', { pattern: text }) },
      'floor: rg': {
        run: () =>
          run(rgPath, ['--no-config', '--fixed-strings', '--hidden', '-e', text, '.'], {
            ...MEGABYTES,
            cwd: root,
          }),
      },
      edit: { prepare: restore, run: () => edit(line, good) },
      'edit with a syntax error': { prepare: restore, run: () => edit(line, broken, true) },
    });
    // A change makes the next symbol search look for changed files, so these are timed apart.
    await tools.call('search', { pattern: symbol, kind: 'symbol' });
    const symbols = await timeSteps({
      'search for a symbol': {
        run: () => tools.call('search', { pattern: symbol, kind: 'symbol' }),
      },
    });
    const commands = await timeSteps({
      'bash true': { run: () => tools.call('bash', { command: 'true' }) },
      'floor: bash -c true': { run: () => run('bash', ['-c', 'true'], { cwd: root }) },
    });
    return { ...steps, ...symbols, ...commands, 'search for a symbol, first time': firstSymbol };
  } finally {
    await restore();
    await tools.close();
  }
}

async function semanticSteps(root: string, repository: BenchRepository): Promise<Medians> {
  const { file, line, good } = repository;
  const original = await readFile(join(root, file));
  const restore = () => writeFile(join(root, file), original);
  const tools = openOwnTools(root, true);
  const edit = () => tools.call('edit', { path: file, old_text: line, new_text: good });
  try {
    const first = performance.now();
    await edit();
    const cold = performance.now() - first;
    const steps = await timeSteps({
      'edit with semantic check': { prepare: restore, run: edit },
    });
    return { ...steps, 'edit with semantic check, first time': cold };
  } finally {
    await restore();
    await tools.close();
  }
}

function peerSteps(
  python: string,
  root: string,
  repository: BenchRepository,
): Record<string, Medians> {
  const { file, line, good, text } = repository;
  const quoted = (part: string) => part.replace(/[[\]\\.*^$/()]/g, '\\$&');
  const commands = {
    view: `sed -n 500,599p ${file}`,
    search: `'${rgPath}' --no-config --fixed-strings --hidden -e '${text}' .`,
    edit: `sed -i 's/^${quoted(line)}$/${quoted(line)}/' ${file}`,
    'edit with a syntax error': `sed 's/^${quoted(line)}$/${quoted(good)}/' ${file} >/dev/null`,
    'search for a symbol': `'${rgPath}' --no-config --word-regexp -e '${repository.symbol}' .`,
    'bash true': 'true',
  };
  const script = join(packageRoot, 'bench', 'aci', 'peers.py');
  const args = [script, root, String(rounds), JSON.stringify(commands)];
  const output = execFileSync(python, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.slice(output.lastIndexOf('\n') + 1)) as Record<string, Medians>;
}

const python = fetchPeers(cache);
const results: unknown[] = [];
for (const repository of REPOSITORIES) {
  const root = fetchRepository(cache, repository);
  const files = Number(execFileSync('sh', ['-c', 'find . -type f | wc -l'], { cwd: root }));
  const own = await ownSteps(root, repository);
  const semantic = await semanticSteps(root, repository);
  const peers = peerSteps(python, root, repository);
  const load = loadavg()[0];
  results.push({
    repository: `${repository.name} ${repository.version}`,
    files,
    load,
    patchwright: { ...own, ...semantic },
    ...peers,
  });
  process.stderr.write(`\n${repository.name} ${repository.version}, ${files} files (ms)\n`);
  for (const [step, value] of Object.entries({ ...own, ...semantic })) {
    const others = Object.entries(peers)
      .filter(([, medians]) => step in medians)
      .map(([name, medians]) => `${name} ${medians[step]?.toFixed(1)}`);
    process.stderr.write(`| ${step} | ${value.toFixed(1)} | ${others.join(', ')} |\n`);
  }
}
const machine = { cores: cpus().length, model: cpus()[0]?.model, node: process.version };
process.stdout.write(`${JSON.stringify({ rounds, machine, results }, null, 2)}\n`);
