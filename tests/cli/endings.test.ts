import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readTrajectory } from '../../src/trajectory/reader.ts';
import { CLI, jsonLines, runCli, type StartOptions, startCli } from '../support/cli.ts';
import { makeRepo } from '../support/repos.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

let runs = 0;
const newFolder = () => mkdtempSync(join(home, `${runs++}-`));

const bash = (command: string) => ({ actions: [{ tool: 'bash', input: { command } }] });
const change = bash('sed -i s/floor/ceil/ src/pages.js');
const view = { actions: [{ tool: 'view', input: { path: 'src/pages.js' } }] };

/** A `fix` with a script of turns; a temporary folder of its own shows what is left behind. */
function start(
  turns: readonly unknown[],
  args: readonly string[] = [],
  more: Partial<StartOptions> = {},
) {
  const folder = newFolder();
  const repository = makeRepo('javascript-pages', folder);
  const script = join(folder, 'script.json');
  const temp = mkdtempSync(join(folder, 'tmp-'));
  writeFileSync(script, JSON.stringify(turns));
  const out = join(folder, 'out');
  const common = ['fix', '--repo', repository, '--issue', 'the last page', '--out', out, '--json'];
  const started = startCli([...common, '--model', `scripted:${script}`, ...args], {
    home,
    ...more,
    env: { TMPDIR: temp, ...more.env },
  });
  return { ...started, repository, out, temp, trajectory: join(out, 'trajectory.jsonl') };
}

/** Processes of this machine whose command line has the word. */
function processesWith(word: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
    } catch {
      return false;
    }
  });
}

async function gone(word: string): Promise<string[]> {
  for (let i = 0; i < 40 && processesWith(word).length > 0; i++) {
    await new Promise((done) => setTimeout(done, 50));
  }
  return processesWith(word);
}

describe('Ctrl-C', () => {
  test('ends the run cleanly with the patch so far, exit 130', async () => {
    const run = start([change, bash('sleep 41.5')]);
    await run.printed(/"type":"observation"/);
    await run.printed(/sleep 41\.5/);
    run.child.kill('SIGINT');
    const { code, stdout } = await run.finished;
    expect(code).toBe(130);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ status: 'interrupted', exitCode: 130 });
    expect(readFileSync(join(run.out, 'patch.diff'), 'utf8')).toContain('+  return Math.ceil');
    expect((await readTrajectory(run.trajectory)).events.at(-1)?.type).toBe('outcome');
    expect(await gone('sleep\x0041.5')).toEqual([]);
    expect(readdirSync(run.temp)).toEqual([]);
  });

  test('a second one ends it at once and leaves nothing running', async () => {
    const run = start([bash('trap "" INT TERM; sleep 42.5')]);
    await run.printed(/sleep 42\.5/);
    run.child.kill('SIGINT');
    run.child.kill('SIGINT');
    expect((await run.finished).code).toBe(130);
    expect(await gone('sleep\x0042.5')).toEqual([]);
  });
});

describe('limits', () => {
  test('time ends a run in the middle of a command, with the patch so far', async () => {
    const turns = [change, bash('sleep 43.5')];
    const run = start(turns, ['--max-time', '3s']);
    const { code, stdout } = await run.finished;
    expect(code).toBe(1);
    const reason = 'time limit of 3 s reached';
    expect(jsonLines(stdout).at(-1)).toMatchObject({ status: 'limit', reason });
    expect(readFileSync(join(run.out, 'patch.diff'), 'utf8')).toContain('+  return Math.ceil');
    expect(await gone('sleep\x0043.5')).toEqual([]);
  });

  test('a script that is used up is an error that keeps the patch', async () => {
    const run = start([change]);
    const { code, stdout } = await run.finished;
    expect(code).toBe(1);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ status: 'error' });
    expect(existsSync(join(run.out, 'patch.diff'))).toBe(true);
  });
});

