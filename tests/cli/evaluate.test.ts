import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { log, PASSING } from '../swebench/grading/support.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-evaluate-'));
const logs = join(home, 'logs');
const dataset = join(home, 'rows.jsonl');

function row(id: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    instance_id: id,
    repo: 'jug/jug',
    version: '1.0',
    FAIL_TO_PASS: JSON.stringify(['test_jug.py::test_spill']),
    PASS_TO_PASS: ['test_jug.py::test_pour'],
    log_parser: 'parse_log_pytest',
    eval_type: 'pass_and_fail',
    ...changes,
  };
}

function store(id: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(logs, id), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(logs, id, name), text);
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const evaluate = (...args: string[]) =>
  runCli(['evaluate', '--dataset', dataset, '--from-logs', logs, ...args], { home, cwd: home });

beforeAll(() => {
  const rows = ['jug-1', 'jug-2', 'jug-3', 'jug-4'].map((id) => row(id));
  writeFileSync(dataset, rows.map((entry) => JSON.stringify(entry)).join('\n'));
  store('jug-1', { 'test_output.txt': log(PASSING), 'patch.diff': '--- a/x\n+++ b/x\n' });
  store('jug-2', { 'test_output.txt': log(['FAILED test_jug.py::test_spill - no'], 1) });
  store('jug-3', { 'patch.diff': '--- a/x\n+++ b/x\n' });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('patchwright evaluate --from-logs', () => {
  it('writes a report for each log and one run report', async () => {
    const out = join(home, 'out');
    const { code, stdout } = await evaluate('--out', out, '--run-id', 'again');
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(readdirSync(out).sort()).toEqual([
      'findings.jsonl',
      'jug-1',
      'jug-2',
      'stored-logs.again.json',
    ]);
    expect(json(join(out, 'jug-1', 'report.json'))['jug-1'].resolved).toBe(true);
    expect(json(join(out, 'jug-2', 'report.json'))['jug-2'].tests_status.FAIL_TO_PASS).toEqual({
      success: [],
      failure: ['test_jug.py::test_spill'],
    });
    expect(json(join(out, 'stored-logs.again.json'))).toMatchObject({
      total_instances: 4,
      submitted_instances: 3,
      resolved_ids: ['jug-1'],
      unresolved_ids: ['jug-2'],
      error_ids: ['jug-3'],
      incomplete_ids: ['jug-4'],
    });
    expect(stdout).toMatch(/no log\s+jug-3/);
  });

  it('explains which line of the log decided each test', async () => {
    const { code, stdout } = await evaluate('--explain', 'jug-2');
    expect(code).toBe(0);
    expect(stdout).toContain('jug-2: unresolved');
    expect(stdout).toMatch(/failure +FAIL_TO_PASS test_jug.py::test_spill: FAILED/);
    expect(stdout).toContain(`${join(logs, 'jug-2', 'test_output.txt')}:2: FAILED test_jug.py`);
    expect(stdout).toMatch(/PASS_TO_PASS test_jug.py::test_pour: not in the log/);
  });

  it('ends with 1 when a log cannot be graded, and leaves no old report of it', async () => {
    const out = join(home, 'unreadable');
    mkdirSync(join(out, 'jug-2'), { recursive: true });
    writeFileSync(join(out, 'jug-2', 'report.json'), '{}');
    const other = join(home, 'other.jsonl');
    const rows = [row('jug-1'), row('jug-2', { log_parser: 'parse_log_none' }), row('jug-3')];
    writeFileSync(other, rows.map((entry) => JSON.stringify(entry)).join('\n'));
    const args = ['evaluate', '--dataset', other, '--from-logs', logs, '--out', out];
    const { code, stdout } = await runCli(args, { home });
    expect(code).toBe(1);
    expect(stdout).toMatch(/error +jug-2: .*parse_log_none/);
    expect(existsSync(join(out, 'jug-2', 'report.json'))).toBe(false);
    expect(json(join(out, 'stored-logs.logs.json')).error_ids).toEqual(['jug-2', 'jug-3']);
  });

  it('takes a log that is not UTF-8 for an error, as the official package raises on it', async () => {
    const bytes = join(home, 'bytes');
    mkdirSync(join(bytes, 'jug-1'), { recursive: true });
    const text = Buffer.from(log(PASSING));
    writeFileSync(
      join(bytes, 'jug-1', 'test_output.txt'),
      Buffer.concat([text, Buffer.of(0xe2, 0x82)]),
    );
    const out = join(home, 'bytes-out');
    const args = ['evaluate', '--dataset', dataset, '--from-logs', bytes, '--out', out];
    const { code, stdout } = await runCli(args, { home });
    expect(code).toBe(1);
    expect(stdout).toMatch(/error +jug-1: test_output.txt is not UTF-8/);
    expect(json(join(out, 'stored-logs.bytes.json')).error_ids).toEqual(['jug-1']);
  });

  it.each([
    ['a log of another dataset', () => [row('jug-1')], /no instance jug-2/],
    [
      'a row without a field',
      () => [{ instance_id: 'a', PASS_TO_PASS: [] }],
      /row 1: .*"FAIL_TO_PASS" is missing/,
    ],
    [
      'a field that is wrong',
      () => [row('jug-1'), row('jug-2', { PASS_TO_PASS: '[1]' })],
      /row 2: the field "PASS_TO_PASS\.0" is wrong/,
    ],
  ])('refuses %s', async (_, rows, message) => {
    const other = join(home, 'wrong.json');
    writeFileSync(other, JSON.stringify(rows()));
    const out = join(home, 'never');
    const args = ['evaluate', '--dataset', other, '--from-logs', logs, '--out', out];
    const { code, stderr } = await runCli(args, { home });
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });
});
