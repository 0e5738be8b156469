// What a replay costs apart from the tools' own time: a recorded run of 500 steps, replayed by the built command line.
// Beside it the tools' own time in the same replay, and the run that was recorded.
// Usage: node --import tsx bench/replay.ts [ROUNDS] [--save], default 5. JSON on standard output.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commitAll } from '../tests/support/repos.ts';
import { medianOf, report, SAVE } from './report.ts';

const STEPS = 500;
const { values, positionals } = parseArgs({ allowPositionals: true, options: SAVE });
const rounds = Number(positionals[0] ?? 5);
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
  mkdirSync(repository);
  const line = (i: number) => `name_${i} = ${i}\n`;
  writeFileSync(
    join(repository, 'data.txt'),
    Array.from({ length: STEPS }, (_, i) => line(i)).join(''),
  );
  commitAll(repository);
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
  const of = (name: string) => medianOf(summaries.map((summary) => summary[name] ?? Number.NaN));
  const bytes = readFileSync(join(out, 'trajectory.jsonl')).length;
  report(values.save, {
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
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
