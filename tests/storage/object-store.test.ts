import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { S3Store } from '../../src/storage/s3-store.ts';
import { type S3Server, startS3 } from '../support/s3.ts';

let s3: S3Server;

beforeAll(async () => {
  s3 = await startS3();
  Object.assign(process.env, s3.env);
  await s3.createBucket('results');
});

afterAll(() => s3.stop());

const text = (value: string) => Buffer.from(value);

describe.each(['folder', 's3'] as const)('a store in a %s', (kind) => {
  const open = async (): Promise<ObjectStore> => {
    const folder = await mkdtemp(join(tmpdir(), 'patchwright-store-'));
    const out = kind === 'folder' ? folder : `s3://results/${folder.slice(-6)}/deep`;
    return openStore(out, { cwd: '/', env: s3.env });
  };

  it('gives back what was put, and the last of it', async () => {
    const store = await open();
    expect(await store.get('a/b.txt')).toBeNull();
    await store.put('a/b.txt', text('one'));
    await store.put('a/b.txt', Buffer.from([0, 255, 10]));
    expect(await store.get('a/b.txt')).toEqual(Buffer.from([0, 255, 10]));
    await store.put('empty', text(''));
    expect(await store.get('empty')).toEqual(text(''));
  });

  it('lets one of many create an object', async () => {
    const store = await open();
    const tries = Array.from({ length: 24 }, (_, n) => store.create('x/result', text(`try ${n}`)));
    const won = (await Promise.all(tries)).flatMap((created, n) => (created ? [n] : []));
    expect(won).toHaveLength(1);
    expect((await store.get('x/result'))?.toString()).toBe(`try ${won[0]}`);
    expect(await store.create('x/result', text('later'))).toBe(false);
    expect((await store.get('x/result'))?.toString()).toBe(`try ${won[0]}`);
  });

  it('lists by prefix, sorted, and deletes', async () => {
    const store = await open();
    const keys = Array.from({ length: 40 }, (_, n) => `many/${String(n).padStart(4, '0')}`);
    await Promise.all(keys.map((key) => store.put(key, text(key))));
    await store.put('manyfold/0', text('other'));
    expect(await store.list('many/')).toEqual(keys);
    expect(await store.list('')).toEqual([...keys, 'manyfold/0']);
    expect(await store.list('nothing/')).toEqual([]);
    await store.delete([...keys.slice(1), 'many/missing']);
    expect(await store.list('')).toEqual(['many/0000', 'manyfold/0']);
  });

  it('clears what is under a prefix', async () => {
    const store = await open();
    for (const key of ['a/b/c', 'a/b/d/e', 'a/bc']) await store.put(key, text(key));
    await store.clear('a/b/');
    await store.clear('nothing/');
    expect(await store.list('')).toEqual(['a/bc']);
  });

  it('refuses keys that lead elsewhere', async () => {
    const store = await open();
    for (const key of ['../up', 'a//b', '/root', 'a/./b', '']) {
      await expect(store.put(key, text('x'))).rejects.toThrow('no key');
    }
  });
});

describe('a folder', () => {
  it('is left without half-written files and empty folders', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'patchwright-store-'));
    const store = await openStore(folder, { cwd: '/', env: {} });
    await store.create('a/b/c', text('1'));
    await store.create('a/b/c', text('2'));
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['c']);
    await writeFile(join(folder, 'a', 'b', '.0123456789abcdef.part'), 'left by a crash');
    expect(await store.list('')).toEqual(['a/b/c']);
    await store.clear('a/b/');
    await store.put('a/x', text('2'));
    await store.put('d/e', text('3'));
    await store.delete(['d/e']);
    expect(await readdir(folder)).toEqual(['a']);
  });
});

describe('a bucket', () => {
  it('is listed page by page', async () => {
    const endpoint = s3.env.AWS_ENDPOINT_URL;
    const store = new S3Store({ bucket: 'results', prefix: 'pages', endpoint, pageSize: 7 });
    const keys = Array.from({ length: 30 }, (_, n) => `k/${String(n).padStart(4, '0')}`);
    await Promise.all(keys.map((key) => store.put(key, text('x'))));
    expect(await store.list('k/')).toEqual(keys);
  });

  it('that cannot be reached is a wrong address at first, and an outage when it was there', async () => {
    const own = await startS3();
    await own.createBucket('results');
    const store = await openStore('s3://results/x', { cwd: '/', env: own.env });
    await store.put('a', text('1'));
    await own.stop();
    await expect(store.put('a', text('2'))).rejects.not.toBeInstanceOf(UsageError);
    const fresh = await openStore('s3://results/x', { cwd: '/', env: own.env });
    await expect(fresh.get('a')).rejects.toThrow(/cannot be reached .*; check AWS_ENDPOINT_URL/);
  });

  it('that is not there, or an address that is none, is one sentence', async () => {
    const missing = await openStore('s3://nowhere/x', { cwd: '/', env: s3.env });
    await expect(missing.put('a', text('1'))).rejects.toThrow(
      's3://nowhere/x: there is no bucket nowhere; make it first',
    );
    await expect(openStore('s3://A/x', { cwd: '/', env: {} })).rejects.toThrow(
      'no name of a bucket',
    );
    await expect(openStore('gs://bucket', { cwd: '/', env: {} })).rejects.toThrow(
      'neither a folder nor s3://',
    );
  });
});
