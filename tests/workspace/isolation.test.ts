import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bash, KINDS, newWorkspace, onCleanup, temporaryFolder } from './support.ts';

const SECRETS = {
  ANTHROPIC_API_KEY: 'sk-ant-secret-1',
  GITHUB_TOKEN: 'ghp-secret-2',
  OPENAI_API_KEY: 'sk-secret-3',
  AWS_SECRET_ACCESS_KEY: 'secret-4',
  NPM_TOKEN: 'secret-5',
  DATABASE_URL: 'postgres://u:secret-6@h/d',
  HTTPS_PROXY: 'http://u:secret-7@proxy',
  PIP_INDEX_URL: 'https://u:secret-8@pypi',
  MY_PASSWORD: 'secret-9',
  SSH_AUTH_SOCK: '/secret-10',
  NODE_OPTIONS: '--secret-11',
  LD_PRELOAD_SECRET: 'secret-12',
};

describe.each(KINDS)('the environment of a %s workspace', (kind) => {
  beforeEach(() => {
    for (const [name, value] of Object.entries(SECRETS)) vi.stubEnv(name, value);
    vi.stubEnv('CONDA_DEFAULT_ENV', 'science');
    vi.stubEnv('LC_TIME', 'C');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('holds no key, token, password or address with one', async () => {
    const workspace = await newWorkspace(kind);
    const { stdout } = await bash(workspace, 'env; cat /proc/self/environ | tr "\\0" "\\n"');
    expect(stdout).toContain('PATH=');
    expect(stdout).not.toContain('secret-');
    for (const name of Object.keys(SECRETS)) expect(stdout).not.toContain(name);
  });

  it('says where toolchains are and keeps programs from asking, paging and colouring', async () => {
    const workspace = await newWorkspace(kind);
    const { stdout } = await bash(workspace, 'env');
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        `PATH=${process.env.PATH}`,
        `HOME=${process.env.HOME}`,
        'CONDA_DEFAULT_ENV=science',
        'LC_TIME=C',
        'TERM=dumb',
        'CI=1',
        'PAGER=cat',
        'GIT_TERMINAL_PROMPT=0',
        'PYTHONDONTWRITEBYTECODE=1',
      ]),
    );
  });

  it('has a folder for temporary files, which lasts from one command to the next', async () => {
    const workspace = await newWorkspace(kind);
    await bash(workspace, 'echo kept > "$TMPDIR/note"');
    const { stdout } = await bash(workspace, 'cat "$TMPDIR/note"; echo "$TMPDIR"');
    const [text, folder] = stdout.trim().split('\n');
    expect(text).toBe('kept');
    expect((await workspace.readFile(`${folder}/note`)).toString()).toBe('kept\n');
  });
});

