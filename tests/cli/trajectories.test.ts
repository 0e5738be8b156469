import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { traj1 } from '../support/trajectories/foreign.ts';
import { ownEvents, sampleEvents } from '../support/trajectories/own.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const cli = (...args: string[]) => runCli(args, { home, cwd: home });

function save(folder: string, events: readonly object[]): void {
  mkdirSync(join(home, folder), { recursive: true });
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  writeFileSync(join(home, folder, 'trajectory.jsonl'), text);
}

beforeAll(() => {
  save('runs/one', sampleEvents());
  save(
    'runs/two',
    ownEvents([{}], { model: 'other', taskId: 'task-2', runId: 'run-2', patch: '' }),
  );
  save('again/one', ownEvents([{}], { runId: 'run-3', patch: '' }));
  writeFileSync(join(home, 'runs/one/report.json'), '{"task-1": {"resolved": true}}');
  writeFileSync(
    join(home, 'runs/theirs.traj'),
    traj1('/testbed', [{ action: 'ls', observation: 'a' }]),
  );
  writeFileSync(join(home, 'runs/broken.traj'), '{"trajectory": 5}');
  mkdirSync(join(home, 'empty'));
});

describe('show', () => {
  test('one line a step, facts above, the patch when asked', async () => {
    const { code, stdout } = await cli('show', 'runs/one', '--patch');
    expect(stdout).toMatch(/^status {6}submitted: the patch was submitted$/m);
    expect(stdout).toMatch(/^ {3}1 {2}bash ls +a$/m);
    expect(stdout).toMatch(/^ {3}2 {2}no call {2}Hm\.$/m);
    expect(stdout).toMatch(/^ {3}3 {2}edit a +refused$/m);
    expect(stdout).toContain('-x\n+y');
    expect(code).toBe(0);
  });

  test('everything of one step, with nothing that a terminal would obey', async () => {
    const call = {
      tool: 'bash',
      input: { command: 'a\u001b]0;x\u0007' },
      answer: { text: '\u001b[2Jb\u202e' },
    };
    save('runs-evil/evil', ownEvents([{ text: 'T', thinking: 'Th', calls: [call], nudge: 'N' }]));
    const { code, stdout } = await cli('show', 'runs-evil/evil', '--step', '1');
    for (const text of ['T', 'Th', 'command: a', 'b⟨U+202E⟩', 'said to the model', 'N']) {
      expect(stdout).toContain(text);
    }
    for (const char of ['\u001b', '\u0007', '\u202e']) expect(stdout).not.toContain(char);
    expect(code).toBe(0);
  });

  test('a step that is not there is named', async () => {
    const { code, stderr } = await cli('show', 'runs/one', '--step', '9');
    expect(stderr).toMatch(/--step: the run has 4 steps/);
    expect(code).toBe(2);
  });
});

describe('stats', () => {
  test('a table by model, tools below, and what could not be read', async () => {
    const { code, stdout, stderr } = await cli('stats', 'runs');
    expect(stdout).toMatch(/^some-model +2 +2 submitted +1\/1/m);
    expect(stdout).toMatch(/^other +1 +1 submitted +- /m);
    expect(stdout).toMatch(/^all +3 +3 submitted/m);
    expect(stdout).toMatch(/^edit +1 +1 +0/m);
    expect(stderr).toMatch(/left out .*broken\.traj: .*trajectory/);
    expect(code).toBe(0);
  });

  test('as JSON and CSV', async () => {
    const json = JSON.parse((await cli('stats', 'runs', '--json')).stdout);
    expect(json.all).toMatchObject({ runs: 3, judged: 1, resolved: 1 });
    expect(json.runs).toHaveLength(3);
    const csv = (await cli('stats', 'runs', '--csv')).stdout.trim().split('\r\n');
    expect(csv).toHaveLength(4);
    expect(csv[1]).toMatch(/^run-1,task-1,some-model,,submitted,true,4,0\.04,/);
  });

  test.each([
    ['empty', /empty: no run in it/],
    ['nowhere', /nowhere: no such folder/],
  ])('%s is refused', async (folder, message) => {
    const { code, stderr } = await cli('stats', folder);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

test('compare tells who solved what', async () => {
  const { code, stdout } = await cli('compare', 'runs', 'again');
  expect(stdout).toMatch(/^task-1 +solved +not solved/m);
  expect(stdout).toMatch(/^only runs: 1 {2}task-1$/m);
  expect(stdout).toMatch(/^not in again: 2 {2}o__r-1 task-2$/m);
  expect(code).toBe(0);
  const json = JSON.parse((await cli('compare', 'runs', 'again', '--json')).stdout);
  expect(json).toMatchObject({ onlyA: ['task-1'], missingInB: ['o__r-1', 'task-2'] });
});

describe('import and export', () => {
  test('import lays each file into a folder of its name and goes on after a bad one', async () => {
    const { code, stdout, stderr } = await cli(
      'import',
      'runs/theirs.traj',
      'runs/broken.traj',
      '--out',
      'in',
    );
    expect(stdout).toMatch(/in\/theirs\/trajectory\.jsonl {2}1 steps, submitted/);
    expect(stderr).toMatch(/broken\.traj: looks like SWE-agent/);
    expect(code).toBe(1);
    const again = await cli('import', 'runs/theirs.traj', '--out', 'in');
    expect(again.stderr).toMatch(/is there already/);
    expect(again.code).toBe(2);
  });

  test.each(['swe-agent', 'mini', 'atif', 'openai', 'anthropic', 'markdown', 'html'])(
    'export to %s, to standard output and to a file alike',
    async (format) => {
      const { code, stdout } = await cli('export', 'runs/one', '--format', format);
      expect(code).toBe(0);
      expect((await cli('export', 'runs/one', '--format', format, '--out', 'x')).stdout).toBe('');
      expect(readFileSync(join(home, 'x'), 'utf8')).toBe(stdout);
      expect(stdout.length).toBeGreaterThan(300);
    },
  );
});
