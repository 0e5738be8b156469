import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openContainer } from '../../src/workspace/container/workspace.ts';
import {
  bash,
  newWorkspace,
  onCleanup,
  temporaryFolder,
  testEngine,
} from '../workspace/support.ts';
import { imageOf, newRun, TEST_IMAGE } from './support.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A workspace of an image with choices of its own. */
async function open(choice: Partial<Parameters<typeof openContainer>[0]>) {
  const folder = temporaryFolder();
  for (const name of ['copy', 'scratch']) mkdirSync(join(folder, name));
  const workspace = await openContainer({
    engine: testEngine(),
    image: TEST_IMAGE,
    run: newRun(),
    hostRoot: join(folder, 'copy'),
    root: '/testbed',
    hostScratch: join(folder, 'scratch'),
    ...choice,
  });
  onCleanup(() => workspace.close());
  return workspace;
}

describe('a command in a container', () => {
  it('has no network but its own loopback', async () => {
    const workspace = await newWorkspace('container');
    const interfaces = await bash(workspace, 'tail -n +3 /proc/net/dev | cut -d: -f1');
    const outside = await bash(workspace, 'cat < /dev/tcp/192.0.2.1/80');
    expect(interfaces.stdout.trim()).toBe('lo');
    expect(outside).toMatchObject({ stdout: '', timedOut: false });
    expect(outside.stderr).toMatch(/unreachable/);
  });

  it('has no capability and can gain none', async () => {
    const workspace = await newWorkspace('container');
    const { stdout } = await bash(workspace, 'grep -E "^Cap|NoNewPrivs" /proc/self/status');
    expect(stdout).toMatch(/CapEff:\s+0000000000000000/);
    expect(stdout).toMatch(/CapBnd:\s+0000000000000000/);
    expect(stdout).toMatch(/NoNewPrivs:\s+1/);
  });

  it('sees no file, variable and process of the host', async () => {
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-ant-secret');
    const outside = join(temporaryFolder(), 'file');
    writeFileSync(outside, 'hidden content');
    const workspace = await newWorkspace('container');
    const { stdout } = await bash(
      workspace,
      `env; cat ${outside} /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'`,
    );
    expect(stdout).toContain('PATH=');
    expect(stdout).not.toMatch(/sk-ant|hidden content|vitest/);
  });

  it('is asked nothing, shown no page and no colour, and keeps temporary files', async () => {
    const workspace = await newWorkspace('container');
    await bash(workspace, 'echo kept > "$TMPDIR/note"');
    const { stdout } = await bash(
      workspace,
      'echo "$CI $PAGER $NO_COLOR $LANG"; cat "$TMPDIR/note"',
    );
    expect(stdout).toBe('1 cat 1 C.UTF-8\nkept\n');
    expect((await workspace.readFile('/tmp/note')).toString()).toBe('kept\n');
  });

  it('makes files that belong to the caller, and can write to what the host wrote', async () => {
    const workspace = await newWorkspace('container');
    await workspace.writeFile('given', Buffer.from('1'));
    const { exitCode } = await bash(workspace, 'echo 2 >> given; mkdir made; echo 3 > made/file');
    const made = statSync(join(workspace.hostRoot, 'made/file'));
    expect(exitCode).toBe(0);
    expect(made.uid).toBe(process.getuid?.());
    expect(made.gid).toBe(process.getgid?.());
  });

  it('cannot change the scripts that watch over it', async () => {
    const workspace = await newWorkspace('container');
    const { stdout } = await bash(
      workspace,
      'for f in /.patchwright/run /.patchwright/end /.patchwright/new; do echo x > $f && echo changed; done; rm -rf /.patchwright; echo done',
    );
    expect(stdout).toBe('done\n');
    expect((await bash(workspace, 'echo still')).stdout).toBe('still\n');
  });

  it('keeps what it installs outside of the repository, until the container goes', async () => {
    const workspace = await newWorkspace('container');
    await bash(workspace, 'echo "echo tool" > /usr/local/bin/tool; chmod +x /usr/local/bin/tool');
    expect((await workspace.exec(['tool'], { timeoutMs: 10_000 })).stdout).toBe('tool\n');
  });
});

describe('the limits of a container', () => {
  it('bound the processes of all commands together', async () => {
    const workspace = await newWorkspace('container', { processes: 40 });
    const fork =
      'import os, time\nn = 0\ntry:\n while n < 100:\n  if os.fork() == 0: time.sleep(60)\n  n += 1\nexcept OSError: pass\nprint(n)';
    const { stdout } = await workspace.exec(['python3', '-c', fork], { timeoutMs: 20_000 });
    expect(Number(stdout)).toBeGreaterThan(10);
    expect(Number(stdout)).toBeLessThan(40);
    // The container that was full is of use again.
    expect((await bash(workspace, 'echo again')).stdout).toBe('again\n');
  });

  it('leave no core file and no endless file', async () => {
    const workspace = await newWorkspace('container');
    const { stdout } = await bash(workspace, 'ulimit -c; ulimit -f');
    expect(stdout).toBe(`0\n${8 * 1024 * 1024}\n`);
  });

  it('bound processors', async () => {
    const workspace = await open({ limits: { cpus: 0.5 } });
    const { stdout } = await bash(
      workspace,
      'cat /sys/fs/cgroup/cpu.max 2>/dev/null || cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us',
    );
    expect(stdout.trim().split(/\s+/)).toEqual(['50000', '100000']);
  });
});

describe('the image', () => {
  it('gives programs and environment, and the activation adds to it', async () => {
    const image = imageOf(
      TEST_IMAGE,
      'mkdir /opt/tools; printf "#!/bin/sh\\necho from the image" > /opt/tools/tool; chmod +x /opt/tools/tool',
      'ENV PATH=/opt/tools:/usr/bin:/bin',
      'ENV LANG=C',
      'ENTRYPOINT ["false"]',
    );
    const workspace = await open({ image, activation: 'export ACTIVE="a\nb"; PATH=/active:$PATH' });
    const tool = await workspace.exec(['tool'], { timeoutMs: 10_000 });
    const { stdout } = await bash(workspace, 'echo "$ACTIVE $PATH $LANG"');
    expect(tool.stdout).toBe('from the image\n');
    expect(stdout).toBe('a\nb /active:/opt/tools:/usr/bin:/bin C\n');
  });

  it('is refused in one sentence when it is not there, is no name or cannot run', async () => {
    const refusal = (image: string) =>
      open({ image }).then(
        () => 'opened',
        (error: Error) => `${error.name}: ${error.message}`,
      );
    expect(await refusal('localhost:1/no-such-image')).toMatch(
      /^UsageError: the image localhost:1\/no-such-image is not there and cannot be pulled: /,
    );
    expect(await refusal('--privileged')).toMatch(/^UsageError: .*no name of an image/);
    const withoutShell = imageOf(TEST_IMAGE, 'rm /bin/sh /usr/bin/dash');
    expect(await refusal(withoutShell)).toMatch(/^UsageError: the image \S+ cannot be used: /);
  });
});
