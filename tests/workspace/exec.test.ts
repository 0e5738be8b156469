import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import { bash, KINDS, newWorkspace, soon, temporaryFolder } from './support.ts';

describe.each(KINDS)('a command in a %s workspace', (kind) => {
  it('gives back exit code, both streams, and them as they came', async () => {
    const workspace = await newWorkspace(kind);
    const result = await bash(
      workspace,
      'echo out; sleep 0.05; echo err >&2; sleep 0.05; echo out2; exit 3',
    );
    expect(result).toMatchObject({
      exitCode: 3,
      signal: null,
      stdout: 'out\nout2\n',
      stderr: 'err\n',
      output: 'out\nerr\nout2\n',
      omittedBytes: 0,
      timedOut: false,
      aborted: false,
    });
  });

  it('runs in the root, or in a folder of it', async () => {
    const workspace = await newWorkspace(kind);
    mkdirSync(join(workspace.hostRoot, 'a b'));
    const inRoot = await bash(workspace, 'pwd');
    const inFolder = await workspace.exec(['pwd'], { cwd: 'a b', timeoutMs: 5000 });
    expect(inRoot.stdout).toBe(`${workspace.root}\n`);
    expect(inFolder.stdout).toBe(`${workspace.root}/a b\n`);
  });

  it('passes arguments as they are, without any shell', async () => {
    const workspace = await newWorkspace(kind);
    const hard = ['$HOME', '`id`', 'a b', '"', "'", '\n', '*', '--', '-n', ''];
    const result = await workspace.exec(['printf', '%s|', ...hard], { timeoutMs: 5000 });
    expect(result.stdout).toBe(`${hard.join('|')}|`);
  });

  it('has standard input closed, or what it is given', async () => {
    const workspace = await newWorkspace(kind);
    const closed = await workspace.exec(['cat'], { timeoutMs: 5000 });
    const text = 'ü'.repeat(300_000);
    const given = await workspace.exec(['cat'], { timeoutMs: 15_000, stdin: text, maxBytes: 4e6 });
    const unread = await workspace.exec(['true'], { timeoutMs: 5000, stdin: text });
    expect(closed).toMatchObject({ exitCode: 0, stdout: '', timedOut: false });
    expect(given.stdout === text).toBe(true);
    expect(unread.exitCode).toBe(0);
  });

  it('adds variables for one command only', async () => {
    const workspace = await newWorkspace(kind);
    const env = { EXTRA: 'a b', PATH: '/usr/bin:/bin' };
    const first = await workspace.exec(['bash', '-c', 'echo "$EXTRA:$PATH"'], {
      timeoutMs: 5000,
      env,
    });
    const second = await bash(workspace, 'echo "$EXTRA"');
    expect(first.stdout).toBe('a b:/usr/bin:/bin\n');
    expect(second.stdout).toBe('\n');
  });

  it('keeps the head and the tail of a long output, and the whole in a file', async () => {
    const workspace = await newWorkspace(kind);
    const outputFile = join(workspace.hostScratch, 'output.txt');
    const result = await workspace.exec(['seq', '1', '100000'], {
      timeoutMs: 15_000,
      maxBytes: 1000,
      outputFile,
    });
    const whole = readFileSync(outputFile, 'utf8');
    expect(whole.length).toBe(588_895);
    expect(result.output.startsWith('1\n2\n3\n')).toBe(true);
    expect(result.output.endsWith('99999\n100000\n')).toBe(true);
    expect(result.omittedBytes).toBe(588_895 - 1000);
    expect(result.output).toContain(`\n[${588_895 - 1000} bytes left out here]\n`);
    expect(result.stdout.length).toBeLessThan(1100);
  });

  it('never follows a link that lies where the output file should be', async () => {
    const workspace = await newWorkspace(kind);
    const precious = join(temporaryFolder(), 'precious');
    writeFileSync(precious, 'precious');
    const outputFile = join(workspace.hostScratch, 'output.txt');
    symlinkSync(precious, outputFile);
    await workspace.exec(['echo', 'new'], { timeoutMs: 5000, outputFile });
    expect(readFileSync(precious, 'utf8')).toBe('precious');
    expect(readFileSync(outputFile, 'utf8')).toBe('new\n');
  });

  it('shows bytes that are not UTF-8 as replacement characters', async () => {
    const workspace = await newWorkspace(kind);
    const result = await bash(workspace, "printf 'a\\377\\200z'");
    expect(result.stdout).toBe('a\uFFFD\uFFFDz');
    expect(result.output).toBe('a\uFFFD\uFFFDz');
  });

  it('keeps what was printed before the deadline', async () => {
    const workspace = await newWorkspace(kind);
    const script = 'echo before; echo problem >&2; sleep 60';
    const result = await bash(workspace, script, soon(kind, 300));
    expect(result).toMatchObject({
      timedOut: true,
      aborted: false,
      stdout: 'before\n',
      stderr: 'problem\n',
    });
    expect(result.durationMs).toBeLessThan(5000);
  });

  it('ends at once when it is aborted', async () => {
    const workspace = await newWorkspace(kind);
    const controller = new AbortController();
    const running = workspace.exec(['bash', '-c', 'echo started; sleep 60'], {
      timeoutMs: 60_000,
      signal: controller.signal,
    });
    await delay(soon(kind, 200));
    controller.abort();
    const result = await running;
    expect(result).toMatchObject({ aborted: true, timedOut: false, stdout: 'started\n' });
    await expect(
      workspace.exec(['true'], { timeoutMs: 5000, signal: controller.signal }),
    ).rejects.toBe(controller.signal.reason);
  });

  it('ends with its workspace, which runs nothing any more', async () => {
    const workspace = await newWorkspace(kind);
    const running = bash(workspace, 'sleep 60');
    await delay(100);
    await workspace.close();
    expect(await running).toMatchObject({ aborted: true, exitCode: null });
    await expect(bash(workspace, 'true')).rejects.toThrow(ToolError);
  });

  it('says what to do when it cannot be started', async () => {
    const workspace = await newWorkspace(kind);
    writeFileSync(join(workspace.hostRoot, 'plain.txt'), 'text');
    const failure = (argv: string[], cwd?: string) =>
      workspace.exec(argv, { timeoutMs: 5000, ...(cwd === undefined ? {} : { cwd }) }).then(
        () => 'started',
        (error: unknown) => (error instanceof ToolError ? error.message : `bug: ${error}`),
      );
    expect(await failure(['no-such-program'])).toMatch(
      /no-such-program .*(not found|No such file).*another program/,
    );
    expect(await failure(['echo', 'x'.repeat(140_000)])).toMatch(
      /too long.*128 KiB.*standard input/,
    );
    expect(await failure(['true'], 'missing')).toMatch(/missing/);
    expect(await failure(['true'], '../..')).toMatch(/outside of the workspace/);
    expect(await failure([])).toMatch(/No program/);
    expect(await failure(['a\0b'])).toMatch(/NUL|null bytes/i);
  });

  it('is the program itself that ran, when that fails like the sandbox would', async () => {
    const workspace = await newWorkspace(kind);
    const result = await bash(workspace, 'echo "bwrap: no"; echo "bwrap: failed" >&2; exit 1');
    expect(result).toMatchObject({ exitCode: 1, stderr: 'bwrap: failed\n' });
  });

  it('runs beside others in the same workspace', async () => {
    const workspace = await newWorkspace(kind);
    const results = await Promise.all(
      ['0.3', '0.2', '0.1'].map((seconds) => bash(workspace, `sleep ${seconds}; echo ${seconds}`)),
    );
    expect(results.map((result) => result.stdout)).toEqual(['0.3\n', '0.2\n', '0.1\n']);
  });

  it('bounds what is kept while a program floods its output', async () => {
    const workspace = await newWorkspace(kind);
    const outputFile = join(workspace.hostScratch, 'flood.txt');
    const before = process.memoryUsage().rss;
    const result = await workspace.exec(
      ['bash', '-c', 'head -c 300000000 /dev/zero | tr "\\0" y'],
      {
        timeoutMs: 50_000,
        outputFile,
      },
    );
    expect(result.exitCode).toBe(0);
    expect(result.omittedBytes).toBe(300_000_000 - 1024 * 1024);
    expect(statSync(outputFile).size).toBeGreaterThanOrEqual(100 * 2 ** 20);
    expect(statSync(outputFile).size).toBeLessThan(100 * 2 ** 20 + 100);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });
});
