import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { findToolchains, realPath } from '../../src/workspace/toolchains.ts';
import { bash, folderInHome, newWorkspace, temporaryFolder, writeFiles } from './support.ts';

function find(home: string, path: string[], extra: Record<string, string> = {}): string[] {
  const environment = { HOME: home, PATH: path.join(':'), ...extra };
  const hostRoot = temporaryFolder();
  return findToolchains({ environment, root: '/repository', hostRoot }).sort();
}

const program = { script: '#!/bin/sh\necho ran\n' };

describe('the toolchains bound into the sandbox', () => {
  it('are the known parts of a home directory, never what holds settings', () => {
    const home = join(folderInHome(), 'user');
    writeFiles(home, {
      '.pyenv/versions/3.12/bin/python': program,
      '.nvm/.npmrc': 'package-lock=false',
      '.cargo/bin/cargo': program,
      '.cargo/registry/index': '',
      '.cargo/credentials.toml': 'secret',
      '.local/lib/python3.12/site-packages/x.py': '',
      '.local/share/keyrings/login.keyring': 'secret',
      '.ssh/id_rsa': 'secret',
      '.aws/credentials': 'secret',
      '.config/gh/hosts.yml': 'secret',
      '.npmrc': 'secret',
      'go/pkg/mod/x': '',
      'go/src/own/secret.go': '',
    });
    const path = ['.cargo/bin', '.config/x/bin', 'go/bin'].map((name) => join(home, name));
    expect(find(home, path)).toEqual(
      ['.cargo/bin', '.cargo/registry', '.local/lib', '.nvm', '.pyenv', 'go/pkg'].map((name) =>
        join(home, name),
      ),
    );
  });

  it('are the whole prefix of a program folder that is clearly one', () => {
    const home = join(folderInHome(), 'user');
    writeFiles(home, {
      'miniconda3/bin/python': program,
      'miniconda3/lib/libpython.so': '',
      'miniconda3/condabin/conda': program,
      '.virtualenvs/app/bin/pytest': program,
      'tools/bin/x': program,
      'project/bin/run': program,
      'project/lib/code.js': '',
      'project/.env': 'secret',
    });
    const path = ['miniconda3/condabin', 'tools/bin', 'project/bin'].map((name) =>
      join(home, name),
    );
    expect(find(home, path)).toEqual(
      ['.virtualenvs', 'miniconda3', 'project/bin', 'tools/bin'].map((name) => join(home, name)),
    );
  });

  it('are not a folder in PATH that holds keys, nor the home itself, nor its parents', () => {
    const home = join(folderInHome(), 'user');
    writeFiles(home, { 'bin/tool': program, 'mixed/tool': program, 'mixed/server.pem': 'secret' });
    const path = [home, join(home, '..'), '/', join(home, 'mixed'), join(home, 'bin'), 'relative'];
    expect(find(home, path)).toEqual([join(home, 'bin')]);
  });

  it('follow links to where the programs are, and take no more than needed', () => {
    const place = folderInHome();
    const home = join(place, 'user');
    writeFiles(place, {
      'node/v20/bin/node': program,
      'node/v20/lib/node_modules/npm/index.js': '',
      'project/tool.sh': program,
      'project/other.txt': 'private',
      'user/bin/gone': { link: '/nonexistent/x' },
      'user/bin/node': { link: `${place}/node/v20/bin/node` },
      'user/bin/tool': { link: `${place}/project/tool.sh` },
      'user/bin/sh': { link: '/bin/sh' },
    });
    expect(find(home, [join(home, 'bin')])).toEqual(
      ['node/v20', 'project/tool.sh', 'user/bin'].map((name) => join(place, name)),
    );
  });

  it('are named by variables', () => {
    const place = folderInHome();
    const home = join(place, 'user');
    writeFiles(place, {
      'jdk/bin/java': program,
      'conda/bin/conda': program,
      'conda/lib/x': '',
      'cargo/bin/cargo': program,
      'cargo/credentials': 'secret',
      'venv/pyvenv.cfg': '',
    });
    const variables = {
      JAVA_HOME: `${place}/jdk`,
      CONDA_EXE: `${place}/conda/bin/conda`,
      CARGO_HOME: `${place}/cargo`,
      VIRTUAL_ENV: `${place}/venv`,
      GOROOT: `${place}/missing`,
      NVM_DIR: 'relative',
    };
    expect(find(home, [], variables)).toEqual(
      ['cargo/bin', 'conda', 'jdk', 'venv'].map((name) => join(place, name)),
    );
  });

  it('leave out programs that npm put into PATH', () => {
    const place = folderInHome();
    writeFiles(place, { 'node_modules/.bin/x': program });
    expect(find('/nonexistent', [join(place, 'node_modules/.bin')])).toEqual([]);
  });

  it('hold the interpreter of a virtual environment in the repository', () => {
    const place = folderInHome();
    writeFiles(place, {
      'python/bin/python3': program,
      'python/lib/x': '',
    });
    const hostRoot = temporaryFolder();
    mkdirSync(join(hostRoot, 'backend/.venv/bin'), { recursive: true });
    symlinkSync(join(place, 'python/bin/python3'), join(hostRoot, 'backend/.venv/bin/python'));
    const environment = { HOME: '/nonexistent', PATH: '' };
    expect(findToolchains({ environment, root: '/repository', hostRoot })).toEqual([
      join(place, 'python'),
    ]);
  });

  it('are reached when an entry of PATH is a link in a folder the sandbox does not have', async () => {
    const place = folderInHome();
    writeFiles(place, { 'v20/bin/own-node': program, 'v20/lib/x': '' });
    chmodSync(join(place, 'v20/bin/own-node'), 0o755);
    const shell = join(temporaryFolder(), 'multishell');
    symlinkSync(join(place, 'v20'), shell);
    expect(realPath(`/usr/bin:${shell}/bin:missing`)).toBe(`/usr/bin:${place}/v20/bin:missing`);
    vi.stubEnv('PATH', `${shell}/bin:${process.env.PATH}`);
    const workspace = await newWorkspace('bubblewrap');
    vi.unstubAllEnvs();
    expect((await bash(workspace, 'own-node')).stdout).toBe('ran\n');
  });
});
