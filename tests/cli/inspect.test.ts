import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCli, startCli } from '../support/cli.ts';
import { sampleEvents } from '../support/trajectories/own.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('inspect serves the built page until it is interrupted', async () => {
  mkdirSync(join(home, 'runs/one'), { recursive: true });
  const lines = sampleEvents().map((event) => `${JSON.stringify(event)}\n`);
  writeFileSync(join(home, 'runs/one/trajectory.jsonl'), lines.join(''));
  const running = startCli(['inspect', 'runs'], { home, cwd: home });
  let address = '';
  running.child.stdout?.on('data', (text: string) => {
    address += text;
  });
  await running.printed(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{20,}\/\n/);
  const url = address.trim();
  const page = await (await fetch(url)).text();
  const script = /src="\.\/(assets\/[\w.-]+\.js)"/.exec(page)?.[1] ?? '';
  expect((await fetch(`${url}${script}`)).headers.get('content-type')).toMatch(/^text\/javascript/);
  const { runs } = (await (await fetch(`${url}api/runs`)).json()) as { runs: unknown[] };
  expect(runs).toHaveLength(1);
  running.child.kill('SIGINT');
  expect((await running.finished).code).toBe(0);
});

test.each([
  [['inspect', 'nowhere'], /nowhere: no such folder/],
  [['inspect', '.', '--port', '99999'], /"99999" is no port/],
])('%j is one sentence and exit 2', async (args, message) => {
  const { code, stderr } = await runCli(args, { home, cwd: home });
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});
