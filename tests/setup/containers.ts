import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { TEST_IMAGE } from '../containers/image.ts';

const cache = fileURLToPath(new URL('../../.cache/containers', import.meta.url));
const DEBIAN = { release: 'bookworm', packages: 'git,python3' };
/** The name holds the recipe, so that another one makes another image. */
const TARBALL = join(cache, `${TEST_IMAGE.replace(/\W/g, '-')}.tar`);

/**
 * Makes a container engine ready, with one small Debian image: the engine that answers already, else a Docker of our
 * own on a socket of its own. Its data and the image stay in `.cache`.
 *
 * @returns what ends the engine, when it was started here
 */
export default async function setup(_: TestProject): Promise<() => Promise<void>> {
  mkdirSync(cache, { recursive: true });
  install({ docker: 'docker.io', dockerd: 'docker.io', debootstrap: 'debootstrap' });
  const daemon = answers() ? undefined : await startDaemon();
  try {
    if (spawnSync('docker', ['image', 'inspect', TEST_IMAGE]).status !== 0) importImage();
  } catch (error) {
    await daemon?.stop();
    throw error;
  }
  return async () => daemon?.stop();
}

/** @param programs the Debian package of each program */
function install(programs: Readonly<Record<string, string>>): void {
  const missing = Object.entries(programs).filter(
    ([program]) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  const packages = [...new Set(missing.map(([, debian]) => debian))];
  if (packages.length === 0) return;
  const line = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  process.stdout.write(`containers: ${line}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = () => spawnSync('sh', ['-c', line], { env, encoding: 'utf8' });
  if (run().status === 0) return;
  spawnSync('apt-get', ['update'], { env });
  const second = run();
  if (second.status !== 0) throw new Error(`run as root: ${line}\n${second.stderr.slice(-2000)}`);
}

function answers(): boolean {
  return spawnSync('docker', ['info'], { timeout: 20_000, stdio: 'ignore' }).status === 0;
}

async function startDaemon(): Promise<{ stop: () => Promise<void> }> {
  // The path of a socket has to be short.
  const folder = mkdtempSync(join(tmpdir(), 'containers-'));
  const host = `unix://${join(folder, 'docker.sock')}`;
  process.env.DOCKER_HOST = host;
  const log = join(cache, 'dockerd.log');
  const drivers = ['overlay2', 'vfs'];
  for (const driver of drivers) {
    const child = spawn(
      'dockerd',
      [
        ...['--data-root', join(cache, 'data'), '--exec-root', join(folder, 'exec')],
        ...['--host', host, '--pidfile', join(folder, 'pid'), '--storage-driver', driver],
        ...['--iptables=false', '--ip6tables=false', '--bridge=none'],
      ],
      { stdio: ['ignore', openSync(log, 'w'), openSync(log, 'a')] },
    );
    const stop = async () => {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    };
    for (let attempt = 0; attempt < 150 && child.exitCode === null; attempt += 1) {
      if (answers()) return { stop };
      await delay(200);
    }
    await end(child);
  }
  throw new Error(`dockerd does not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}

function importImage(): void {
  if (!existsSync(TARBALL)) makeTarball();
  execFileSync('docker', ['import', TARBALL, TEST_IMAGE], { stdio: 'ignore' });
}

function makeTarball(): void {
  process.stdout.write(`containers: debootstrap ${DEBIAN.release}, once\n`);
  const folder = mkdtempSync(join(cache, 'debootstrap-'));
  const options = ['--variant=minbase', `--include=${DEBIAN.packages}`, DEBIAN.release, folder];
  try {
    execFileSync('debootstrap', options, { stdio: ['ignore', 'ignore', 'inherit'] });
    const unneeded = ['proc/*', 'sys/*', 'var/cache/apt/*', 'var/lib/apt/lists/*'];
    const left = [...unneeded, 'usr/share/doc/*', 'usr/share/locale/*', 'usr/share/man/*'];
    execFileSync('tar', [
      ...['-C', folder, '--one-file-system', ...left.map((path) => `--exclude=./${path}`)],
      ...['-cf', `${TARBALL}.part`, '.'],
    ]);
    renameSync(`${TARBALL}.part`, TARBALL);
  } finally {
    // What is mounted there is of the machine, not of the image.
    for (const name of ['proc', 'sys']) spawnSync('umount', [join(folder, name)]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
