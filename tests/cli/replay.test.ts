import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TrajectoryEvent } from '../../src/trajectory/event.ts';
import { readTrajectory } from '../../src/trajectory/reader.ts';
import { jsonLines, runCli } from '../support/cli.ts';
import { commitAll, git, snapshot } from '../support/repos.ts';
import { traj0, windowText } from '../support/trajectories/foreign.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const cli = (...args: string[]) => runCli(args, { home, cwd: home });

const BROKEN = 'def total(items):\n    return sum(items) + 1\n';
const repository = join(home, 'repo');
const out = join(home, 'run');
const trajectory = join(out, 'trajectory.jsonl');

const turns = [
  { text: 'Look.', actions: [{ tool: 'bash', input: { command: 'ls; pwd; date' } }] },
  {
    actions: [
      { tool: 'view', input: { path: 'total.py' } },
      { tool: 'edit', input: { path: 'total.py', old_text: ' + 1', new_text: ' +' } },
    ],
  },
  { actions: [{ tool: 'edit', input: { path: 'total.py', old_text: ' + 1', new_text: '' } }] },
  {
    actions: [
      { tool: 'bash', input: { command: 'python3 -c "import total; print(total.total([2]))"' } },
    ],
  },
  { actions: [{ tool: 'submit', input: {} }] },
  { actions: [{ tool: 'submit', input: {} }] },
];

function script(name: string, value: unknown): string {
  const file = join(home, name);
  writeFileSync(file, JSON.stringify(value));
  return `scripted:${file}`;
}

function makeRepository(folder: string): void {
  git(home, 'init', '--quiet', folder);
  writeFileSync(join(folder, 'total.py'), BROKEN);
  commitAll(folder);
}

/** The recorded run with some of its events changed. */
async function changed(name: string, change: (event: TrajectoryEvent) => void): Promise<string> {
  const { events } = await readTrajectory(trajectory);
  for (const event of events) change(event);
  const file = join(home, name);
  writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return file;
}

beforeAll(async () => {
  makeRepository(repository);
  const model = script('turns.json', turns);
  const args = ['fix', '--repo', repository, '--issue', 'total is wrong', '--model', model];
  const { code, stderr } = await cli(...args, '--out', out);
  expect(code, stderr).toBe(0);
});

