import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const doctor = async (env: Record<string, string>) => {
  const { code, stdout } = await runCli(['doctor', '--json'], { home, env });
  const { ok, checks } = JSON.parse(stdout) as {
    ok: boolean;
    checks: { name: string; state: string; detail: string; mend?: string }[];
  };
  return { code, ok, stdout, checks: new Map(checks.map((check) => [check.name, check])) };
};

test('a machine that has everything is ready; keys are present or not, never shown', async () => {
  const { code, ok, checks, stdout } = await doctor({ ANTHROPIC_API_KEY: 'sk-secret-1' });
  expect({ code, ok }).toEqual({ code: 0, ok: true });
  for (const name of ['node', 'git', 'ripgrep', 'sandbox', 'python']) {
    expect(checks.get(name)?.state, name).toBe('ok');
  }
  expect(checks.get('ANTHROPIC_API_KEY')?.detail).toBe('present (not shown)');
  expect(checks.get('GITHUB_TOKEN')).toMatchObject({ state: 'lacking', mend: expect.any(String) });
  expect(stdout).not.toContain('sk-secret-1');
});

test('without git nothing works; what else is missing is told with its mend', async () => {
  const empty = mkdtempSync(join(home, 'bin-'));
  symlinkSync(process.execPath, join(empty, 'node'));
  const { code, ok, checks } = await doctor({ PATH: empty });
  expect({ code, ok }).toEqual({ code: 1, ok: false });
  expect(checks.get('git')).toMatchObject({
    state: 'missing',
    mend: expect.stringContaining('apt-get'),
  });
  expect(checks.get('sandbox')).toMatchObject({ state: 'lacking' });
  expect(checks.get('python')).toMatchObject({ state: 'lacking' });
  expect(checks.get('containers')).toMatchObject({
    state: 'lacking',
    mend: expect.stringContaining('docker.io'),
  });
});

test('for people: a line each, and what to do', async () => {
  const { stdout } = await runCli(['doctor'], { home });
  expect(stdout).toMatch(/^ok +node +v\d+/m);
  expect(stdout).toMatch(/lacking +ANTHROPIC_API_KEY.*\n +-> /);
  expect(stdout).toContain('Next: patchwright fix');
});
