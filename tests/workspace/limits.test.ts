import { describe, expect, it } from 'vitest';
import { probeSandbox } from '../../src/workspace/sandbox.ts';
import { bash, newWorkspace } from './support.ts';

const MIB = 2 ** 20;

describe('the limits of the sandbox', () => {
  it('end a program that takes too much memory', async () => {
    const workspace = await newWorkspace('bubblewrap', { memoryBytes: 300 * MIB });
    const small = await workspace.exec(
      ['python3', '-c', 'x = bytearray(50 << 20); print(len(x))'],
      {
        timeoutMs: 20_000,
      },
    );
    const large = await workspace.exec(
      ['python3', '-c', 'x = bytearray(2000 << 20); print(len(x))'],
      {
        timeoutMs: 20_000,
      },
    );
    expect(small).toMatchObject({ exitCode: 0, stdout: `${50 * MIB}\n` });
    expect(large.stdout).toBe('');
    expect(large.exitCode).not.toBe(0);
    expect(large.timedOut).toBe(false);
  });

  it('leave node and WebAssembly room in their address space', async () => {
    const workspace = await newWorkspace('bubblewrap', { memoryBytes: 1024 * MIB });
    const script = 'new WebAssembly.Memory({initial: 100, maximum: 65536}); console.log("fits")';
    const result = await workspace.exec(['node', '-e', script], { timeoutMs: 20_000 });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'fits\n' });
  });

  it('leave no core file and no endless file', async () => {
    const workspace = await newWorkspace('bubblewrap');
    const { stdout } = await bash(workspace, 'ulimit -c; ulimit -f; ulimit -t');
    const [core, file, cpu] = stdout.trim().split('\n');
    expect(core).toBe('0');
    expect(Number(file)).toBe(8 * 1024 * 1024);
    expect(Number(cpu)).toBeGreaterThanOrEqual(30);
  });

  it('are told to a person', async () => {
    const { limits } = await probeSandbox();
    expect(limits).toHaveLength(3);
    expect(limits.join('\n')).toMatch(/memory.*\n.*processes.*\n.*CPU time/);
  });
});
