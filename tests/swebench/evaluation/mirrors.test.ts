import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockFolder } from '../../../src/folder-lock.ts';
import { openSource } from '../../../src/swebench/evaluation/sources.ts';
import { git } from '../../support/repos.ts';
import { instance } from '../grading/support.ts';

const home = mkdtempSync(join(tmpdir(), 'patchwright-mirrors-'));
const origin = join(home, 'origin');
const mirrors = join(home, 'mirrors');
const source = `file://${origin}`;
const notes: string[] = [];

function commit(text: string): string {
  writeFileSync(join(origin, 'a.txt'), text);
  git(origin, 'add', '--all');
  git(origin, 'commit', '--quiet', '--message', text);
  return git(origin, 'rev-parse', 'HEAD').trim();
}

const open = (baseCommit: string) =>
  openSource(
    instance({ source, baseCommit }),
    { mirrors },
    { signal: new AbortController().signal, log: (text) => notes.push(text) },
  );

beforeAll(() => {
  mkdirSync(origin);
  git(origin, 'init', '--quiet');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('the mirror of an address', () => {
  it('is cloned once for all who ask at a time, and fetched when a commit is missing', async () => {
    const first = commit('one');
    const places = await Promise.all([first, first, first].map(open));
    expect(new Set(places).size).toBe(1);
    expect(notes.filter((note) => note.startsWith('fetching'))).toHaveLength(1);
    const second = commit('two');
    const [place = ''] = [await open(second)];
    expect(git(place, 'show', `${second}:a.txt`)).toBe('two');
    renameSync(origin, `${origin}.gone`);
    expect(await open(first)).toBe(place);
    renameSync(`${origin}.gone`, origin);
    expect(readdirSync(mirrors)).toHaveLength(1);
    expect(readdirSync(place).filter((name) => name.includes('lock'))).toEqual([]);
  });

  it('has a commit that no branch has any more, and says when there is none', async () => {
    const kept = git(origin, 'rev-parse', 'HEAD').trim();
    const lost = commit('three');
    git(origin, 'reset', '--quiet', '--hard', kept);
    git(origin, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    expect(git(await open(lost), 'show', `${lost}:a.txt`)).toBe('three');
    await expect(open('0'.repeat(39).concat('1'))).rejects.toThrow(/cannot be fetched .*check/);
  });

  it('waits for who has it', async () => {
    const place = await open(git(origin, 'rev-parse', 'HEAD').trim());
    const release = await lockFolder(place);
    expect(release).toBeDefined();
    expect(await lockFolder(place)).toBeUndefined();
    const waiting = open(commit('four'));
    while (!notes.some((note) => note.startsWith('waiting'))) {
      await new Promise((done) => setTimeout(done, 20));
    }
    await release?.();
    expect(await waiting).toBe(place);
  });

  it('does not hold for a branch, which is another commit tomorrow', async () => {
    expect(await open('main')).toBe(source);
  });
});
