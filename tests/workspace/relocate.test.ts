import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readlinkSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openWorkspace } from '../../src/workspace/open.ts';
import { relocateVariables } from '../../src/workspace/relocate.ts';
import { newRepository, onCleanup, temporaryFolder, writeFiles } from './support.ts';
import { copyOf } from './trees.ts';

describe('a copy that is not seen at the path of the original', () => {
  it('has variables that lead into the copy', () => {
    expect(
      relocateVariables(
        { PATH: '/r/.venv/bin:/rest:/r:/usr/bin', VIRTUAL_ENV: '/r/.venv', HOME: '/root' },
        '/r',
        '/copy',
      ),
    ).toEqual({
      PATH: '/copy/.venv/bin:/rest:/copy:/usr/bin',
      VIRTUAL_ENV: '/copy/.venv',
      HOME: '/root',
    });
  });

  it('imports its own code in its own virtual environment, and so does a copy of the copy', async () => {
    const repository = newRepository({
      '.gitignore': '.venv/\n',
      'src/mine.py': 'VALUE = "original"\n',
    });
    const venv = join(repository, '.venv');
    execFileSync('python3', ['-m', 'venv', '--without-pip', venv]);
    const version = execFileSync(
      join(venv, 'bin/python'),
      ['-c', 'import sys; print("python%d.%d" % sys.version_info[:2])'],
      { encoding: 'utf8' },
    ).trim();
    const packages = join('.venv/lib', version, 'site-packages');
    writeFiles(repository, {
      [`${packages}/__editable__.mine.pth`]: `${repository}/src\n`,
      '.venv/bin/tool': {
        script: `#!${venv}/bin/python\nimport mine, sys\nprint(mine.VALUE, mine.__file__, sys.prefix)\n`,
      },
      '.venv/bin/other': { script: `#!/bin/sh\necho ${repository}-other\n` },
      '.venv/bin/binary': Buffer.from(`\0\xff${repository}/x`, 'latin1'),
    });
    utimesSync(join(venv, 'bin/tool'), 1000, 1000);
    vi.stubEnv('PATH', `${venv}/bin:${process.env.PATH}`);
    vi.stubEnv('VIRTUAL_ENV', venv);
    onCleanup(() => vi.unstubAllEnvs());
    const copy = await copyOf(repository);
    const second = join(temporaryFolder(), 'second');
    const open = (hostRoot: string) => {
      const hostScratch = temporaryFolder();
      const workspace = openWorkspace({ kind: 'local', hostRoot, root: copy.root, hostScratch });
      onCleanup(() => workspace.close());
      return workspace;
    };
    const workspace = open(copy.hostRoot);
    writeFiles(copy.hostRoot, { 'src/mine.py': 'VALUE = "changed"\n' });
    await copy.materialise(second, 'base');
    for (const [root, value] of [
      [copy.hostRoot, 'changed'],
      [second, 'original'],
    ] as const) {
      const opened = root === second ? open(second) : workspace;
      for (const argv of [['tool'], ['.venv/bin/tool'], ['python', '.venv/bin/tool']]) {
        const { output } = await opened.exec(argv, { timeoutMs: 20_000 });
        expect(output).toBe(`${value} ${root}/src/mine.py ${root}/.venv\n`);
      }
    }
    expect(statSync(join(copy.hostRoot, '.venv/bin/tool')).mtimeMs).toBe(1_000_000);
    expect(readFileSync(join(copy.hostRoot, '.venv/bin/other'), 'utf8')).toContain(
      `${repository}-other`,
    );
    expect(readFileSync(join(venv, 'bin/tool'), 'utf8')).toContain(`#!${venv}/bin/python`);
    expect(readlinkSync(join(copy.hostRoot, '.venv/bin/python'))).toBe(
      readlinkSync(join(venv, 'bin/python')),
    );
  });

  it('is left alone where there is nothing to mend', () => {
    const hostRoot = temporaryFolder();
    writeFiles(hostRoot, { 'env/file': '/original/x', '.venv/pyvenv.cfg': 'home = /usr/bin\n' });
    mkdirSync(join(hostRoot, 'venv'));
    const workspace = openWorkspace({
      kind: 'local',
      hostRoot,
      root: '/original',
      hostScratch: temporaryFolder(),
    });
    onCleanup(() => workspace.close());
    expect(readFileSync(join(hostRoot, 'env/file'), 'utf8')).toBe('/original/x');
  });
});
