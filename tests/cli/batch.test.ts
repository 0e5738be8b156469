import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeTasks, SCRIPT, writeScript } from '../support/batch.ts';
import { jsonLines, runCli, startCli } from '../support/cli.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-batch-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const NAMES = ['a__one-1', 'a__two-2', 'b__three-3', 'b__four-4'];

/** Each turn costs so much and takes so long. */
function turns({ costUsd = 0, delayMs = 0 }): readonly unknown[] {
  return SCRIPT.map((turn) => ({ ...turn, delayMs, usage: { costUsd, inputTokens: 10 } }));
}

function setUp(script: readonly unknown[] = SCRIPT, names: readonly string[] = NAMES) {
  const folder = mkdtempSync(join(home, 'test-'));
  const tasks = makeTasks(folder, names);
  const args = ['batch', tasks, '--model', writeScript(folder, script), '--sandbox', 'none'];
  const out = (name = 'out') => join(folder, name);
  return { folder, tasks, args, out, options: { home, cwd: folder } };
}

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');
const predictions = (out: string) => JSON.parse(read(out, 'preds.json'));
const events = (out: string, id: string) =>
  read(out, id, 'trajectory.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const started = (stdout: string) =>
  jsonLines(stdout).flatMap(({ type, instanceId }) => (type === 'started' ? [instanceId] : []));

describe('batch', () => {
  test('every instance gives a prediction that evaluate accepts; run again, nothing is left to do', async () => {
    const { args, tasks, out, options } = setUp();
    const first = await runCli([...args, '-j', '2', '--out', out()], options);
    expect(first.code, first.stderr + first.stdout).toBe(0);
    expect(first.stdout).toContain('4 of 4 done');
    const given = predictions(out());
    expect(Object.keys(given).sort()).toEqual([...NAMES].sort());
    expect(given['a__one-1']).toEqual({
      model_name_or_path: expect.stringMatching(/^scripted:/),
      instance_id: 'a__one-1',
      model_patch: expect.stringContaining('+value = 2'),
    });
    const lines = read(out(), 'all_preds.jsonl').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(Object.values(given));
    expect(read(out(), 'run_batch_exit_statuses.yaml')).toBe(
      `instances_by_exit_status:\n  submitted:\n${[...NAMES]
        .sort()
        .map((name) => `    - ${name}\n`)
        .join('')}total_cost: 0\n`,
    );
    expect(events(out(), 'b__four-4').at(-1)).toMatchObject({ type: 'outcome' });

    const again = await runCli([...args, '--out', out(), '--json'], options);
    expect(again.code).toBe(0);
    expect(started(again.stdout)).toEqual([]);

    const preds = join(out(), 'preds.json');
    const grading = [
      'evaluate',
      preds,
      '--dataset',
      tasks,
      '--engine',
      'none',
      '--sandbox',
      'none',
    ];
    const graded = await runCli([...grading, '--out', out('graded'), '--json'], options);
    expect(graded.code, graded.stderr).toBe(0);
    expect(jsonLines(graded.stdout)[0]).toMatchObject({ report: { resolved_instances: 4 } });
  });

  test('killed and run again, it gives what an unkilled one gives', async () => {
    const { args, out, options } = setUp(turns({ delayMs: 150 }));
    const whole = await runCli([...args, '-j', '4', '--out', out('whole')], options);
    expect(whole.code).toBe(0);
    const killed = startCli([...args, '-j', '3', '--out', out(), '--json'], options);
    // The last of the dataset: it starts when another has ended.
    await killed.printed(/"type":"step","instanceId":"b__three-3","attempt":1,"step":2/);
    killed.child.kill('SIGKILL');
    const { stdout } = await killed.finished;
    const ended = jsonLines(stdout.slice(0, stdout.lastIndexOf('\n'))).filter(
      ({ type }) => type === 'ended',
    );
    expect(ended.length).toBeLessThan(4);
    const again = await runCli([...args, '--out', out(), '--json'], options);
    expect(again.code, again.stderr).toBe(0);
    expect(jsonLines(again.stdout)).toContainEqual(
      expect.objectContaining({ type: 'resumed', instanceId: 'b__three-3' }),
    );
    expect(read(out(), 'preds.json')).toBe(read(out('whole'), 'preds.json'));
    expect(events(out(), 'b__three-3').filter(({ type }) => type === 'turn')).toHaveLength(5);
  });

  test('Ctrl-C keeps what runs as interrupted; the same command goes on with it', async () => {
    const { args, out, options } = setUp(turns({ delayMs: 300 }));
    const stopped = startCli([...args, '-j', '2', '--out', out(), '--json'], options);
    await stopped.printed(/"type":"step","instanceId":"a__two-2","attempt":1,"step":2/);
    stopped.child.kill('SIGINT');
    const { code, stdout } = await stopped.finished;
    expect(code).toBe(130);
    expect(jsonLines(stdout).at(-1)).toMatchObject({
      type: 'summary',
      statuses: { interrupted: 2 },
      stopped: 'interrupted',
    });
    expect(events(out(), 'a__two-2').at(-1)).toMatchObject({ outcome: { status: 'interrupted' } });
    const again = await runCli([...args, '--out', out(), '--json'], options);
    expect(again.code, again.stderr).toBe(0);
    expect(jsonLines(again.stdout).at(-1)).toMatchObject({ statuses: { submitted: 4 } });
    expect(events(out(), 'a__two-2').filter(({ type }) => type === 'header')).toHaveLength(1);
  });

  test('a second Ctrl-C ends at once', async () => {
    const endless = [{ actions: [{ tool: 'bash', input: { command: 'sleep 300' } }] }];
    const { args, out, options } = setUp(endless);
    const stopped = startCli([...args, '--out', out(), '--json'], options);
    await stopped.printed(/"step":1/);
    stopped.child.kill('SIGINT');
    stopped.child.kill('SIGINT');
    expect((await stopped.finished).code).toBe(130);
  });

  test('the total cost stops the batch; a higher one lets it go on', async () => {
    const { args, out, options } = setUp(turns({ costUsd: 0.1 }));
    const serial = [...args, '-j', '1', '--out', out(), '--json'];
    const first = await runCli([...serial, '--max-total-cost', '0.75'], options);
    expect(first.code, first.stderr).toBe(0);
    expect(jsonLines(first.stdout).at(-1)).toMatchObject({
      statuses: { submitted: 1, interrupted: 1 },
      stopped: expect.stringContaining('the total cost limit of $0.75 is reached'),
    });
    const same = await runCli([...serial, '--max-total-cost', '0.75'], options);
    expect(started(same.stdout)).toEqual([]);
    const more = await runCli([...serial, '--max-total-cost', '5'], options);
    expect(jsonLines(more.stdout).at(-1)).toMatchObject({ statuses: { submitted: 4 } });
    const costs = read(out(), 'run_batch_exit_statuses.yaml').match(/total_cost: (.*)/)?.[1];
    expect(Number(costs)).toBeCloseTo(2);
  });

  test('--redo puts results of a status aside and runs those anew', async () => {
    const failing = [{ text: 'I give up', stopReason: 'refusal' }];
    const { args, out, folder, options } = setUp(failing);
    const first = await runCli([...args, '--out', out()], options);
    expect(first.code).toBe(1);
    expect(first.stdout).toContain('refused 4');
    writeScript(folder);
    const kept = await runCli([...args, '--out', out(), '--redo', 'error,limit'], options);
    expect(kept.code).toBe(1);
    const redone = await runCli([...args, '--out', out(), '--redo', 'refused'], options);
    expect(redone.code, redone.stderr).toBe(0);
    expect(redone.stdout).toContain('submitted 4');
    expect(readdirSync(join(out(), 'discarded'))).toHaveLength(4);
  });

  test('the selection of a dataset, and the rest later into the same predictions', async () => {
    const { args, out, options } = setUp();
    await runCli([...args, '--out', out(), '--filter', '^a__'], options);
    expect(Object.keys(predictions(out()))).toEqual(['a__one-1', 'a__two-2']);
    await runCli([...args, '--out', out(), '--ids', 'b__four-4'], options);
    expect(Object.keys(predictions(out()))).toEqual(['a__one-1', 'a__two-2', 'b__four-4']);
  });

  test('--out is held by one batch while it lives; a killed one holds nothing', async () => {
    const { args, out, options } = setUp(turns({ delayMs: 200 }), NAMES.slice(0, 2));
    const once = [...args, '-j', '1', '--out', out(), '--json'];
    const { child, finished, printed } = startCli(once, options);
    await printed(/"started"/);
    const second = await runCli(once, options);
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 2, stdout: '' });
    expect(second.stderr).toMatch(
      new RegExp(`--out: process ${child.pid} is at work in ${out()}; wait for it or give another`),
    );
    child.kill('SIGKILL');
    await finished;
    const third = await runCli(once, options);
    expect(third.code, third.stderr).toBe(0);
    expect(Object.keys(predictions(out())).sort()).toEqual(NAMES.slice(0, 2).sort());
    expect(readdirSync(out()).filter((name) => name.includes('lock'))).toEqual([]);
  });

  test('attempts: all trajectories are kept and the choice is explained', async () => {
    const { args, out, options } = setUp(SCRIPT, NAMES.slice(0, 1));
    const many = ['--attempts', '3', '--choose', 'vote', '--out', out()];
    const { code, stderr } = await runCli([...args, ...many], options);
    expect(code, stderr).toBe(0);
    const result = JSON.parse(read(out(), 'a__one-1', 'result.json'));
    expect(result.choice).toMatchObject({
      by: 'vote',
      chosen: 1,
      reason: '3 of 3 attempts made the same change',
    });
    expect(result.steps).toBe(15);
    for (const n of [1, 2, 3]) {
      expect(existsSync(join(out(), 'a__one-1', `attempt-${n}`, 'trajectory.jsonl'))).toBe(true);
    }
    expect(read(out(), 'a__one-1', 'trajectory.jsonl')).toBe(
      read(out(), 'a__one-1', 'attempt-1', 'trajectory.jsonl'),
    );
  });

  test.each([
    [['--redo', 'lost'], /"lost" is no status/],
    [['-j', '0'], /--workers/],
    [['--filter', 'nothing-like-this'], /no instance is left/],
    [['--max-total-cost', 'free'], /--max-total-cost: "free" leaves nothing/],
    [['--model', 'human'], /one person cannot answer a batch/],
    [['--attempts', '2', '--choose', 'review', '--model', 'repair'], /cannot review/],
  ])('%j is refused before anything is written', async (more, message) => {
    const { args, out, options } = setUp(SCRIPT, NAMES.slice(0, 1));
    const { code, stderr } = await runCli([...args, '--out', out(), ...more], options);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
    expect(existsSync(out())).toBe(false);
  });

  test('a script that is used up at once is a wrong configuration: exit 2', async () => {
    const { args, out, options } = setUp([]);
    const { code, stderr } = await runCli([...args, '--out', out()], options);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/used up/) });
  });
});
