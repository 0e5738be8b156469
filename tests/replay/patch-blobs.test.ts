import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparePatches, patchBlobs } from '../../src/replay/patch-blobs.ts';
import { commitAll, git } from '../support/repos.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const id = (path: string) =>
  execFileSync('git', ['hash-object', path], { cwd: folder, encoding: 'utf8' }).trim();

describe('patchBlobs on what git prints', () => {
  let patch = '';
  beforeAll(() => {
    for (const name of ['plain', 'removed', 'mode', 'old name', 'ümlaut "q"\t']) {
      writeFileSync(join(folder, name), `${name}\n--- a/x\n`);
    }
    writeFileSync(join(folder, 'binary'), Buffer.from([0, 1, 2]));
    commitAll(folder);
    writeFileSync(join(folder, 'plain'), 'changed\n+++ b/y\n');
    writeFileSync(join(folder, 'ümlaut "q"\t'), 'changed\n');
    writeFileSync(join(folder, 'binary'), Buffer.from([0, 3]));
    writeFileSync(join(folder, 'added'), 'x');
    chmodSync(join(folder, 'mode'), 0o755);
    rmSync(join(folder, 'removed'));
    renameSync(join(folder, 'old name'), join(folder, 'new name'));
    git(folder, 'add', '--all');
    patch = git(folder, 'diff', '--cached', '--binary', '--find-renames');
  });

  it('finds every path with its ids and mode', () => {
    const blobs = new Map(patchBlobs(patch).map((blob) => [blob.path, blob]));
    expect([...blobs.keys()].sort()).toEqual(
      ['added', 'binary', 'mode', 'new name', 'plain', 'removed', 'ümlaut "q"\t'].sort(),
    );
    for (const path of ['added', 'binary', 'plain', 'ümlaut "q"\t']) {
      const after = blobs.get(path)?.after ?? '';
      expect(after.length).toBeGreaterThan(6);
      expect(id(path).startsWith(after), path).toBe(true);
    }
    expect(blobs.get('removed')?.after).toMatch(/^0+$/);
    expect(blobs.get('mode')).toMatchObject({ mode: '100755', before: '', after: '' });
  });

  it('agrees with itself, abbreviated ids included', () => {
    const short = patch.replace(/^index (.{7})\w*\.\.(.{7})\w*/gm, 'index $1..$2');
    const compared = comparePatches(short, patch, { onlyRecorded: false });
    expect(compared).toHaveLength(7);
    expect(compared.filter(({ agrees }) => !agrees)).toEqual([]);
  });
});

describe('comparePatches', () => {
  const one = (path: string, before: string, after: string) =>
    `diff --git a/${path} b/${path}\nindex ${before}..${after} 100644\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-x\n+y\n`;

  it('tells other content, other beginnings and files of one side only', () => {
    const recorded = one('a', '1111111', '2222222') + one('b', '1111111', '3333333');
    const replayed = one('a', '4444444', '5555555') + one('c', '1111111', '6666666');
    const compared = comparePatches(recorded, replayed, { onlyRecorded: false });
    expect(compared).toEqual([
      {
        path: 'a',
        agrees: false,
        detail: '2222222 in the recording, 5555555 in the replay, and it began from other content',
      },
      { path: 'b', agrees: false, detail: 'changed in the recording only' },
      { path: 'c', agrees: false, detail: 'changed in the replay only' },
    ]);
    const recordedOnly = comparePatches(recorded, replayed, { onlyRecorded: true });
    expect(recordedOnly.map(({ path }) => path)).toEqual(['a', 'b']);
  });

  it('reads an empty patch as no file', () => {
    expect(comparePatches('', '', { onlyRecorded: false })).toEqual([]);
  });
});
