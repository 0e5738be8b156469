import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TrajectoryEvent } from '../../src/trajectory/event.ts';
import { parseTrajectory } from '../../src/trajectory/reader.ts';
import { runCli, startCli } from '../support/cli.ts';
import { commitAll } from '../support/repos.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const cli = (...args: string[]) => runCli(args, { home, cwd: home });

const bash = (command: string) => ({ actions: [{ tool: 'bash', input: { command } }] });
const edit = (path: string, from: string, to: string) => ({
  actions: [{ tool: 'edit', input: { path, old_text: from, new_text: to } }],
});

/** Twenty steps whose effects hang together: folders, undo, refusals, repetition, a turn without a call. */
const turns = [
  bash('ls'),
  bash('cd src && pwd >/dev/null'),
  bash('echo counted >> log.txt'),
  { text: 'Thinking aloud.', actions: [] },
  edit('src/a.py', 'return 1', 'return (1'),
  edit('src/a.py', 'return 1', 'return 2'),
  { actions: [{ tool: 'create', input: { path: 'src/new.py', content: 'x = 1\n' } }] },
  { actions: [{ tool: 'undo', input: {} }] },
  bash('echo counted >> log.txt'),
  edit('src/a.py', 'return 2', 'return 3'),
  { actions: [{ tool: 'no_such_tool', input: {} }] },
  bash('grep -n return a.py'),
  bash('grep -n return a.py'),
  bash('grep -n return a.py'),
  {
    actions: [
      { tool: 'view', input: { path: 'src/a.py' } },
      { tool: 'search', input: { pattern: 'return' } },
      { tool: 'edit', input: { path: 'src/a.py', start_line: 1, end_line: 0, new_text: '# top' } },
    ],
  },
  bash('cd .. && echo end >> src/log.txt'),
  bash('cat src/log.txt'),
  edit('src/a.py', 'return 3', 'return 4'),
  { actions: [{ tool: 'submit', input: {} }] },
  { actions: [{ tool: 'submit', input: {} }] },
].map((turn) => ({ ...turn, usage: { inputTokens: 10, outputTokens: 1, costUsd: 0.001 } }));

const repository = join(home, 'repo');
const whole = join(home, 'whole');
let bytes: Buffer;
let events: TrajectoryEvent[];

function script(name: string, value: unknown): string {
  const file = join(home, name);
  writeFileSync(file, JSON.stringify(value));
  return `scripted:${file}`;
}

/** What must be the same however often a run was stopped: everything but times and the place of the copy. */
function meaning(all: readonly TrajectoryEvent[]): unknown[] {
  return all
    .filter(
      (event) => event.type !== 'header' && !(event.type === 'note' && event.kind !== 'nudge'),
    )
    .map((event) =>
      JSON.parse(
        JSON.stringify(event, (key, value) =>
          /^(time|durationMs|seq)$/.test(key) ? 0 : value,
        ).replace(/\/tmp\/patchwright-\d+-\w+/g, '/copy'),
      ),
    );
}

async function start(out: string, model: string): Promise<void> {
  const args = ['fix', '--repo', repository, '--issue', 'wrong', '--model', model, '--out', out];
  const { code, stderr } = await cli(...args, '--sandbox', 'none');
  expect(code, stderr).toBe(0);
}

beforeAll(async () => {
  mkdirSync(join(repository, 'src'), { recursive: true });
  writeFileSync(join(repository, 'src/a.py'), 'def f():\n    return 1\n');
  commitAll(repository);
  await start(whole, script('turns.json', turns));
  bytes = readFileSync(join(whole, 'trajectory.jsonl'));
  events = parseTrajectory(bytes).events;
});

/** The run as it was after its first bytes. */
function cutRun(name: string, length: number): string {
  const folder = join(home, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'trajectory.jsonl'), bytes.subarray(0, length));
  return folder;
}

function resumedEvents(folder: string): TrajectoryEvent[] {
  const read = parseTrajectory(readFileSync(join(folder, 'trajectory.jsonl')));
  expect(read.complete, read.problem).toBe(true);
  expect(read.events.map(({ seq }) => seq)).toEqual(read.events.map((_, index) => index));
  return read.events;
}

