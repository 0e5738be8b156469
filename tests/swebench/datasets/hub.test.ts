import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import type { HubOptions } from '../../../src/swebench/datasets/hub.ts';
import { loadDataset } from '../../../src/swebench/datasets/load.ts';
import { jsonLines, parquet, row } from './support.ts';

const COMMIT = 'c'.repeat(40);
const content = Buffer.from(
  parquet(
    ['a', 'b', 'c'].map((name) => row(`jug-${name}`)),
    2,
  ),
);
const lines = Buffer.from(jsonLines([row('jug-dev')]));
const sha256 = createHash('sha256').update(content).digest('hex');
const blob = createHash('sha1').update(`blob ${lines.length}\0`).update(lines).digest('hex');
const LISTING = {
  sha: COMMIT,
  siblings: [
    { rfilename: 'README.md', size: 3, blobId: 'f'.repeat(40) },
    {
      rfilename: 'data/test-00000-of-00001.parquet',
      size: content.length,
      blobId: 'e'.repeat(40),
      lfs: { sha256, size: content.length, pointerSize: 130 },
    },
    { rfilename: 'dev.jsonl', size: lines.length, blobId: blob },
  ],
};

interface Seen {
  readonly url: string;
  readonly authorization: string | undefined;
}

/** A server of ours that answers as Hugging Face does. */
async function serve(answer: (url: string, response: ServerResponse) => void) {
  const seen: Seen[] = [];
  const server: Server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', authorization: request.headers.authorization });
    answer(request.url ?? '', response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((done) => {
      server.closeAllConnections();
      server.close(() => done());
    });
  return { endpoint: `http://127.0.0.1:${port}`, seen, close };
}

const json = (response: ServerResponse, value: unknown) => response.end(JSON.stringify(value));

/** The usual answers; `file` changes what is sent for the Parquet file. */
const usual =
  (file = (response: ServerResponse) => void response.end(content)) =>
  (url: string, response: ServerResponse) => {
    if (url.startsWith('/api/datasets/jug/lids/revision/')) json(response, LISTING);
    else if (url === `/datasets/jug/lids/resolve/${COMMIT}/dev.jsonl`) response.end(lines);
    else if (url.startsWith(`/datasets/jug/lids/resolve/${COMMIT}/`)) file(response);
    else response.writeHead(404).end();
  };

let folder: string;
const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchwright-hub-'));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(answer: Parameters<typeof serve>[0]) {
  const server = await serve(answer);
  closing.push(server.close);
  return server;
}

function load(
  endpoint: string,
  changes: Partial<HubOptions> & { split?: string; name?: string } = {},
) {
  const { split, name = 'jug/lids', ...hub } = changes;
  return loadDataset(name, {
    cwd: folder,
    split,
    hub: {
      endpoint,
      cache: join(folder, 'cache'),
      offline: false,
      onProgress: () => {},
      signal: new AbortController().signal,
      ...hub,
    },
  });
}

describe('a dataset on Hugging Face', () => {
  it('is downloaded once, with its progress told, and read from the cache then', async () => {
    const { endpoint, seen } = await start(usual());
    const progress: number[] = [];
    const onProgress: HubOptions['onProgress'] = ({ received, total }) => {
      expect(total).toBe(content.length);
      progress.push(received);
    };
    const first = await load(endpoint, { onProgress });
    expect(first.map(({ id }) => id)).toEqual(['jug-a', 'jug-b', 'jug-c']);
    expect(progress.at(-1)).toBe(content.length);
    await load(endpoint);
    expect(seen.filter(({ url }) => url.includes('/resolve/'))).toHaveLength(1);
  });

  it('takes another split and revision', async () => {
    const { endpoint, seen } = await start(usual());
    const [instance] = await load(endpoint, { split: 'dev', name: 'jug/lids@v1' });
    expect(instance?.id).toBe('jug-dev');
    expect(seen[0]?.url).toBe('/api/datasets/jug/lids/revision/v1?blobs=true');
  });

  it('sends the token to the endpoint, but not to where it redirects', async () => {
    const store = await start((_, response) => void response.end(content));
    const location = `${store.endpoint.replace('127.0.0.1', 'localhost')}/blob`;
    const redirect = (response: ServerResponse) => void response.writeHead(302, { location }).end();
    const { endpoint, seen } = await start(usual(redirect));
    await load(endpoint, { token: 'hf_secret' });
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      'Bearer hf_secret',
      'Bearer hf_secret',
    ]);
    expect(store.seen).toEqual([{ url: '/blob', authorization: undefined }]);
  });

  it('is tried again when bytes are missing', async () => {
    let times = 0;
    const { endpoint } = await start(
      usual((response) => {
        times += 1;
        response.end(times < 3 ? content.subarray(0, 100) : content);
      }),
    );
    expect(await load(endpoint)).toHaveLength(3);
  });

  it('is refused when its checksum is wrong, and leaves nothing in the cache', async () => {
    const wrong = Buffer.from(content);
    wrong[100] = (wrong[100] ?? 0) ^ 1;
    const { endpoint } = await start(usual((response) => void response.end(wrong)));
    await expect(load(endpoint)).rejects.toThrow(/checksum is wrong/);
    const left = readdirSync(join(folder, 'cache', 'jug__lids'), { recursive: true });
    expect(left.map(String).filter((name) => /parquet/.test(name))).toEqual([]);
  });

  it('checks a file outside of Git LFS by its object id', async () => {
    const { endpoint } = await start((url, response) => {
      if (url.includes('/api/')) json(response, LISTING);
      else response.end(Buffer.alloc(lines.length, 'x'));
    });
    await expect(load(endpoint, { split: 'dev' })).rejects.toThrow(/checksum is wrong/);
  });

  it.each([
    [401, {}, /does not exist, or is private or gated: set HF_TOKEN/],
    [403, { token: 'x' }, /the token in HF_TOKEN may not read it/],
    [404, {}, /has no dataset jug\/lids at revision main/],
    [500, {}, /answered 500/],
  ])('says what to do about %i', async (status, options, message) => {
    const { endpoint } = await start((_, response) => void response.writeHead(status).end());
    await expect(load(endpoint, options)).rejects.toThrow(message);
    await expect(load(endpoint, options)).rejects.toThrow(UsageError);
  });

  it('refuses an endpoint that answers something else', async () => {
    const { endpoint } = await start((_, response) => void response.end('<html>'));
    await expect(load(endpoint)).rejects.toThrow(/check HF_ENDPOINT/);
  });

  it('is read from the cache when the endpoint is out of reach; without one it says so', async () => {
    const server = await serve(usual());
    await load(server.endpoint);
    await server.close();
    expect(await load(server.endpoint)).toHaveLength(3);
    expect(await load(server.endpoint, { offline: true })).toHaveLength(3);
    const cache = join(folder, 'empty');
    await expect(load(server.endpoint, { cache })).rejects.toThrow(
      /out of reach \(.*ECONNREFUSED.*local \.parquet/,
    );
    await expect(load(server.endpoint, { cache, offline: true })).rejects.toThrow(/HF_HUB_OFFLINE/);
    expect(existsSync(cache)).toBe(false);
  });

  it('does not write outside of its cache, whatever the listing says', async () => {
    const listing = { sha: COMMIT, siblings: [{ rfilename: '../../../test.jsonl', size: 1 }] };
    const { endpoint } = await start((url, response) => {
      if (url.includes('/api/')) json(response, listing);
      else response.end('x');
    });
    await expect(load(endpoint)).rejects.toThrow(UsageError);
    expect(readdirSync(folder)).toEqual([]);
  });
});
