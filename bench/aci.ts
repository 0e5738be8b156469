// What the tools cost on two real repositories, beside mini-swe-agent, SWE-ReX and the bare programs: medians of N calls.
// Usage: node --import tsx bench/aci.ts [N] [--only PART]... [--save], default 200 and all parts: tools, semantic, peers.
// JSON on standard output, a table on standard error; --save writes bench/results/aci.json.
// Downloads the repositories and the peers from PyPI into .cache/bench once.
import { execFile, execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { rgPath } from '@vscode/ripgrep';
import { packageRoot } from '../src/package-root.ts';
import { openOwnTools } from './aci/own-tools.ts';
import {
  type BenchRepository,
  fetchPeers,
  fetchRepository,
  REPOSITORIES,
} from './aci/repositories.ts';
import { medianOf, report, SAVE } from './report.ts';

const PARTS = ['tools', 'semantic', 'peers'];
/** What a model takes at least to answer, between a view and an edit. */
const THINKING_MS = 5_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true, default: PARTS },
    ...SAVE,
  },
});
const parts = values.only;
if (!parts.every((part) => PARTS.includes(part))) throw new Error(`parts: ${PARTS.join(', ')}`);
const rounds = Number(positionals[0] ?? 200);
const cache = join(packageRoot, '.cache', 'bench');
const run = promisify(execFile);
const MEGABYTES = { maxBuffer: 256 * 1024 * 1024 };

type Medians = Record<string, number>;

interface Step {
  /** Not timed. */
  readonly prepare?: () => Promise<unknown>;
  /** @param round from 0; -1 for the round that only warms up */
  readonly run: (round: number) => Promise<unknown>;
}

/** Times steps in turn, round after round, so that all of them see the same machine. */
async function timeSteps(steps: Record<string, Step>): Promise<Medians> {
  const times = new Map(Object.keys(steps).map((name) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, step] of Object.entries(steps)) {
      await step.prepare?.();
      const start = performance.now();
      await step.run(round);
      // The first round only warms up.
      if (round >= 0) times.get(name)?.push(performance.now() - start);
    }
  }
  return Object.fromEntries([...times].map(([name, values]) => [name, medianOf(values)]));
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

/**
 * Edits that the language's checker looks at. Every round makes another text, so that nothing is answered from memory;
 * between rounds the file is restored by other means than the tools.
 */
async function semanticSteps(root: string, repository: BenchRepository): Promise<Medians> {
  return {
    ...(await semanticEdits(root, repository, 'edit with semantic check')),
    ...(await semanticEdits(
      root,
      repository.typical,
      'edit of a typical file with semantic check',
    )),
  };
}

async function semanticEdits(
  root: string,
  { file, line, good }: BenchRepository['typical'],
  step: string,
): Promise<Medians> {
  const original = await readFile(join(root, file));
  const restore = () => writeFile(join(root, file), original);
  const first = async (viewed: boolean) => {
    const tools = openOwnTools(root, true);
    if (viewed) {
      await tools.call('view', { path: file, start_line: 1 });
      await sleep(THINKING_MS);
    }
    const edit = (round: number) =>
      tools.call('edit', { path: file, old_text: line, new_text: `${good}  # ${round}` });
    const start = performance.now();
    await edit(-2);
    return { tools, edit, ms: performance.now() - start };
  };
  try {
    const cold = await first(false);
    await cold.tools.close();
    await restore();
    const { tools, edit, ms } = await first(true);
    try {
      const steps = await timeSteps({ [step]: { prepare: restore, run: edit } });
      return { ...steps, [`${step}, first time`]: cold.ms, [`${step}, first after a view`]: ms };
    } finally {
      await tools.close();
    }
  } finally {
    await restore();
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

const results: unknown[] = [];
for (const repository of REPOSITORIES) {
  const root = fetchRepository(cache, repository);
  const files = Number(execFileSync('sh', ['-c', 'find . -type f | wc -l'], { cwd: root }));
  const start = performance.now();
  const own = {
    ...(parts.includes('tools') ? await ownSteps(root, repository) : {}),
    ...(parts.includes('semantic') ? await semanticSteps(root, repository) : {}),
  };
  const peers = parts.includes('peers') ? peerSteps(fetchPeers(cache), root, repository) : {};
  const name = `${repository.name} ${repository.version}`;
  const seconds = Math.round((performance.now() - start) / 1000);
  const load = loadavg()[0];
  results.push({ repository: name, files, load, seconds, patchwright: own, ...peers });
  process.stderr.write(`\n${name}, ${files} files (ms; ${seconds} s in all)\n`);
  const steps = new Set([own, ...Object.values(peers)].flatMap((medians) => Object.keys(medians)));
  for (const step of steps) {
    const all = Object.entries({ patchwright: own as Medians, ...peers })
      .filter(([, medians]) => step in medians)
      .map(([who, medians]) => `${who} ${medians[step]?.toFixed(1)}`);
    process.stderr.write(`| ${step} | ${all.join(' | ')} |\n`);
  }
}
report(values.save, { parts, rounds, results });
