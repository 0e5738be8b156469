import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openScratch, sweepScratch } from '../../src/workspace/scratch.ts';
import { bundle } from './bundle.ts';
import { processesWith, survivors, temporaryFolder, uniqueSeconds } from './support.ts';

describe('the temporary folder of a run', () => {
  beforeEach(() => {
    vi.stubEnv('TMPDIR', temporaryFolder());
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is private, named by its process, and goes with all it holds', async () => {
    const { dir, close } = await openScratch();
    expect(dir).toContain(`/patchwright-${process.pid}-`);
    mkdirSync(join(dir, 'a/b'), { recursive: true });
    writeFileSync(join(dir, 'a/b/c'), '');
    chmodSync(join(dir, 'a/b'), 0o500);
    chmodSync(join(dir, 'a'), 0o500);
    await close();
    expect(existsSync(dir)).toBe(false);
  });

  it('of a process that was killed goes at the next start, with the commands that still run', async () => {
    const driver = await bundle(new URL('drivers/scratch.ts', import.meta.url));
    const seconds = uniqueSeconds();
    const child = spawn(process.execPath, [driver, seconds], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(child.stdout, 'data')) as [Buffer];
    const left = output.toString().trim();
    expect(existsSync(join(left, 'root/started'))).toBe(true);
    const first = await openScratch();
    await first.close();
    expect(existsSync(left)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(processesWith(seconds)).not.toEqual([]);
    const second = await openScratch();
    await second.close();
    expect(existsSync(left)).toBe(false);
    expect(await survivors(seconds)).toEqual([]);
  });

  it('of a process that lives, or that cannot be judged from here, stays', async () => {
    const { dir, close } = await openScratch();
    const owner = JSON.parse(readFileSync(join(dir, 'owner.json'), 'utf8'));
    const tmp = process.env.TMPDIR ?? '';
    const fake = (name: string, content: string | null) => {
      const folder = join(tmp, name);
      mkdirSync(folder);
      if (content !== null) writeFileSync(join(folder, 'owner.json'), content);
      return folder;
    };
    const elsewhere = fake('patchwright-1-a', JSON.stringify({ ...owner, namespace: 'pid:[1]' }));
    const unknown = fake('patchwright-2-b', null);
    const broken = fake('patchwright-3-c', '{');
    const reused = fake('patchwright-4-d', JSON.stringify({ ...owner, startTime: '1' }));
    const other = fake('something-else', null);
    const old = fake('patchwright-5-e', '{');
    utimesSync(old, 1000, 1000);
    expect((await sweepScratch()).sort()).toEqual([reused, old].sort());
    for (const folder of [dir, elsewhere, unknown, broken, other]) {
      expect(existsSync(folder)).toBe(true);
    }
    await close();
  });
});
