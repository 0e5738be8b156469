import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { killAll } from '../../src/workspace/process.ts';
import { bash, KINDS, newWorkspace, processesWith, survivors, uniqueSeconds } from './support.ts';

describe.each(KINDS)('killing all commands of this process (%s)', (kind) => {
  it('ends them and their descendants at once, and what they printed is kept', async () => {
    const workspace = await newWorkspace(kind);
    const seconds = uniqueSeconds();
    const running = bash(workspace, `echo kept; setsid sleep ${seconds} & sleep ${seconds}`);
    while (processesWith(seconds).filter((line) => line.startsWith('sleep')).length < 2)
      await delay(20);
    killAll();
    expect(await running).toMatchObject({ stdout: 'kept\n', exitCode: null, timedOut: false });
    expect(await survivors(seconds)).toEqual([]);
  });
});
