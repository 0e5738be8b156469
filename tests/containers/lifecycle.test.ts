import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openContainer } from '../../src/workspace/container/workspace.ts';
import { runCli } from '../support/cli.ts';
import { bundle } from '../workspace/bundle.ts';
import {
  bash,
  onCleanup,
  survivors,
  temporaryFolder,
  testEngine,
  uniqueSeconds,
} from '../workspace/support.ts';
import { containersOf, docker, engineEnvironment, imageOf, newRun, TEST_IMAGE } from './support.ts';

/** A process that runs a command in a container. @returns once the command runs */
async function startDriver(run: string, seconds: string, tmp: string) {
  const driver = await bundle(new URL('drivers/container.ts', import.meta.url));
  const child = spawn(process.execPath, [driver, testEngine().name, run, TEST_IMAGE, seconds], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: tmp },
  });
  onCleanup(() => child.kill('SIGKILL'));
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await once(child, 'exit');
  };
  return { scratch: printed.toString().trim(), stop };
}

async function waitUntilGone(run: string): Promise<string[]> {
  for (let attempt = 0; attempt < 100 && containersOf(run).length > 0; attempt += 1) {
    await delay(50);
  }
  return containersOf(run);
}

function options(run: string, image = TEST_IMAGE) {
  const hostRoot = temporaryFolder();
  const hostScratch = `${temporaryFolder()}/scratch`;
  mkdirSync(hostScratch);
  return { engine: testEngine(), image, run, hostRoot, root: '/work', hostScratch };
}

describe('a container', () => {
  it('ends what a command leaves behind beside a program without an environment', async () => {
    const workspace = await openContainer(options(newRun()));
    onCleanup(() => workspace.close());
    const seconds = uniqueSeconds();
    const hidden = 'env -i setsid sleep 60 </dev/null >/dev/null 2>&1 &';
    const daemon = `setsid sleep ${seconds} </dev/null >/dev/null 2>&1 &`;
    for (const line of [hidden, daemon, 'true']) {
      expect(await bash(workspace, line)).toMatchObject({ exitCode: 0, timedOut: false });
    }
    expect(await survivors(seconds)).toEqual([]);
  });

  it('carries the name of its run and goes with its workspace', async () => {
    const run = newRun();
    const choice = options(run);
    const workspace = await openContainer(choice);
    expect(containersOf(run)).toHaveLength(1);
    const running = bash(workspace, 'sleep 60');
    await delay(100);
    await workspace.close();
    expect(await running).toMatchObject({ aborted: true });
    expect(containersOf(run)).toEqual([]);
    // The scratch folder is the run's own; what was made beside it is gone.
    expect(readdirSync(`${choice.hostScratch}/..`)).toEqual(['scratch']);
  });

  it('goes when it does not start, and when its opening is aborted', async () => {
    const run = newRun();
    const bad = options(run, imageOf(TEST_IMAGE, 'rm /bin/sh /usr/bin/dash'));
    await expect(openContainer(bad)).rejects.toThrow(/cannot be used/);
    expect(containersOf(run)).toEqual([]);
    for (const ms of [1, 100, 200, 400]) {
      const choice = options(run);
      const signal = AbortSignal.timeout(ms);
      await openContainer({ ...choice, signal, activation: 'sleep 5' }).catch(() => undefined);
      expect(containersOf(run)).toEqual([]);
    }
  });

  it('goes when its process exits without a word', async () => {
    const run = newRun();
    const seconds = uniqueSeconds();
    const driver = await startDriver(run, seconds, temporaryFolder());
    expect(containersOf(run)).toHaveLength(1);
    await driver.stop('SIGTERM');
    expect(await waitUntilGone(run)).toEqual([]);
    expect(await survivors(seconds)).toEqual([]);
  });

  it('that has ended tells so, once a command is tried in it', async () => {
    const run = newRun();
    const workspace = await openContainer(options(run));
    onCleanup(() => workspace.close());
    docker('rm', '--force', ...containersOf(run));
    await expect(bash(workspace, 'true')).rejects.toThrow(/container has ended/);
  });
});

describe('patchwright clean', () => {
  const home = temporaryFolder;
  let tmp: string;
  beforeEach(() => {
    tmp = temporaryFolder();
    vi.stubEnv('TMPDIR', tmp);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const clean = (...args: string[]) =>
    runCli(['clean', ...args], {
      home: home(),
      env: { ...engineEnvironment(), TMPDIR: tmp },
    });

  it('removes what a killed run left, and nothing of the living and of others', async () => {
    const [killedRun, livingRun] = [newRun(), newRun()];
    const [seconds, livingSeconds] = [uniqueSeconds(), uniqueSeconds()];
    const killed = await startDriver(killedRun, seconds, tmp);
    const living = await startDriver(livingRun, livingSeconds, tmp);
    const stranger = docker('create', TEST_IMAGE, 'true');
    const labels = { owner: '{"pid":1,"boot":"b"}', user: '0', machine: 'another machine' };
    const elsewhere = docker(
      'create',
      ...Object.entries(labels).flatMap(([name, value]) => [
        '--label',
        `patchwright.${name}=${value}`,
      ]),
      TEST_IMAGE,
      'true',
    );
    onCleanup(() => docker('rm', '--force', stranger, elsewhere));
    await killed.stop('SIGKILL');
    expect(containersOf(killedRun)).toHaveLength(1);
    expect(await survivors(seconds)).not.toEqual([]);

    const [name = ''] = containersOf(killedRun);
    const dry = await clean('--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toMatch(
      new RegExp(
        `would be removed\\s+container\\s+${name} \\(run ${killedRun}, process \\d+ is gone\\)`,
      ),
    );
    expect(dry.stdout).toContain(`would be removed folder     ${killed.scratch}`);
    expect(containersOf(killedRun)).toHaveLength(1);
    expect(existsSync(killed.scratch)).toBe(true);

    const wet = await clean();
    expect(wet.code).toBe(0);
    expect(wet.stdout).toMatch(new RegExp(`^removed\\s+container\\s+${name} `, 'm'));
    expect(wet.stdout).toMatch(new RegExp(`^removed\\s+folder\\s+${killed.scratch} `, 'm'));
    expect(wet.stdout).toMatch(
      new RegExp(`^in use\\s+container\\s+\\S+ \\(run ${livingRun},`, 'm'),
    );
    expect(containersOf(killedRun)).toEqual([]);
    expect(existsSync(killed.scratch)).toBe(false);
    expect(await survivors(seconds)).toEqual([]);

    expect(containersOf(livingRun)).toHaveLength(1);
    expect(existsSync(living.scratch)).toBe(true);
    expect(docker('container', 'inspect', '--format', '{{.Id}}', stranger)).toBe(stranger);
    expect(docker('container', 'inspect', '--format', '{{.Id}}', elsewhere)).toBe(elsewhere);

    await living.stop('SIGKILL');
    const last = await clean('--json');
    const { items } = JSON.parse(last.stdout) as { items: { kind: string; fate: string }[] };
    expect(items.filter(({ fate }) => fate === 'removed').map(({ kind }) => kind)).toEqual([
      'container',
      'folder',
    ]);
    expect(await survivors(livingSeconds)).toEqual([]);
  });
});