describe('a command in the sandbox', () => {
  it('sees no other process and no environment of one', async () => {
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-ant-secret-1');
    const workspace = await newWorkspace('bubblewrap');
    const { stdout } = await bash(
      workspace,
      'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n"; ls -d /proc/[0-9]* | wc -l',
    );
    vi.unstubAllEnvs();
    expect(stdout).toContain('bwrap');
    expect(stdout).not.toContain('sk-ant');
    expect(stdout).not.toContain('vitest');
    expect(Number(stdout.trim().split('\n').pop())).toBeLessThan(8);
  });

  it('has no network but its own loopback', async () => {
    const server = createServer((socket) => socket.end('reached')).listen(0, '127.0.0.1');
    onCleanup(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const workspace = await newWorkspace('bubblewrap');
    const outside = await bash(workspace, `cat < /dev/tcp/127.0.0.1/${port}`);
    const interfaces = await bash(workspace, 'cat /proc/net/dev | tail -n +3 | cut -d: -f1');
    const own = await workspace.exec(
      [
        'node',
        '-e',
        'const s=require("net").createServer(c=>c.end("own")).listen(0,"localhost",()=>require("net").connect(s.address().port,"localhost").on("data",d=>{console.log(""+d);process.exit()}))',
      ],
      { timeoutMs: 10_000 },
    );
    expect(outside.exitCode).not.toBe(0);
    expect(outside.stdout).toBe('');
    expect(interfaces.stdout.trim()).toBe('lo');
    expect(own.stdout).toBe('own\n');
  });

  it('has no capability and can gain none', async () => {
    const workspace = await newWorkspace('bubblewrap');
    const { stdout } = await bash(workspace, 'grep -E "^Cap|NoNewPrivs" /proc/self/status');
    expect(stdout).toMatch(/CapEff:\s+0000000000000000/);
    expect(stdout).toMatch(/CapBnd:\s+0000000000000000/);
    expect(stdout).toMatch(/NoNewPrivs:\s+1/);
  });

  it('writes in the repository, in /tmp and in the scratch folder, and nowhere else that lasts', async () => {
    const workspace = await newWorkspace('bubblewrap');
    const places = [workspace.root, '/tmp', '/var/tmp', workspace.scratchRoot];
    const refused = [
      '/',
      '/usr',
      '/usr/local/bin',
      '/etc',
      '/opt',
      '/run',
      '/var',
      '/srv',
      '/proc',
    ];
    const { stdout } = await bash(
      workspace,
      `for d in ${[...places, ...refused].join(' ')}; do touch $d/written 2>/dev/null && echo $d; done`,
    );
    expect(stdout.trim().split('\n')).toEqual(places);
    expect(existsSync(join(workspace.hostRoot, 'written'))).toBe(true);
    expect(existsSync(join(workspace.hostScratch, 'written'))).toBe(true);
    expect(existsSync('/tmp/written')).toBe(false);
  });

  it('sees nothing of the home directory but toolchains', async () => {
    const home = homedir();
    const probe = join(home, `.workspace-test-${process.pid}`);
    writeFileSync(probe, 'private');
    onCleanup(() => import('node:fs/promises').then(({ rm }) => rm(probe)));
    const workspace = await newWorkspace('bubblewrap');
    const { stdout } = await bash(workspace, 'cd; ls -A; cat ~/.workspace-test-* 2>&1');
    expect(stdout).not.toContain('private');
    for (const name of ['.ssh', '.config', '.npmrc', '.netrc', '.aws', '.gitconfig', '.bashrc']) {
      expect(stdout.split('\n')).not.toContain(name);
    }
  });

  it('sees no passwords, keys and settings of /etc', async () => {
    const workspace = await newWorkspace('bubblewrap');
    const { stdout } = await bash(
      workspace,
      'ls -A /etc /etc/ssl; getent passwd "$(id -u)"; cat /etc/shadow 2>&1',
    );
    for (const name of [
      'shadow',
      'gshadow',
      'sudoers',
      'ssh',
      'npmrc',
      'pip.conf',
      'private',
      'gitconfig',
    ]) {
      expect(stdout.split('\n')).not.toContain(name);
    }
    expect(stdout).toMatch(/^[\w-]+:x:\d+:/m);
    expect(stdout).toContain('No such file');
  });

  it('is the same user, and the files it makes belong to that one', async () => {
    const workspace = await newWorkspace('bubblewrap');
    const { stdout } = await bash(workspace, 'id -u; touch new; stat -c %u new');
    expect(stdout).toBe(`${process.getuid?.()}\n${process.getuid?.()}\n`);
  });

  it('sees the repository at the path of the original, and not the original', async () => {
    const workspace = await newWorkspace('bubblewrap');
    mkdirSync(workspace.root);
    writeFileSync(join(workspace.root, 'original.txt'), 'original');
    writeFileSync(join(workspace.hostRoot, 'copy.txt'), 'copy');
    const { stdout } = await bash(
      workspace,
      'ls; ls -A ..; cat /proc/self/mountinfo | grep -c original',
    );
    expect(stdout.split('\n').slice(0, 2)).toEqual(['copy.txt', 'original']);
    expect(existsSync(join(workspace.root, 'copy.txt'))).toBe(false);
  });

  it('cannot make the host write elsewhere by links in the folders it can write to', async () => {
    const outside = temporaryFolder();
    const workspace = await newWorkspace('bubblewrap');
    const parent = dirname(workspace.root);
    const name = parent.split('/').pop() ?? '';
    await bash(
      workspace,
      `cd /; mv ${parent} /tmp/moved && ln -s ${outside} ${parent}; ln -s ${outside} /tmp/link`,
    );
    const next = await bash(workspace, 'pwd; touch here');
    expect(name).not.toBe('');
    expect(next).toMatchObject({ exitCode: 0, stdout: `${workspace.root}\n` });
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync(join(workspace.hostRoot, 'here'))).toBe(true);
  });

  it('keeps its bounds when the scratch folder is full of links', async () => {
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'private'), 'private');
    const workspace = await newWorkspace('bubblewrap');
    symlinkSync(outside, join(workspace.hostScratch, 'tmp'));
    await bash(
      workspace,
      `rm -rf ${workspace.scratchRoot}/* /tmp/*; ln -s / ${workspace.scratchRoot}/tmp`,
    );
    const { stdout } = await bash(workspace, 'ls /tmp; cat /tmp/private 2>&1');
    expect(stdout).not.toMatch(/^private$/m);
  });

  it('finds the toolchains of the caller: node and python run as outside', async () => {
    const workspace = await newWorkspace('bubblewrap');
    const { stdout } = await bash(
      workspace,
      'node -p process.version; python3 -c "print(6*7)"; git --version',
    );
    expect(stdout).toMatch(new RegExp(`^${process.version}\n42\ngit version`));
  });
});