describe('replay of a run of ours', () => {
  test.each(['auto', 'none'])(
    'agrees in the sandbox %s and leaves the repository alone',
    async (sandbox) => {
      const before = snapshot(repository);
      const { code, stdout, stderr } = await cli('replay', out, '--sandbox', sandbox);
      expect(stderr).not.toMatch(/error/i);
      expect(stdout).toMatch(/^ {3}2 {2}ok {4}view total.py; edit total.py$/m);
      expect(stdout).toMatch(/^patch ok {4}total\.py {2}[0-9a-f]{10}$/m);
      expect(stdout).toMatch(/^agrees: 6 of 6 steps the same/m);
      expect(code).toBe(0);
      expect(snapshot(repository)).toBe(before);
    },
  );

  test('shows the first difference as a diff and exits 1', async () => {
    const file = await changed('other.jsonl', (event) => {
      if (event.type === 'observation' && event.step === 4) event.observation.text = '4\n';
    });
    const { code, stdout } = await cli('replay', file);
    expect(stdout).toMatch(/^ {3}4 {2}DIFF {2}bash .*\(other text\)$/m);
    expect(stdout).toContain('first difference, step 4, bash:');
    expect(stdout).toMatch(/^-4\n\+2$/m);
    expect(stdout).toMatch(/^differs: 5 of 6 steps the same/m);
    expect(code).toBe(1);
  });

  test('tells another final patch', async () => {
    const file = await changed('patch.jsonl', (event) => {
      if (event.type !== 'outcome') return;
      event.outcome.patch = event.outcome.patch.replace(/\.\.\w+/, '..0123456789');
    });
    const { code, stdout } = await cli('replay', file);
    expect(stdout).toMatch(/^patch DIFF {2}total\.py {2}0123456789 in the recording/m);
    expect(code).toBe(1);
  });

  test('runs but does not compare before --from, and stops after --until', async () => {
    const file = await changed('part.jsonl', (event) => {
      if (event.type === 'observation' && event.step === 1) event.observation.text = 'other';
    });
    const { code, stdout } = await cli('replay', file, '--from', '2', '--until', '4', '--json');
    const lines = jsonLines(stdout);
    expect(lines.slice(0, -1).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      agrees: true,
      steps: 4,
      compared: 3,
      patch: [],
    });
    expect(code).toBe(0);
  });

  test.each([
    ['--from 4 --until 2', '--from 4 is after --until 2; nothing would be compared'],
    ['--from 99', '--from: the recording has 6 steps, so there is no step 99'],
    ['--until 99', '--until: the recording has 6 steps, so there is no step 99'],
    ['--model repair', '--model is for the model that takes over; add --continue'],
    ['--out there', '--out is for the model that takes over; add --continue'],
    ['--continue --model none-such', 'none-such'],
    ['--continue --model repair --tools +none-such', 'none-such'],
  ])('%s is refused before anything is run', async (options, sentence) => {
    const { code, stdout, stderr } = await cli('replay', out, ...options.split(' '));
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n').length).toBeLessThan(3);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('a recording without steps, or without anything, is no replay', async () => {
    const header = readFileSync(join(out, 'trajectory.jsonl'), 'utf8').split('\n')[0];
    for (const [name, text, sentence] of [
      ['bare.jsonl', `${header}\n`, 'the recording has no steps, so there is nothing to replay'],
      ['void.jsonl', '', 'no run in it; it is empty'],
    ] as const) {
      writeFileSync(join(home, name), text);
      const { code, stderr } = await cli('replay', join(home, name));
      expect(stderr).toContain(sentence);
      expect(code).toBe(2);
    }
  });

  test('--keep leaves the workspace there as it was after the last step', async () => {
    const { stdout } = await cli('replay', out, '--until', '3', '--keep');
    const kept = /^workspace {3}(.+)$/m.exec(stdout)?.[1] ?? '';
    expect(readFileSync(join(kept, 'total.py'), 'utf8')).toBe(BROKEN.replace(' + 1', ''));
    rmSync(kept, { recursive: true });
  });

  test('--continue lets a model take over, as a run of its own', async () => {
    const more = [...turns.slice(0, 3), ...turns.slice(4)];
    more[3] = { actions: [{ tool: 'create', input: { path: 'note.txt', content: 'x\n' } }] };
    const model = script('more.json', [...more, { actions: [{ tool: 'submit', input: {} }] }]);
    const folder = join(home, 'continued');
    const args = ['replay', out, '--until', '3', '--continue', '--model', model, '--out', folder];
    const { code, stderr } = await cli(...args);
    expect(code, stderr).toBe(0);
    const { events, complete } = await readTrajectory(join(folder, 'trajectory.jsonl'));
    expect(complete).toBe(true);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    expect(events.filter(({ type }) => type === 'turn')).toHaveLength(6);
    const end = events.at(-1);
    expect(end).toMatchObject({ type: 'outcome', outcome: { status: 'submitted', steps: 6 } });
    const patch = end?.type === 'outcome' ? end.outcome.patch : '';
    expect(patch).toContain('+++ b/note.txt');
    expect(patch).toContain('+++ b/total.py');
    expect((await cli('replay', folder)).code).toBe(0);
  });

  test.each(['swe-agent', 'mini', 'atif'])(
    'agrees after a round trip through %s',
    async (format) => {
      const file = join(home, `${format}.json`);
      expect((await cli('export', out, '--format', format, '--out', file)).code).toBe(0);
      const into = join(home, 'imported');
      const imported = await cli('import', file, '--out', into);
      expect(imported.code, imported.stderr).toBe(0);
      const { code, stdout } = await cli('replay', join(into, format));
      expect(stdout).toMatch(/^agrees: 6 of 6 steps the same/m);
      expect(code).toBe(0);
    },
  );

  test('takes the recorded base when the repository has moved on, another copy with --repo', async () => {
    const copy = join(home, 'copy');
    git(home, 'clone', '--quiet', repository, copy);
    writeFileSync(join(copy, 'total.py'), 'moved = on\n');
    git(copy, 'commit', '--quiet', '--all', '--message', 'later');
    const { code, stdout } = await cli('replay', out, '--repo', copy);
    expect(stdout).toMatch(/^agrees/m);
    expect(code).toBe(0);
  });
});