describe('kill -9', () => {
  test('at random moments leaves a trajectory whose whole events can be read, and the next run cleans up', async () => {
    const turns = [view, ...Array.from({ length: 30 }, (_, i) => bash(`echo step ${i}`))];
    const moments = [1, 3, 7, 12, 20, 28];
    for (const moment of moments) {
      const run = start(turns);
      await run.printed(new RegExp(`"type":"(?:observation|turn)","step":${moment}\\b`));
      run.child.kill('SIGKILL');
      await run.finished;
      const { events } = await readTrajectory(run.trajectory);
      expect(events[0]?.type).toBe('header');
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i));
      const steps = events.flatMap((event) => (event.type === 'turn' ? [event.step] : []));
      expect(steps.at(-1)).toBeGreaterThanOrEqual(moment);
      expect(readdirSync(run.temp).length).toBeGreaterThan(0);
      const next = [
        'fix',
        '--repo',
        run.repository,
        '--issue',
        'a b',
        '--model',
        'repair',
        '--max-steps',
        '1',
      ];
      const env = { TMPDIR: run.temp };
      await runCli([...next, '--out', join(run.out, 'next')], { home, env });
      expect(readdirSync(run.temp)).toEqual([]);
    }
  });
});

describe('a patch that cannot be read', () => {
  test('leaves the working copy, also when the next run sweeps', async () => {
    const run = start([change, bash('rm -rf ../../shadow.git')], ['--sandbox', 'none']);
    const { code, stdout } = await run.finished;
    expect(code).toBe(1);
    const outcome = jsonLines(stdout).find(({ type }) => type === 'outcome')?.outcome;
    const { keptWorkspace, reason } = outcome as { keptWorkspace: string; reason: string };
    expect(reason).toContain('the patch could not be read');
    const next = ['fix', '--repo', run.repository, '--issue', 'a b', '--max-steps', '1'];
    const env = { TMPDIR: run.temp };
    await runCli([...next, '--out', join(run.out, 'next')], { home, env });
    expect(readFileSync(join(keptWorkspace, 'src', 'pages.js'), 'utf8')).toContain('Math.ceil');
  });
});

describe('commands that do not want to end', () => {
  const SETSID = `setsid sleep 44.5 & (sleep 44.5 &) ; nohup setsid bash -c 'sleep 44.5; true' >/dev/null 2>&1 & sleep 44.5`;

  test.each(['bubblewrap', 'none'])(
    'hang, fork and setsid in the sandbox %s: nothing is left',
    async (sandbox) => {
      const run = start(
        [{ actions: [{ tool: 'run_tests', input: {} }] }, bash(SETSID)],
        [...['--sandbox', sandbox, '--max-time', '4s', '--test', `bash -c "${SETSID}"`]],
      );
      const { code, stdout } = await run.finished;
      expect(code, stdout).toBe(1);
      expect(jsonLines(stdout).at(-1)).toMatchObject({ status: 'limit' });
      expect(stdout).toMatch(/The tests were stopped after \d+ s/);
      expect(await gone('44.5')).toEqual([]);
      expect(readdirSync(run.temp)).toEqual([]);
    },
  );
});

describe('a full disk', () => {
  test('under the output folder ends the run with a clear reason, and the patch is not lost', async () => {
    const folder = newFolder();
    const repository = makeRepo('javascript-pages', folder);
    const script = join(folder, 'script.json');
    const turns = [change, ...Array.from({ length: 40 }, (_, i) => bash(`seq ${i} 4000`)), view];
    writeFileSync(script, JSON.stringify(turns));
    const fix = [
      'fix',
      '--repo',
      repository,
      '--issue',
      'a b',
      '--out',
      '/mnt/out',
      '--sandbox',
      'none',
    ];
    // A file system of 128 KiB of its own, made by bubblewrap, is the disk that fills.
    const disk = ['--dev-bind', '/', '/', '--size', '131072', '--tmpfs', '/mnt'];
    const node = [process.execPath, CLI, ...fix, '--json', '--model', `scripted:${script}`];
    let stdout = '';
    try {
      stdout = execFileSync('bwrap', [...disk, ...node], {
        encoding: 'utf8',
        env: { ...process.env, HOME: home, TMPDIR: folder },
      });
    } catch (error) {
      stdout = (error as { stdout: string }).stdout;
      expect((error as { status: number }).status).toBe(1);
    }
    const result = jsonLines(stdout).at(-1);
    expect(result).toMatchObject({
      status: 'error',
      reason: expect.stringMatching(/ENOSPC.*--out/),
    });
    expect(readFileSync(String(result?.patchFile), 'utf8')).toContain('+  return Math.ceil');
  });
});
