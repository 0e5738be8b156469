import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundle } from './bundle.ts';
import { KINDS, newRepository, survivors, temporaryFolder, uniqueSeconds } from './support.ts';

const UID = 1000;

/** Runs a program as a user without rights: as one of number 1000 when the tests run as root. */
function runAsUser(argv: readonly string[], folder: string): string {
  const isRoot = process.getuid?.() === 0;
  const drop = ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', '--'];
  const [file = '', ...args] = [...(isRoot ? drop : []), ...argv];
  const { PATH = '' } = process.env;
  return execFileSync(file, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH, HOME: folder, TMPDIR: join(folder, 'tmp') },
  });
}

describe.each(KINDS)('an ordinary user with a %s workspace', (kind) => {
  it('runs commands, reads the patch off, and leaves nothing behind', async () => {
    const driver = await bundle(new URL('drivers/ordinary-user.ts', import.meta.url));
    const repository = newRepository({ 'a.txt': 'a\n' });
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'tmp'));
    chmodSync(join(repository, '..'), 0o755);
    if (process.getuid?.() === 0) {
      execFileSync('chown', ['-R', `${UID}:${UID}`, folder, repository]);
    }
    const seconds = uniqueSeconds();
    const result = JSON.parse(
      runAsUser([process.execPath, driver, kind, repository, seconds], folder),
    );
    const uid = process.getuid?.() === 0 ? UID : process.getuid?.();
    const seen = kind === 'local' ? expect.stringContaining('/copy/') : repository;
    const [id, path, owner, content] = result.who.trim().split('\n');
    expect(result.root).toBe(repository);
    expect([id, owner, content]).toEqual([`${uid}`, `${uid}`, 'changed']);
    expect(path).toEqual(seen);
    expect(result.hung.timedOut).toBe(true);
    expect(result.hung.durationMs).toBeLessThan(8000);
    expect(result.patch).toContain('-a\n+changed\n');
    expect(result.patch).toContain('diff --git a/made b/made');
    expect(result.probe.works).toBe(true);
    expect(result.chosen).toBe('bubblewrap');
    if (kind === 'bubblewrap') {
      expect(result.environ).toBe('0');
      expect(result.large.stdout).toBe('');
      expect(Number(result.many)).toBeLessThan(200);
    }
    expect(await survivors(seconds)).toEqual([]);
    expect(existsSync(join(folder, 'tmp'))).toBe(true);
    expect(execFileSync('ls', ['-A', join(folder, 'tmp')], { encoding: 'utf8' })).toBe('');
  });
});
