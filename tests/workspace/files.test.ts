import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import { openWorkspace } from '../../src/workspace/open.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import {
  bash,
  folderInHome,
  KINDS,
  makePipe,
  newWorkspace,
  onCleanup,
  temporaryFolder,
} from './support.ts';

async function refusal(result: Promise<unknown>): Promise<string> {
  try {
    await result;
  } catch (error) {
    if (error instanceof ToolError) return error.message;
    throw error;
  }
  return 'not refused';
}

/** What every operation says about a path. */
async function refusals(workspace: Workspace, path: string): Promise<string[]> {
  return Promise.all([
    refusal(workspace.readFile(path)),
    refusal(workspace.writeFile(path, Buffer.from('x'))),
    refusal(workspace.stat(path)),
  ]);
}

describe.each(KINDS)('files of a %s workspace', (kind) => {
  it('come back byte by byte, in folders that are made on the way', async () => {
    const workspace = await newWorkspace(kind);
    const bytes = Buffer.from([0, 255, 13, 10, 9, 0xc3, 0x28, 0xef, 0xbb, 0xbf]);
    await workspace.writeFile('a/b c/ü\n"x', bytes);
    expect(await workspace.readFile('a/b c/ü\n"x')).toEqual(bytes);
    expect(await workspace.readFile(`${workspace.root}/a/b c/ü\n"x`)).toEqual(bytes);
    expect(await workspace.readFile('./a/../a/b c/ü\n"x')).toEqual(bytes);
    expect(readdirSync(join(workspace.hostRoot, 'a/b c'))).toEqual(['ü\n"x']);
  });

  it('are those commands see, in the root and in the scratch folder', async () => {
    const workspace = await newWorkspace(kind);
    await workspace.writeFile('from-host', Buffer.from('1'));
    await workspace.writeFile(`${workspace.scratchRoot}/from-host`, Buffer.from('2'));
    const { stdout } = await bash(
      workspace,
      `cat from-host ${workspace.scratchRoot}/from-host; echo 3 > x`,
    );
    expect(stdout).toBe('12');
    expect((await workspace.readFile('x')).toString()).toBe('3\n');
    expect(existsSync(join(workspace.hostScratch, 'from-host'))).toBe(true);
  });

  it('keep their mode bits when they are written again', async () => {
    const workspace = await newWorkspace(kind);
    const file = join(workspace.hostRoot, 'run.sh');
    writeFileSync(file, 'old');
    chmodSync(file, 0o751);
    await workspace.writeFile('run.sh', Buffer.from('new'));
    await workspace.writeFile('fresh', Buffer.from('new'));
    expect(statSync(file).mode & 0o7777).toBe(0o751);
    expect(await workspace.stat('run.sh')).toEqual({ kind: 'file', size: 3, mode: 0o751 });
    expect(statSync(join(workspace.hostRoot, 'fresh')).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  it('are described, and what is not there is null', async () => {
    const workspace = await newWorkspace(kind);
    mkdirSync(join(workspace.hostRoot, 'folder'));
    writeFileSync(join(workspace.hostRoot, 'file'), '12345');
    makePipe(join(workspace.hostRoot, 'pipe'));
    expect(await workspace.stat('.')).toMatchObject({ kind: 'directory' });
    expect(await workspace.stat('')).toMatchObject({ kind: 'directory' });
    expect(await workspace.stat('folder')).toMatchObject({ kind: 'directory' });
    expect(await workspace.stat('file')).toMatchObject({ kind: 'file', size: 5 });
    expect(await workspace.stat('pipe')).toMatchObject({ kind: 'other' });
    expect(await workspace.stat('missing/deep')).toBeNull();
    expect(await workspace.stat('file/below')).toBeNull();
  });

  it('are removed, and it is no error when they are gone', async () => {
    const workspace = await newWorkspace(kind);
    const { hostRoot } = workspace;
    writeFileSync(join(hostRoot, 'target'), 'x');
    symlinkSync('target', join(hostRoot, 'link'));
    symlinkSync('/nonexistent', join(hostRoot, 'dangling'));
    mkdirSync(join(hostRoot, 'folder'));
    await workspace.removeFile('link');
    await workspace.removeFile('dangling');
    await workspace.removeFile('missing');
    await workspace.removeFile('missing/deep');
    expect(readdirSync(hostRoot).sort()).toEqual(['folder', 'target']);
    expect(await refusal(workspace.removeFile('folder'))).toMatch(/is a folder/);
    expect(await refusal(workspace.removeFile('.'))).toMatch(/workspace itself/);
  });

  it('are reached through links inside of the workspace, which stay links', async () => {
    const workspace = await newWorkspace(kind);
    const { hostRoot, root } = workspace;
    mkdirSync(join(hostRoot, 'real'));
    writeFileSync(join(hostRoot, 'real/file'), 'old');
    symlinkSync('real', join(hostRoot, 'folder'));
    symlinkSync('folder/file', join(hostRoot, 'relative'));
    symlinkSync(`${root}/real/file`, join(hostRoot, 'absolute'));
    symlinkSync('real/fresh', join(hostRoot, 'dangling'));
    for (const path of ['folder/file', 'relative', 'absolute']) {
      await workspace.writeFile(path, Buffer.from(path));
      expect(readFileSync(join(hostRoot, 'real/file'), 'utf8')).toBe(path);
      expect((await workspace.readFile(path)).toString()).toBe(path);
    }
    await workspace.writeFile('dangling', Buffer.from('made'));
    expect(readFileSync(join(hostRoot, 'real/fresh'), 'utf8')).toBe('made');
    for (const path of ['folder', 'relative', 'absolute', 'dangling']) {
      expect(lstatSync(join(hostRoot, path)).isSymbolicLink()).toBe(true);
    }
  });

  it('are refused outside of the workspace, whatever leads there', async () => {
    const workspace = await newWorkspace(kind, {}, '/workspace/project');
    const { hostRoot, root } = workspace;
    const outside = folderInHome();
    writeFileSync(join(outside, 'file'), 'precious');
    symlinkSync(join(outside, 'file'), join(hostRoot, 'link'));
    symlinkSync(outside, join(hostRoot, 'folder'));
    symlinkSync('../../..', join(hostRoot, 'up'));
    symlinkSync(join(outside, 'missing'), join(hostRoot, 'dangling'));
    symlinkSync('link', join(hostRoot, 'chain'));
    const paths = [
      '../x',
      '/etc/passwd',
      `${root}/../x`,
      `${root}x/y`,
      join(outside, 'file'),
      'link',
      'folder/file',
      'folder/missing',
      'folder/missing/deep',
      'up/etc/passwd',
      'dangling',
      'chain',
      'a/../../x',
    ];
    for (const path of paths) {
      for (const said of await refusals(workspace, path)) {
        expect(`${path}: ${said}`).toMatch(/leads out of the workspace. Use a path inside/);
      }
    }
    expect(await refusal(workspace.removeFile('folder/file'))).toMatch(/leads out/);
    expect(readdirSync(outside)).toEqual(['file']);
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('precious');
  });

  it('are never opened when they are pipes, devices or sockets', async () => {
    const workspace = await newWorkspace(kind);
    const { hostRoot } = workspace;
    makePipe(join(hostRoot, 'pipe'));
    const server = createServer().listen(join(hostRoot, 'socket'));
    onCleanup(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    symlinkSync('pipe', join(hostRoot, 'link'));
    for (const path of ['pipe', 'socket', 'link']) {
      expect(await refusal(workspace.readFile(path))).toMatch(/device, pipe or socket/);
      expect(await refusal(workspace.writeFile(path, Buffer.from('x')))).toMatch(/device, pipe/);
    }
  });

  it('say what is wrong with a path and what to do', async () => {
    const workspace = await newWorkspace(kind);
    const { hostRoot } = workspace;
    mkdirSync(join(hostRoot, 'folder'));
    writeFileSync(join(hostRoot, 'file'), 'x');
    symlinkSync('circle', join(hostRoot, 'circle'));
    expect(await refusal(workspace.readFile('missing'))).toMatch(/does not exist. Search/);
    expect(await refusal(workspace.readFile('folder'))).toMatch(/is a folder, not a file/);
    expect(await refusal(workspace.writeFile('folder', Buffer.from('x')))).toMatch(/is a folder/);
    expect(await refusal(workspace.writeFile('.', Buffer.from('x')))).toMatch(/is a folder/);
    expect(await refusal(workspace.writeFile('file/x', Buffer.from('x')))).toMatch(
      /through a file/,
    );
    expect(await refusal(workspace.readFile('circle'))).toMatch(/in a circle/);
    expect(await refusal(workspace.readFile('a\0b'))).toMatch(/NUL/);
    expect(await refusal(workspace.readFile('x'.repeat(5000)))).toMatch(/too long/);
    expect(await refusal(workspace.writeFile('x'.repeat(300), Buffer.from('')))).toMatch(
      /too long/,
    );
    expect(readdirSync(hostRoot).sort()).toEqual(['circle', 'file', 'folder']);
  });

  it('may be 50 MB large, but not larger than 64', async () => {
    const workspace = await newWorkspace(kind);
    const large = Buffer.alloc(50 * 2 ** 20, 'ab');
    await workspace.writeFile('large', large);
    expect((await workspace.readFile('large')).equals(large)).toBe(true);
    writeFileSync(join(workspace.hostRoot, 'larger'), '');
    truncateSync(join(workspace.hostRoot, 'larger'), 65 * 2 ** 20);
    expect(await refusal(workspace.readFile('larger'))).toMatch(/65 MB.*head, tail/);
  });

  it('are replaced, so that another name of the same content keeps the old one', async () => {
    const workspace = await newWorkspace(kind);
    const { hostRoot } = workspace;
    writeFileSync(join(hostRoot, 'file'), 'old');
    linkSync(join(hostRoot, 'file'), join(hostRoot, 'other'));
    await workspace.writeFile('file', Buffer.from('new'));
    expect(readFileSync(join(hostRoot, 'other'), 'utf8')).toBe('old');
    expect(readdirSync(hostRoot).sort()).toEqual(['file', 'other']);
  });
});

it('a folder that is read-only in the sandbox is read through links, never written', async () => {
  const shared = temporaryFolder();
  writeFileSync(join(shared, 'file'), 'shared');
  const place = temporaryFolder();
  for (const name of ['copy', 'scratch']) mkdirSync(join(place, name));
  const hostRoot = join(place, 'copy');
  symlinkSync(shared, join(hostRoot, 'link'));
  const workspace = openWorkspace({
    kind: 'bubblewrap',
    hostRoot,
    root: '/program',
    hostScratch: join(place, 'scratch'),
    readOnly: [shared],
  });
  onCleanup(() => workspace.close());
  const result = await bash(workspace, 'cat link/file; echo more >> link/file; rm link/file');
  expect(result.stdout).toBe('shared');
  expect(result.stderr).toMatch(/Read-only file system/);
  expect((await workspace.readFile('link/file')).toString()).toBe('shared');
  const write = workspace.writeFile('link/file', Buffer.from('x'));
  expect(await refusal(write)).toMatch(/can only be read/);
  expect(await refusal(workspace.removeFile('link/file'))).toMatch(/can only be read/);
  expect(readFileSync(join(shared, 'file'), 'utf8')).toBe('shared');
});
