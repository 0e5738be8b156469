import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-humaneval-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const lines = (values: readonly unknown[]) =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');
const problems = ['one', 'two'].map((name, at) => ({
  task_id: `Test/${at}`,
  prompt: `def ${name}():\n`,
  entry_point: name,
  canonical_solution: `    return ${at + 1}\n`,
  test: `def check(candidate):\n    assert candidate() == ${at + 1}\n`,
}));
writeFileSync(join(home, 'problems.jsonl.gz'), gzipSync(lines(problems)));
const humanEval = (...args: string[]) =>
  runCli(['humaneval', '--problems', 'problems.jsonl.gz', '--timeout', '10s', ...args], {
    home,
    cwd: home,
  });

describe('patchwright humaneval', () => {
  it('passes the reference solutions', async () => {
    const { code, stdout } = await humanEval('--canonical');
    expect(code).toBe(0);
    expect(stdout).toContain('2 of 2 samples passed, for 2 problems');
    expect(stdout).toContain('pass@1  100.00 %');
  });

  it('writes a result for each sample and estimates pass@k', async () => {
    const samples = [
      { task_id: 'Test/0', completion: '    return 1\n', note: 'kept' },
      { task_id: 'Test/0', completion: '    return 0\n' },
      { task_id: 'Test/1', completion: '' },
      { task_id: 'Test/1', completion: '    return 3\n' },
    ];
    writeFileSync(join(home, 'samples.jsonl'), lines(samples));
    const { code, stdout } = await humanEval(
      '--samples',
      'samples.jsonl',
      '--k',
      '1,2,5',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      samples: 4,
      passed: 1,
      rates: { 'pass@1': 0.25, 'pass@2': 0.5 },
    });
    const results = readFileSync(join(home, 'samples.jsonl_results.jsonl'), 'utf8');
    expect(
      results
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { ...samples[0], result: 'passed', passed: true },
      { ...samples[1], result: 'failed: AssertionError', passed: false },
      { ...samples[2], result: expect.stringMatching(/^failed: /), passed: false },
      { ...samples[3], result: 'failed: AssertionError', passed: false },
    ]);
  });

  it.each([
    [[], /give one of/],
    [['--canonical', '--k', '0'], /--k: "0" is no whole number/],
    [['--samples', 'none.jsonl'], /none\.jsonl cannot be read/],
    [['--samples', 'unknown.jsonl'], /there is no problem Test\/9/],
    [['--samples', 'wrong.jsonl'], /wrong\.jsonl, line 2: the field "completion"/],
  ])('refuses %j', async (args, message) => {
    writeFileSync(join(home, 'unknown.jsonl'), lines([{ task_id: 'Test/9', completion: '' }]));
    writeFileSync(join(home, 'wrong.jsonl'), `\n${lines([{ task_id: 'Test/0' }])}`);
    const { code, stderr } = await humanEval(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