describe('a run of twenty steps', () => {
  test('has twenty steps', () => {
    expect(events.filter(({ type }) => type === 'turn')).toHaveLength(20);
    expect(events.at(-1)).toMatchObject({ type: 'outcome', outcome: { status: 'submitted' } });
  });

  test.concurrent.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    'killed in step %i and resumed is the run that was not killed',
    async (step) => {
      const lines = bytes.toString('utf8').split(/(?<=\n)/);
      // By turns before the turn is there, just after it, or in the middle of the line that follows.
      const turn = events.findIndex((event) => event.type === 'turn' && event.step === step);
      const kept = lines.slice(0, turn + (step % 3 === 0 ? 0 : 1)).join('');
      const half = step % 3 === 2 ? Math.floor((lines[turn + 1]?.length ?? 0) / 2) : 0;
      const folder = cutRun(`cut-${step}`, Buffer.byteLength(kept) + half);
      const { code, stdout, stderr } = await cli('resume', folder);
      expect(code, `${stdout}\n${stderr}`).toBe(0);
      expect(meaning(resumedEvents(folder))).toEqual(meaning(events));
      expect(readFileSync(join(folder, 'patch.diff'), 'utf8')).toBe(
        readFileSync(join(whole, 'patch.diff'), 'utf8'),
      );
    },
  );

  test('a process killed with -9 leaves a run that can be resumed, twice', async () => {
    const slow = script(
      'slow.json',
      turns.map((turn) => ({ ...turn, delayMs: 60 })),
    );
    const folder = join(home, 'killed');
    const args = ['fix', '--repo', repository, '--issue', 'wrong', '--model', slow];
    const rest = ['--sandbox', 'none', '--json', '--out', folder];
    const running = startCli([...args, ...rest], { home, cwd: home });
    await running.printed(/"type":"turn","step":4/);
    running.child.kill('SIGKILL');
    await running.finished;
    const again = startCli(['resume', folder, '--json'], { home, cwd: home });
    await again.printed(/"type":"turn","step":9/);
    again.child.kill('SIGKILL');
    await again.finished;
    await sleep(50);
    const { code, stderr } = await cli('resume', folder);
    expect(code, stderr).toBe(0);
    expect(meaning(resumedEvents(folder))).toEqual(meaning(events));
  });

  test('limits count what was spent before', async () => {
    const turn = events.findIndex((event) => event.type === 'turn' && event.step === 8);
    const lines = bytes.toString('utf8').split(/(?<=\n)/);
    const length = Buffer.byteLength(lines.slice(0, turn).join(''));
    const steps = cutRun('steps', length);
    const byCost = cutRun('cost', length);
    expect((await cli('resume', steps, '--max-steps', '9')).code).toBe(1);
    expect(resumedEvents(steps).at(-1)).toMatchObject({
      outcome: { status: 'limit', reason: 'step limit of 9 reached', steps: 9 },
    });
    expect((await cli('resume', byCost, '--max-cost', '0.0105')).code).toBe(1);
    const end = resumedEvents(byCost).at(-1);
    expect(end).toMatchObject({ outcome: { status: 'limit', steps: 11 } });
    expect(end?.type === 'outcome' && end.outcome.usage.costUsd).toBeCloseTo(0.011, 6);
    // A run that a limit stopped goes on when it is given more.
    expect((await cli('resume', steps, '--max-steps', '100')).code).toBe(0);
    expect(meaning(resumedEvents(steps))).toEqual(meaning(events));
  });
});

describe('what cannot be resumed', () => {
  test('a run that has ended', async () => {
    const { code, stderr } = await cli('resume', whole);
    expect(stderr).toMatch(/the run has ended \(submitted\)/);
    expect(code).toBe(2);
  });

  test('a run that still goes on', async () => {
    const slow = script('slower.json', [{ ...bash('sleep 20') }]);
    const folder = join(home, 'going-on');
    const args = [
      'fix',
      '--repo',
      repository,
      '--issue',
      'w',
      '--model',
      slow,
      '--sandbox',
      'none',
    ];
    const running = startCli([...args, '--json', '--out', folder], { home, cwd: home });
    await running.printed(/"type":"turn","step":1/);
    const { code, stderr } = await cli('resume', folder);
    expect(stderr).toMatch(new RegExp(`process ${running.child.pid} still works on this run`));
    expect(code).toBe(2);
    running.child.kill('SIGINT');
    await running.finished;
  });

  test('a run whose repository has changed', async () => {
    const folder = cutRun('changed', bytes.indexOf(0x0a) + 1);
    const header = JSON.parse(bytes.toString('utf8').split('\n')[0] ?? '');
    header.task.baseTree = '1'.repeat(40);
    writeFileSync(join(folder, 'trajectory.jsonl'), `${JSON.stringify(header)}\n`);
    const { code, stderr } = await cli('resume', folder);
    expect(stderr).toMatch(/not those the run began with/);
    expect(code).toBe(2);
  });
});
