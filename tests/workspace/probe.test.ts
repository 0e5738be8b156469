import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { temporaryFolder } from './support.ts';

/** A process asks once; each of these tests is a new one. */
async function freshModules() {
  vi.resetModules();
  return {
    ...(await import('../../src/workspace/open.ts')),
    ...(await import('../../src/workspace/sandbox-probe.ts')),
  };
}

function standIn(script: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'bwrap'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'bwrap'), 0o755);
  return folder;
}

describe('choosing a sandbox', () => {
  beforeEach(() => {
    vi.resetModules();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('takes bubblewrap where it works', async () => {
    const { chooseSandbox, probeSandbox } = await freshModules();
    expect(await chooseSandbox('auto')).toEqual({ kind: 'bubblewrap' });
    expect(await chooseSandbox('bubblewrap')).toEqual({ kind: 'bubblewrap' });
    const probe = await probeSandbox();
    expect(probe.works).toBe(true);
    expect(probe.version).toMatch(/^\d+\.\d+/);
    expect(probeSandbox()).toBe(probeSandbox());
  });

  it('takes none without looking, when that is wanted', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    const { chooseSandbox } = await freshModules();
    expect(await chooseSandbox('none')).toEqual({ kind: 'local' });
  });

  it.each([
    {
      why: 'bubblewrap is missing',
      path: () => '/nonexistent',
      says: /bubblewrap is not installed.*apt-get install bubblewrap/,
    },
    {
      why: 'user namespaces are refused',
      path: () =>
        standIn(
          'echo "bwrap: No permissions to creating new namespace, likely because the kernel does not allow non-privileged user namespaces." >&2; exit 1',
        ),
      says: /user namespaces are refused here .*--security-opt seccomp=unconfined/,
    },
    {
      why: 'it fails for another reason',
      path: () => standIn('echo "bwrap: something else" >&2; exit 1'),
      says: /bubblewrap failed: bwrap: something else/,
    },
  ])('warns loudly when $why, and refuses when it was demanded', async ({ path, says }) => {
    vi.stubEnv('PATH', path());
    const { chooseSandbox } = await freshModules();
    const { kind, warning } = await chooseSandbox('auto');
    expect(kind).toBe('local');
    expect(warning).toMatch(/^WITHOUT A SANDBOX/);
    expect(warning).toMatch(says);
    const demanded = chooseSandbox('bubblewrap');
    await expect(demanded).rejects.toMatchObject({ name: UsageError.name });
    await expect(demanded).rejects.toThrow(says);
    await expect(demanded).rejects.toThrow('--sandbox');
  });
});
