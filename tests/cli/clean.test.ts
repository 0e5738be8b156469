import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { runCli, startCli } from '../support/cli.ts';
import { makeRepo } from '../support/repos.ts';
import { processesWith, survivors, uniqueSeconds } from '../workspace/support.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const tmp = mkdtempSync(join(home, 'tmp-'));
const env = { TMPDIR: tmp };
const clean = (...args: string[]) => runCli(['clean', '--engine', 'none', ...args], { home, env });

/** A run whose command sleeps. @returns once it does */
async function startSleeping(seconds: string) {
  const repository = makeRepo('javascript-pages', mkdtempSync(join(home, 'repo-')));
  const script = join(home, `${seconds}.json`);
  const command = `setsid sleep ${seconds} & sleep ${seconds}`;
  writeFileSync(script, JSON.stringify([{ actions: [{ tool: 'bash', input: { command } }] }]));
  const args = ['fix', '--repo', repository, '--issue', 'x y', '--model', `scripted:${script}`];
  const started = startCli([...args, '--sandbox', 'none'], { home, env });
  while (processesWith(seconds).filter((line) => line.startsWith('sleep')).length < 2) {
    await delay(50);
  }
  const folder = readdirSync(tmp).find((name) =>
    name.startsWith(`patchwright-${started.child.pid}-`),
  );
  return { ...started, folder: join(tmp, folder ?? 'none') };
}

test('clean removes the folders and commands of killed runs, and nothing of living ones', async () => {
  expect((await clean()).stdout).toBe('Nothing to clean: no run that is gone left anything.\n');
  const [killedSeconds, livingSeconds] = [uniqueSeconds(), uniqueSeconds()];
  const killed = await startSleeping(killedSeconds);
  const living = await startSleeping(livingSeconds);
  killed.child.kill('SIGKILL');
  await killed.finished.catch(() => {});

  const dry = await clean('--dry-run');
  expect(dry.stdout).toContain(
    `would be removed folder     ${killed.folder} (process ${killed.child.pid} is gone)\n`,
  );
  expect(dry.stdout).toContain(
    `in use           folder     ${living.folder} (process ${living.child.pid} runs)\n`,
  );
  expect(processesWith(killedSeconds)).not.toEqual([]);

  const { code, stdout } = await clean('--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout).items).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: killed.folder, fate: 'removed' }),
      expect.objectContaining({ name: living.folder, fate: 'in use' }),
    ]),
  );
  expect(await survivors(killedSeconds)).toEqual([]);
  expect(processesWith(livingSeconds).length).toBeGreaterThanOrEqual(2);
  expect(readdirSync(tmp)).toEqual([living.folder.slice(tmp.length + 1)]);

  living.child.kill('SIGINT');
  expect((await living.finished).code).toBe(130);
  expect(readdirSync(tmp)).toEqual([]);
});

test('clean removes what the checker of a killed run made', async () => {
  const seconds = uniqueSeconds();
  const repository = makeRepo('python-intervals', mkdtempSync(join(home, 'repo-')));
  const script = join(home, 'checker.json');
  const turns = [
    { tool: 'create', input: { path: 'fresh.py', content: 'import os\n\nprint(os.sep)\n' } },
    { tool: 'bash', input: { command: `sleep ${seconds}` } },
  ].map((action) => ({ actions: [action] }));
  writeFileSync(script, JSON.stringify(turns));
  const args = ['fix', '--repo', repository, '--issue', 'x y', '--model', `scripted:${script}`];
  const { child, finished } = startCli([...args, '--sandbox', 'none'], { home, env });
  while (!processesWith(seconds).some((line) => line.startsWith('sleep'))) await delay(50);
  expect(readdirSync(tmp, { recursive: true }).map(String)).toContainEqual(
    expect.stringMatching(/-pyright-\w+\/python$/),
  );
  child.kill('SIGKILL');
  await finished.catch(() => {});
  expect((await clean()).code).toBe(0);
  expect(readdirSync(tmp)).toEqual([]);
});