describe("replay of another agent's run", () => {
  const root = '/owner__repo';
  const file = `${root}/total.py`;
  const good = ['def total(items):', '    return sum(items)'];
  const patch = (id: string) =>
    `diff --git a/total.py b/total.py\nindex 3e5ca25..${id} 100644\n--- a/total.py\n+++ b/total.py\n`;
  const recording = (id: string) =>
    traj0(
      root,
      [
        { action: 'ls', observation: 'total.py\n' },
        { action: 'open total.py 2', observation: windowText(file, BROKEN.trimEnd().split('\n')) },
        {
          action: 'edit 2:2\nreturn sum(items)\nend_of_edit',
          observation: 'Your proposed edit has introduced new syntax error(s).',
          openFile: file,
        },
        {
          action: 'edit 2:2\n    return sum(items)\nend_of_edit',
          observation: windowText(file, good),
          openFile: file,
        },
        { action: `python3 ${file}`, observation: '' },
        { action: 'submit', observation: `\n${patch(id)}` },
      ],
      `\n${patch(id)}`,
    );

  test('maps, refuses what was refused, and agrees by blob id', async () => {
    writeFileSync(join(home, 'good.py'), `${good.join('\n')}\n`);
    const blob = git(home, 'hash-object', join(home, 'good.py')).trim().slice(0, 7);
    writeFileSync(join(home, 'theirs.traj'), recording(blob));
    const { code, stdout } = await cli('replay', 'theirs.traj', '--repo', repository);
    expect(stdout).toMatch(/^agrees: 6 of 6 steps the same/m);
    expect(stdout).toContain(`patch ok    total.py  ${blob}`);
    expect(code).toBe(0);
  });

  test('tells another final content', async () => {
    writeFileSync(join(home, 'theirs.traj'), recording('0123456'));
    const { code, stdout } = await cli('replay', 'theirs.traj', '--repo', repository);
    expect(stdout).toContain('patch DIFF  total.py');
    expect(code).toBe(1);
  });
});

describe('bad input', () => {
  test.each([
    [['replay', 'nowhere'], /nowhere: no trajectory there/],
    [['replay', out, '--from', '9'], /--from: the recording has 6 steps/],
    [['replay', out, '--until', 'x'], /"x" is no step/],
    [['replay', out, '--repo', join(home, 'none')], /none/],
    [['export', out, '--format', 'pdf'], /--format/],
    [['import', 'nothing.traj'], /nothing\.traj: no trajectory there/],
  ])('%j is one sentence and exit 2', async (args, message) => {
    const { code, stderr } = await cli(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n').length).toBeLessThan(3);
    expect(code).toBe(2);
  });

  test('a repository without the recorded tree is named', async () => {
    const file = await changed('tree.jsonl', (event) => {
      if (event.type === 'header') event.task.baseTree = '0'.repeat(40);
    });
    const { code, stderr } = await cli('replay', file);
    expect(stderr).toMatch(/its files are not those the run began with/);
    expect(code).toBe(2);
    expect(existsSync(repository)).toBe(true);
  });
});
