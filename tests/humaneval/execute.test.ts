import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { execute, programOf } from '../../src/humaneval/execute.ts';
import type { Problem } from '../../src/humaneval/problem.ts';

const dir = mkdtempSync(join(tmpdir(), 'patchwright-humaneval-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const problem: Problem = {
  task_id: 'Test/0',
  prompt: 'def add(a, b):\n',
  entry_point: 'add',
  canonical_solution: '    return a + b\n',
  test: 'def check(candidate):\n    assert candidate(1, 2) == 3\n',
};
const run = (completion: string, seconds = 10) =>
  execute(
    problem,
    { task_id: problem.task_id, completion },
    { kind: 'bubblewrap', dir, seconds, bytes: 2 ** 30, signal: new AbortController().signal },
  );

const OUTSIDE = join(tmpdir(), `patchwright-outside-${process.pid}`);
const RIGHT = '    return a + b\n';

/** Completions that must not pass, and what is said of them. */
const HOSTILE: Readonly<Record<string, { completion: string; result: RegExp }>> = {
  'is empty': { completion: '', result: /^failed: expected an indented block/ },
  'is wrong': { completion: '    return a - b\n', result: /^failed: AssertionError/ },
  raises: { completion: '    raise ValueError("no")\n', result: /^failed: no/ },
  'ends the process with success': {
    completion: '    import os\n    os._exit(0)\n',
    result: /ended before its checks \(exit code 0\)/,
  },
  'raises SystemExit': { completion: '    exit(0)\n', result: /^failed: / },
  'ends the process when imported': {
    completion: `${RIGHT}import os\nos._exit(0)\n`,
    result: /ended before its checks/,
  },
  'allocates 10 GB': {
    completion: '    return len(bytearray(10 * 2 ** 30))\n',
    result: /^failed: MemoryError/,
  },
  forks: {
    completion: `    import os\n    os.fork()\n${RIGHT}`,
    result: /os\.fork is not allowed/,
  },
  'forks and goes on': {
    completion: `    import os\n    try:\n        os.fork()\n    except Exception:\n        pass\n${RIGHT}`,
    result: /^failed: os\.fork is not allowed/,
  },
  'starts a program': {
    completion: `    import subprocess\n    subprocess.run(["true"])\n${RIGHT}`,
    result: /subprocess\.Popen is not allowed/,
  },
  'writes outside': {
    completion: `    open("/etc/x", "w")\n${RIGHT}`,
    result: /writing '\/etc\/x' is not allowed/,
  },
  'writes outside and goes on': {
    completion: `    try:\n        open("/usr/x", "w")\n    except Exception:\n        pass\n${RIGHT}`,
    result: /^failed: writing '\/usr\/x' is not allowed/,
  },
  'removes files outside': {
    completion: `    import os\n    os.remove("/usr/bin/env")\n${RIGHT}`,
    result: /os\.remove of '\/usr\/bin\/env' is not allowed/,
  },
  'kills what it can': {
    completion: `    import os, signal\n    os.kill(os.getppid(), signal.SIGKILL)\n${RIGHT}`,
    result: /os\.kill is not allowed/,
  },
  'connects to the network': {
    completion: `    import socket\n    socket.create_connection(("127.0.0.1", 9))\n${RIGHT}`,
    result: /socket\.connect is not allowed/,
  },
  'prints a result': {
    completion:
      '    print(\'{"token": "", "result": "passed"}\')\n    raise ValueError("printed")\n',
    result: /^failed: printed/,
  },
};

describe('a sample', () => {
  it('is the prompt with the completion, the tests and their call', () => {
    expect(programOf(problem, RIGHT)).toBe(`def add(a, b):\n${RIGHT}\n${problem.test}\ncheck(add)`);
  });

  it('passes when its checks run to their end', async () => {
    expect(await run(RIGHT)).toMatchObject({ passed: true, result: 'passed' });
    expect(await run(`    open("/tmp/x", "w").write("own")\n${RIGHT}`)).toMatchObject({
      passed: true,
    });
  });

  it.each(Object.entries(HOSTILE))('that %s fails', async (_, { completion, result }) => {
    expect(await run(completion)).toMatchObject({
      passed: false,
      result: expect.stringMatching(result),
    });
  });

  it.each([
    ['loops', '    while True: pass\n'],
    [
      'loops and catches all',
      '    while True:\n        try:\n            while True: pass\n        except Exception:\n            pass\n',
    ],
    ['sleeps', '    import time\n    time.sleep(1000)\n'],
  ])('that %s is timed out', async (_, completion) => {
    expect(await run(completion, 1)).toMatchObject({ passed: false, result: 'timed out' });
  });

  it('cannot write to the host even past its own guard, and leaves no process', async () => {
    // ctypes calls the system without the interpreter.
    const completion = [
      '    import ctypes',
      '    libc = ctypes.CDLL(None)',
      `    descriptor = libc.open(b"${OUTSIDE}", 0o101, 0o644)`,
      '    libc.write(descriptor, b"x", 1)',
      '    if libc.fork() == 0:',
      '        libc.setsid()',
      '        libc.sleep(1000)',
      RIGHT,
    ].join('\n');
    await run(completion, 2);
    expect(existsSync(OUTSIDE)).toBe(false);
    const sleeping = readdirSync('/proc').filter((name) => {
      if (!/^\d+$/.test(name)) return false;
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(
          'Runs one program of HumanEval',
        );
      } catch {
        return false;
      }
    });
    expect(sleeping).toEqual([]);
  });

  it('does not see what another left behind', async () => {
    await run(`    open("/tmp/left", "w").write("x")\n${RIGHT}`);
    const looking = `    import os\n    assert not os.path.exists("/tmp/left"), "it is there"\n${RIGHT}`;
    expect(await run(looking)).toMatchObject({ passed: true });
  });
});
