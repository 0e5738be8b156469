import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundle } from '../workspace/bundle.ts';
import { temporaryFolder, testEngine } from '../workspace/support.ts';
import { containersOf, engineEnvironment, newRun, TEST_IMAGE } from './support.ts';

const UID = 1000;

/** Lets everybody use the engine that this suite has started; one of the machine stays as it is. */
function openOwnEngine(): void {
  const socket = /^unix:\/\/(.*\/containers-[^/]*\/docker\.sock)$/.exec(
    process.env.DOCKER_HOST ?? '',
  )?.[1];
  if (socket === undefined) return;
  chmodSync(dirname(socket), 0o711);
  chmodSync(socket, 0o666);
}

describe('an ordinary user who may use the engine', () => {
  it('works on files of its own in a container, and can remove them', async () => {
    const driver = await bundle(new URL('drivers/ordinary-user.ts', import.meta.url));
    const isRoot = process.getuid?.() === 0;
    const folder = temporaryFolder();
    const tmp = join(folder, 'tmp');
    mkdirSync(tmp);
    chmodSync(folder, 0o755);
    if (isRoot) {
      openOwnEngine();
      for (const path of [folder, tmp]) chownSync(path, UID, UID);
    }
    const drop = ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', '--'];
    const run = newRun();
    const [file = '', ...args] = [
      ...(isRoot ? drop : []),
      ...[process.execPath, driver, testEngine().name, run, TEST_IMAGE],
    ];
    const printed = execFileSync(file, args, {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: tmp, ...engineEnvironment() },
    });
    const uid = isRoot ? UID : process.getuid?.();
    expect(JSON.parse(printed)).toEqual({
      who: `${uid}\n${uid}\n`,
      seen: 'given\nmore\nwritten over/tmp\nwritable\n',
      hung: 'kept\n',
      timedOut: true,
    });
    expect(containersOf(run)).toEqual([]);
    expect(readdirSync(tmp)).toEqual([]);
  });
});
