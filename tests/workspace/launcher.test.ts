import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { git } from '../../src/workspace/git.ts';
import { closeLaunchers, launch, useLaunchers } from '../../src/workspace/launcher.ts';
import { runProcess } from '../../src/workspace/process.ts';

const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'launcher-')));
const env = { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8' };

beforeAll(() => useLaunchers());
afterAll(async () => {
  await closeLaunchers();
  rmSync(cwd, { recursive: true, force: true });
});

const options = { cwd, env, timeoutMs: 60_000 };
const bash = (script: string, more = {}) =>
  runProcess(['bash', '-c', script], { ...options, ...more });

test('a command is started by a launcher, in a process group of its own', async () => {
  const command = await launch(['sleep', '60'], { cwd, env });
  expect(command?.pid).toBeGreaterThan(0);
  process.kill(-(command?.pid ?? 0), 'SIGKILL');
  expect(await command?.exited).toBe(137);
  command?.stdout.destroy();
  command?.stderr.destroy();
});

test('arguments, variables, folder and input arrive byte by byte', async () => {
  const odd = `a 'b' "c" $d \`e\` \\ \n é *`;
  const result = await runProcess(
    ['bash', '-c', 'printf %s "$1"; printf %s "$ODD" >&2; cat; pwd', 'bash', odd],
    { ...options, env: { ...env, ODD: odd }, stdin: Buffer.from('in\0put\n') },
  );
  expect(result).toMatchObject({ exitCode: 0, stderr: odd, stdout: `${odd}in\0put\n${cwd}\n` });
});

test('only the given variables are there', async () => {
  const { stdout } = await runProcess(['env'], { ...options, env: { ...env, ONLY: '1' } });
  const names = stdout.split('\n').map((line) => line.split('=')[0]);
  expect(names.filter((name) => name !== '' && name !== '_').sort()).toEqual([
    'LANG',
    'ONLY',
    'PATH',
  ]);
});

test('exit codes and an empty output', async () => {
  expect(await bash('exit 7')).toMatchObject({ exitCode: 7, signal: null, output: '' });
  expect(await bash('true')).toMatchObject({ exitCode: 0, signal: null, output: '' });
});

test('many at once keep their outputs apart', async () => {
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, n) => bash(`echo ${n}; sleep 0.05; echo ${n} >&2`)),
  );
  expect(results.map(({ output }) => output)).toEqual(
    Array.from({ length: 20 }, (_, n) => `${n}\n${n}\n`),
  );
});

test('a large output comes whole', async () => {
  const { stdout } = await bash('seq 1 100000', { maxBytes: 10_000_000 });
  expect(stdout.trimEnd().split('\n')).toHaveLength(100_000);
});

test('a deadline and an abort end the whole group, with what was printed', async () => {
  const late = await bash('echo before; sleep 60 & sleep 60', { timeoutMs: 500 });
  expect(late).toMatchObject({ timedOut: true, exitCode: null, stdout: 'before\n' });
  const stop = new AbortController();
  const running = bash('echo $$; sleep 60', { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), 300);
  const { aborted, stdout } = await running;
  expect(aborted).toBe(true);
  expect(existsSync(`/proc/${stdout.trim()}`)).toBe(false);
});

test('what still writes after its command never reaches the next one', async () => {
  const first = await bash('(setsid bash -c "sleep 1; echo late" &) ; echo first');
  expect(first.stdout).toBe('first\n');
  const next = await Promise.all([bash('sleep 1.5; echo next'), bash('sleep 1.5; echo next')]);
  expect(next.map(({ output }) => output)).toEqual(['next\n', 'next\n']);
});

test('what cannot be started says why', async () => {
  await expect(runProcess(['no-such-program'], options)).rejects.toThrow(/was not found/);
  await expect(runProcess(['true'], { ...options, cwd: join(cwd, 'none') })).rejects.toThrow(
    /does not exist/,
  );
  const long = 'x'.repeat(200_000);
  await expect(runProcess(['echo', long], options)).rejects.toThrow(/too long/);
});

test('git goes the same way, with its failures', async () => {
  await git(['init', '--quiet', '.'], { cwd });
  const id = await git(['hash-object', '-w', '--stdin'], { cwd, input: 'content\n' });
  expect(await git(['cat-file', 'blob', id.trim()], { cwd })).toBe('content\n');
  await expect(git(['cat-file', 'blob', 'nothing'], { cwd })).rejects.toThrow(/nothing/);
});

/** Another process with launchers of its own. */
const startHost = (program: string) =>
  spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
const isGone = (pid: number) =>
  expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 20_000 }).toBe(false);

test('a short command after a long one gets its own arguments only', async () => {
  const long = Array.from({ length: 50 }, (_, n) => `argument ${n}`);
  expect((await bash('echo $#')).stdout).toBe('0\n');
  const many = await runProcess(['bash', '-c', 'echo $#', 'bash', ...long], options);
  expect(many.stdout).toBe('50\n');
  expect((await bash('echo $#')).stdout).toBe('0\n');
});

test('when the process that waits for a command is killed, the next command runs all the same', async () => {
  const shell = Number((await bash('echo $PPID')).stdout);
  await expect.poll(() => childrenOf(shell).length).toBe(1);
  for (const pid of childrenOf(shell)) process.kill(pid, 'SIGKILL');
  await expect.poll(() => childrenOf(shell).length).toBe(1);
  for (const n of [1, 2, 3]) expect((await bash(`echo ${n}`)).stdout).toBe(`${n}\n`);
});

test('a killed process leaves no launcher', async () => {
  const program = `
    import { launch, useLaunchers } from './src/workspace/launcher.ts';
    useLaunchers();
    const command = await launch(['bash', '-c', 'echo $PPID'], { cwd: '/', env: { PATH: process.env.PATH } });
    command.stdout.on('data', (text) => process.stdout.write(text));
    setInterval(() => {}, 1000);
  `;
  const host = startHost(program);
  const [line] = await once(host.stdout, 'data');
  const shell = Number(line);
  await expect.poll(() => childrenOf(shell).length).toBe(1);
  const [waiting] = childrenOf(shell);
  host.kill('SIGKILL');
  await isGone(shell);
  await isGone(waiting ?? 0);
});

test('a process killed while it starts commands leaves none of its launchers', async () => {
  const program = `
    import { runProcess } from './src/workspace/process.ts';
    import { useLaunchers } from './src/workspace/launcher.ts';
    useLaunchers();
    const options = { cwd: '/', env: { PATH: process.env.PATH }, timeoutMs: 60_000 };
    // So many that between the request and the start there is time to be killed in.
    const many = Array.from({ length: 30_000 }, () => 'x');
    const lane = async () => { for (;;) await runProcess(['true', ...many], options); };
    await runProcess(['true'], options);
    console.log('ready');
    await Promise.all(Array.from({ length: 12 }, lane));
  `;
  const pids: (number | undefined)[] = [];
  for (let round = 0; round < 4; round += 1) {
    const host = startHost(program);
    await once(host.stdout, 'data');
    await sleep(200 + 50 * round);
    host.kill('SIGKILL');
    pids.push(host.pid);
  }
  const left = () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => commandOf(name))
      .filter((line) => pids.some((pid) => line.includes(`patchwright-${pid}-`)));
  await expect.poll(left, { timeout: 20_000 }).toEqual([]);
});

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
