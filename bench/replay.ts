// What a replay costs apart from the tools' own time: a recorded run of 500 steps, replayed by the built command line.
// Beside it the tools' own time in the same replay, and the run that was recorded.
// Usage: node --import tsx bench/replay.ts [ROUNDS], default 5. JSON on standard output.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './statistics.ts';

const STEPS = 500;
const rounds = Number(process.argv[2] ?? 5);
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'patchwright-bench-'));
const repository = join(folder, 'repository');
const env = { PATH: process.env.PATH, HOME: folder };

function patchwright(...args: string[]): string {
  const maxBuffer = 256 * 1024 * 1024;
  return execFileSync(process.execPath, [cli, ...args], { encoding: 'utf8', env, maxBuffer });
}

/** A repository of one file, and the turns of a model that looks around in it and edits it. */
function makeTask(): string {
  execFileSync('git', ['init', '--quiet', repository]);
  const line = (i: number) => `name_${i} = ${i}\n`;
  writeFileSync(
    join(repository, 'data.txt'),
    Array.from({ length: STEPS }, (_, i) => line(i)).join(''),
  );
  const git = (...args: string[]) => execFileSync('git', ['-C', repository, ...args]);
  git('add', '.');
  git('-c', 'user.name=b', '-c', 'user.email=b@localhost', 'commit', '--quiet', '-m', 'base');
  const actions = Array.from({ length: STEPS - 2 }, (_, i) => {
    if (i % 5 === 4) return { tool: 'bash', input: { command: 'true' } };
    if (i % 5 === 3)
      return {
        tool: 'edit',
        input: { path: 'data.txt', old_text: line(i), new_text: `${line(i)}more\n` },
      };
    return { tool: 'view', input: { path: 'data.txt', start_line: i + 1 } };
  });
  const submit = { tool: 'submit', input: {} };
  const script = join(folder, 'turns.jsonl');
  const turns = [...actions, submit, submit].map((action) => JSON.stringify({ actions: [action] }));
  writeFileSync(script, `${turns.join('\n')}\n`);
  return script;
}

try {
  const out = join(folder, 'out');
  const task = ['--repo', repository, '--issue', 'Look around.', '--max-steps', String(STEPS)];
  const began = performance.now();
  patchwright('fix', ...task, '--model', `scripted:${makeTask()}`, '--out', out);
  const recordedMs = performance.now() - began;
  const summaries: Record<string, number>[] = [];
  for (let round = 0; round < rounds; round++) {
    const lines = patchwright(
      'replay',
      join(out, 'trajectory.jsonl'),
      '--repo',
      repository,
      '--json',
    );
    summaries.push(JSON.parse(lines.trimEnd().split('\n').at(-1) ?? ''));
  }
  const of = (name: string) => median(summaries.map((summary) => summary[name] ?? Number.NaN));
  const bytes = readFileSync(join(out, 'trajectory.jsonl')).length;
  const result = {
    bench: 'replay',
    command: 'node --import tsx bench/replay.ts',
    rounds,
    steps: STEPS,
    trajectoryBytes: bytes,
    unit: 'ms a step, median',
    recordedRun: recordedMs / STEPS,
    tools: of('toolMs') / STEPS,
    overhead: of('overheadMsPerStep'),
    overheadToReach: 2,
    overheadOverTools: (of('overheadMsPerStep') * STEPS) / of('toolMs'),
    allAgree: summaries.every(({ agrees }) => Boolean(agrees)),
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
