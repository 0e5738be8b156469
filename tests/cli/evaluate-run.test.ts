import { isUtf8 } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, startCli } from '../support/cli.ts';
import { smallRow } from '../support/swebench-row.ts';

/** A repository whose tests are a shell script that prints pytest's summary lines. */
const home = mkdtempSync(join(tmpdir(), 'patchwright-run-'));
const repository = join(home, 'repos', 'jug__jug');
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: repository,
    encoding: 'utf8',
  });

const SUM = 'sum() { echo $(($1 - $2)); }\n';
const TESTS = `. ./conftest.py 2>/dev/null
. ./sum.sh
report() { if [ "$2" = "$3" ]; then echo "PASSED test.sh::$1"; else echo "FAILED test.sh::$1 - $2"; fail=1; fi; }
fail=0
report zero "$(sum 3 0)" 3
`;
const HIDDEN = `report both "$(sum 3 4)" 7\nexit $fail\n`;

function place(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

/** The diff of a change to the repository, which is taken back. */
function diffOf(change: () => void): string {
  change();
  git('add', '--all', '--intent-to-add');
  const diff = git('diff');
  git('reset', '--quiet', '--hard');
  git('clean', '-fdq');
  return diff;
}

const edit = (file: string, text: string) => writeFileSync(join(repository, file), text);
const patches: Record<string, string> = {};
let rows: string;

beforeAll(() => {
  mkdirSync(repository, { recursive: true });
  git('init', '--quiet');
  edit('sum.sh', SUM);
  edit('test.sh', `${TESTS}exit $fail\n`);
  git('add', '--all');
  git('commit', '--quiet', '-m', 'base');
  const base = git('rev-parse', 'HEAD').trim();
  patches.gold = diffOf(() => edit('sum.sh', SUM.replace('-', '+')));
  patches.binary = diffOf(() => edit('sum.sh', `${SUM.replace('-', '+')}printf '\\377\\n'\n`));
  patches.wrong = diffOf(() => edit('sum.sh', SUM.replace('-', '*')));
  // Prints what the tests would print.
  patches.prints = diffOf(() =>
    edit('sum.sh', `${SUM}echo "PASSED test.sh::both"; echo "PASSED test.sh::zero"\n`),
  );
  // Rewrites every outcome, as a conftest can.
  patches.conftest = diffOf(() =>
    edit('conftest.py', 'echo "PASSED test.sh::both"; echo "PASSED test.sh::zero"; exit 0\n'),
  );
  patches.broken = `${patches.gold}`.replace('sum()', 'nothing()');
  patches.sleeps = diffOf(() => edit('sum.sh', `${SUM}sleep 600\n`));
  patches.reads = diffOf(() => edit('sum.sh', `${SUM.replace('-', '+')}cat ${home}/rows.jsonl\n`));
  const testPatch = diffOf(() => edit('test.sh', `${TESTS}${HIDDEN}`));
  const row = smallRow({
    base,
    gold: `${patches.gold}`,
    testPatch,
    image: 'none',
    prepare: 'cd /testbed\ngit status',
  });
  rows = join(home, 'rows.jsonl');
  const ids = [...Object.keys(patches), 'empty', 'none'];
  writeFileSync(rows, ids.map((id) => `${JSON.stringify({ ...row, instance_id: id })}\n`).join(''));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const common = () => ['--dataset', rows, '--repos', join(home, 'repos')];

function writePredictions(name: string, entries: Readonly<Record<string, string | null>>): string {
  const predictions = Object.entries(entries).map(([id, model_patch]) => [
    id,
    { instance_id: id, model_name_or_path: 'org/model', model_patch },
  ]);
  place(name, JSON.stringify(Object.fromEntries(predictions)));
  return join(home, name);
}

describe('patchwright evaluate', () => {
  it('grades predictions as the official harness does, and doubts apart', async () => {
    const { sleeps: _, reads: __, binary: ___, ...some } = patches;
    const preds = writePredictions('preds.json', { ...some, empty: '' });
    const args = ['evaluate', preds, ...common(), '--out', join(home, 'out'), '--run-id', 'r'];
    const { code, stdout, stderr } = await runCli([...args, '-j', '2'], { home });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const report = json(join(home, 'out', 'org__model.r.json'));
    expect(report).toMatchObject({
      total_instances: 10,
      submitted_instances: 6,
      resolved_ids: ['conftest', 'gold'],
      unresolved_ids: ['prints', 'wrong'],
      empty_patch_ids: ['empty'],
      error_ids: ['broken'],
      incomplete_ids: ['binary', 'none', 'reads', 'sleeps'],
      schema_version: 2,
    });
    const logs = join(home, 'out', 'logs', 'run_evaluation', 'r');
    expect(json(join(logs, 'run.json'))).toMatchObject({ dataset: rows, split: 'test' });
    for (const file of [
      'patch.diff',
      'eval.sh',
      'run_instance.log',
      'test_output.txt',
      'report.json',
    ]) {
      expect(existsSync(join(logs, 'org__model', 'gold', file)), file).toBe(true);
    }
    // The shell's trace and what the tests print keep their order.
    expect(readFileSync(join(logs, 'org__model', 'gold', 'test_output.txt'), 'utf8')).toContain(
      "+ : '>>>>> Start Test Output'\n+ bash test.sh\nPASSED test.sh::zero\nPASSED test.sh::both\n+ SWEBENCH_TEST_EXIT_CODE=0\n+ : '>>>>> End Test Output'\n+ echo '>>>>> Test Exit Code: 0'\n>>>>> Test Exit Code: 0\n",
    );
    expect(readFileSync(join(logs, 'org__model', 'broken', 'run_instance.log'), 'utf8')).toContain(
      '>>>>> Patch Apply Failed',
    );
    expect(existsSync(join(logs, 'org__model', 'broken', 'report.json'))).toBe(false);
    expect(existsSync(join(logs, 'org__model', 'empty'))).toBe(false);
    expect(stdout).toMatch(/1 {2}resolved, not when hardened/);
    expect(stdout).toMatch(/doubt +conftest: .*these do not pass: test\.sh::both/);
  });

  it('does not run again what has a report under the run, and explains it', async () => {
    const preds = writePredictions('again.json', { gold: patches.gold ?? '' });
    const args = ['evaluate', preds, ...common(), '--out', join(home, 'out'), '--run-id', 'r'];
    const report = join(home, 'out/logs/run_evaluation/r/org__model/gold/report.json');
    writeFileSync(report, '{"gold": {"resolved": false}}');
    const { code, stderr } = await runCli(args, { home });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(json(join(home, 'out', 'org__model.r.json')).unresolved_ids).toEqual(['gold']);
    const explained = await runCli([...args, '--explain', 'gold'], { home });
    expect(explained.stdout).toMatch(/success +FAIL_TO_PASS test\.sh::both: PASSED/);
  });

  it('with --gold: the reference fix resolves; on a deadline there is an error and no report', async () => {
    const out = join(home, 'gold');
    const gold = ['evaluate', '--gold', '--ids', 'gold', ...common(), '--out', out];
    expect((await runCli(gold, { home })).code).toBe(0);
    expect(json(join(out, 'gold.gold.json')).resolved_ids).toEqual(['gold']);
    const preds = writePredictions('slow.json', { sleeps: patches.sleeps ?? '' });
    const args = ['evaluate', preds, ...common(), '--out', out, '--run-id', 't', '--timeout', '2s'];
    const { code } = await runCli(args, { home });
    expect(code).toBe(0);
    const folder = join(out, 'logs/run_evaluation/t/org__model/sleeps');
    expect(readFileSync(join(folder, 'test_output.txt'), 'utf8')).toMatch(
      /\n\nTimeout error: 2 seconds exceeded\.$/,
    );
    expect(json(join(out, 'org__model.t.json'))).toMatchObject({
      error_ids: ['sleeps'],
      failure_reasons: { sleeps: 'tests_timed_out' },
    });
    expect(existsSync(join(folder, 'report.json'))).toBe(false);
  });

  it('runs tests in a sandbox that does not show the host', async () => {
    const preds = writePredictions('reads.json', { reads: patches.reads ?? '' });
    const out = join(home, 'reads');
    const args = ['evaluate', preds, ...common(), '--out', out, '--sandbox', 'bubblewrap'];
    expect((await runCli(args, { home })).code).toBe(0);
    const log = readFileSync(
      join(out, 'logs/run_evaluation/reads/org__model/reads/test_output.txt'),
      'utf8',
    );
    expect(log).toMatch(/rows\.jsonl: No such file/);
  });

  it('writes logs as UTF-8 whatever the tests print, and counts all predictions as submitted', async () => {
    const preds = writePredictions('binary.json', { binary: patches.binary ?? '', gold: '' });
    const out = join(home, 'binary');
    const args = ['evaluate', preds, ...common(), '--out', out, '--ids', 'binary'];
    expect((await runCli(args, { home })).code).toBe(0);
    expect(json(join(out, 'org__model.binary.json'))).toMatchObject({
      submitted_ids: ['binary', 'gold'],
      resolved_ids: ['binary'],
      empty_patch_ids: [],
    });
    const log = readFileSync(
      join(out, 'logs/run_evaluation/binary/org__model/binary/test_output.txt'),
    );
    expect(isUtf8(log)).toBe(true);
    expect(log.toString()).toContain('\ufffd\n');
  });

  it('keeps what is done when it is interrupted, and goes on from there', async () => {
    const preds = writePredictions('cut.json', {
      gold: patches.gold ?? '',
      sleeps: patches.sleeps ?? '',
    });
    const out = join(home, 'cut');
    const args = ['evaluate', preds, ...common(), '--out', out, '--run-id', 'c', '-j', '1'];
    const report = join(out, 'logs/run_evaluation/c/org__model/gold/report.json');
    const { child, finished } = startCli(args, { home });
    while (!existsSync(report)) await new Promise((done) => setTimeout(done, 50));
    const second = await runCli(args, { home });
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/--out: process \d+ is at work in .*; wait for it or give/);
    child.kill('SIGINT');
    expect((await finished).code).toBe(130);
    const before = readFileSync(report, 'utf8');
    const { code } = await runCli([...args, '--timeout', '1s'], { home });
    expect(code).toBe(0);
    expect(readFileSync(report, 'utf8')).toBe(before);
    expect(json(join(out, 'org__model.c.json'))).toMatchObject({
      resolved_ids: ['gold'],
      error_ids: ['sleeps'],
    });
  });

  it('tells of tests that differ between runs of the same patch', async () => {
    // Right at its first run only; without a sandbox it can tell.
    const mark = join(home, 'mark');
    const flaky = diffOf(() =>
      edit(
        'sum.sh',
        `sum() { echo $(($1 + $2)); }; [ -e ${mark} ] && sum() { echo 3; }; touch ${mark}\n`,
      ),
    );
    const preds = writePredictions('flaky.json', { gold: flaky });
    const out = join(home, 'flaky');
    const args = [
      'evaluate',
      preds,
      ...common(),
      '--out',
      out,
      '--repeat',
      '2',
      '--sandbox',
      'none',
    ];
    const { stdout } = await runCli(args, { home });
    expect(stdout).toMatch(/flaky +gold: test\.sh::both/);
  });

  it('grades a plain task by the exit code of its tests', async () => {
    place('mine/issue.md', 'Sums are wrong.');
    place('mine/task.yaml', `repository: ${repository}\ntest: bash hidden.sh\n`);
    place('mine/tests/hidden.sh', `${TESTS}${HIDDEN}`);
    place('mine/fix.patch', patches.gold ?? '');
    const evaluate = async (...args: string[]) => {
      await runCli(['evaluate', ...args, '--dataset', 'mine', '--engine', 'none'], {
        home,
        cwd: home,
      });
    };
    await evaluate('--gold', '--out', 'mine-out');
    expect(json(join(home, 'mine-out', 'gold.gold.json')).resolved_ids).toEqual(['mine']);
    const preds = writePredictions('mine.json', { mine: patches.wrong ?? '' });
    await evaluate(preds, '--out', 'mine-out');
    expect(json(join(home, 'mine-out', 'org__model.mine.json')).unresolved_ids).toEqual(['mine']);
  });

  it.each([
    [['--gold', '--from-logs', 'x'], /give one of/],
    [[], /give one of/],
    [['preds.txt'], /have to be a \.json or \.jsonl file/],
    [['unknown.json'], /instances that the dataset does not have: nobody/],
    [['broken.json'], /broken\.json, prediction 1: the field "instance_id" is missing/],
    [['outside.json'], /the model "\.\." is no name of a folder/],
    [['--gold', '--run-id', '../x'], /--run-id: .* is no name/],
    [['--gold', '-j', '0'], /--jobs: "0" is no whole number/],
    [['--gold', '--timeout', 'x'], /--timeout: "x" is no time/],
  ])('refuses %j', async (args, message) => {
    writePredictions('unknown.json', { nobody: 'x' });
    place('broken.json', '[{}]');
    const outside = { instance_id: 'gold', model_name_or_path: '..', model_patch: 'x' };
    place('outside.json', JSON.stringify([outside]));
    const { code, stderr } = await runCli(['evaluate', ...args, ...common()], { home, cwd: home });
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
