import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { bundle } from './bundle.ts';
import {
  bash,
  KINDS,
  newWorkspace,
  soon,
  survivors,
  temporaryFolder,
  uniqueSeconds,
} from './support.ts';

/** Ways to outlive the command that started it; `SLEEP` stands for the program that stays. */
const ESCAPES: Readonly<Record<string, string>> = {
  'a background job that holds the pipe': 'SLEEP & exit 0',
  'a background job that holds nothing': 'SLEEP >/dev/null 2>&1 </dev/null & exit 0',
  'a daemon in its own session': 'setsid SLEEP >/dev/null 2>&1 </dev/null & exit 0',
  'a daemon in its own session that holds the pipe': 'setsid SLEEP & exit 0',
  'a double fork in its own session': '(setsid bash -c "(SLEEP &) ; exit 0" &); exit 0',
  'nohup and disown': 'nohup SLEEP >/dev/null 2>&1 & disown; exit 0',
  'a program that ignores signals': 'bash -c "trap \'\' TERM INT HUP; SLEEP" & exit 0',
};

describe.each(KINDS)('after a command in a %s workspace', (kind) => {
  it.each(Object.entries(ESCAPES))('nothing is left of %s', async (_, script) => {
    const workspace = await newWorkspace(kind);
    const seconds = uniqueSeconds();
    const result = await bash(
      workspace,
      `echo kept; ${script.replace('SLEEP', `sleep ${seconds}`)}`,
    );
    expect(result).toMatchObject({ exitCode: 0, stdout: 'kept\n', timedOut: false });
    expect(result.durationMs).toBeLessThan(5000);
    expect(await survivors(seconds)).toEqual([]);
  });

  it.each(Object.entries(ESCAPES))('that hangs, the deadline also ends %s', async (_, script) => {
    const workspace = await newWorkspace(kind);
    const seconds = uniqueSeconds();
    const started = script.replace('SLEEP', `sleep ${seconds}`).replace(/exit 0$/, 'sleep 60');
    const result = await bash(workspace, `echo kept; ${started}`, soon(kind, 400));
    expect(result).toMatchObject({ stdout: 'kept\n', timedOut: true });
    expect(result.durationMs).toBeLessThan(5000);
    expect(await survivors(seconds)).toEqual([]);
  });

  it('nothing is left of many side by side, and none loses what is its own', async () => {
    const workspace = await newWorkspace(kind);
    const seconds = uniqueSeconds();
    const daemon = `setsid sleep ${seconds} >/dev/null 2>&1 </dev/null &`;
    // The long one's daemon writes at the end: it was not taken for what one of the short ones left.
    const long = bash(
      workspace,
      'setsid bash -c "sleep 1.5; echo lives > told" </dev/null >/dev/null 2>&1 & sleep 2.5; cat told',
    );
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 8 }, () => bash(workspace, `${daemon} true`)));
      expect(await survivors(seconds)).toEqual([]);
    }
    expect(await long).toMatchObject({ exitCode: 0, stdout: 'lives\n' });
  });

  it('nothing is left of a fork bomb', async () => {
    const workspace = await newWorkspace(kind, { processes: 300 });
    const seconds = uniqueSeconds();
    const script = `grow() { [ "$1" -gt 6 ] || { grow $(($1+1)) & grow $(($1+1)) & }; sleep ${seconds}; }; grow 0`;
    const result = await bash(workspace, script, soon(kind, 1500));
    expect(result.timedOut).toBe(true);
    expect(await survivors(seconds)).toEqual([]);
  });

  it('nothing is left when the program that runs it is killed', async () => {
    const driver = await bundle(new URL('drivers/sleeping.ts', import.meta.url));
    const seconds = uniqueSeconds();
    const child = spawn(process.execPath, [driver, kind, temporaryFolder(), seconds], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill(kind === 'bubblewrap' ? 'SIGKILL' : 'SIGTERM');
    await once(child, 'exit');
    expect(await survivors(seconds)).toEqual([]);
  });
});
