import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { row, writeRows } from '../swebench/datasets/support.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-datasets-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const run = (args: readonly string[], env: Record<string, string> = {}) =>
  runCli(args, { home, cwd: home, env });

describe('patchwright datasets show', () => {
  const file = writeRows(join(home, 'rows.jsonl'), [
    row('jug-1'),
    row('jug-2'),
    row('lid-1', { repo: 'lid/lid', patch: '--- a/x.go\n+++ b/x.go\n' }),
  ]);

  it('counts repositories and languages', async () => {
    const { code, stdout } = await run(['datasets', 'show', file]);
    expect(code).toBe(0);
    expect(stdout).toContain('3 instances');
    expect(stdout).toMatch(/repositories\n +2 {2}jug\/jug\n +1 {2}lid\/lid/);
    expect(stdout).toMatch(/languages\n +2 {2}Python\n +1 {2}Go/);
  });

  it('prints one object, of the chosen part', async () => {
    const { stdout } = await run(['datasets', 'show', 'rows.jsonl', '--json', '--filter', '^jug']);
    expect(JSON.parse(stdout)).toMatchObject({
      instances: 2,
      repositories: [{ name: 'jug/jug', count: 2 }],
    });
  });

  it.each([
    [['--slice', '3'], /--slice: "3" is no slice/],
    [['--filter', '('], /--filter: "\(" is no regular expression/],
    [['--shuffle', 'x'], /--shuffle: "x" is no seed/],
    [['--ids', ','], /--ids: name at least one/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await run(['datasets', 'show', file, ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('says what to do without a way to Hugging Face', async () => {
    const env = { HF_ENDPOINT: 'http://127.0.0.1:9' };
    const { code, stderr } = await run(['datasets', 'show', 'verified'], env);
    expect(stderr).toMatch(
      /SWE-bench_Verified cannot be had: http:\/\/127\.0\.0\.1:9 is out of reach/,
    );
    expect(code).toBe(2);
  });
});

describe('patchwright task init', () => {
  it('makes a task that can be read, and never writes over one', async () => {
    const { code } = await run(['task', 'init', 'mine']);
    expect(code).toBe(0);
    expect(readdirSync(join(home, 'mine')).sort()).toEqual([
      'issue.md',
      'repository',
      'task.yaml',
      'tests',
    ]);
    const shown = await run(['datasets', 'show', 'mine']);
    expect(shown.stdout).toContain('1  local/mine');
    writeFileSync(join(home, 'mine', 'issue.md'), 'kept');
    const again = await run(['task', 'init', 'mine']);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/issue\.md is there already/);
  });
});
