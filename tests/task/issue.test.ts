import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readIssue } from '../../src/task/issue.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
let server: Server;
let api: string;
let lastAuthorization: string | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    lastAuthorization = request.headers.authorization;
    const found = request.url === '/repos/octo/cat/issues/7';
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    const body = found
      ? { title: 'It breaks', body: 'Line one\r\nline two' }
      : { message: 'Not Found' };
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

async function* stdinOf(text: string) {
  yield Buffer.from(text);
}
const sources = (stdin = '', env: Record<string, string> = {}) => ({
  stdin: stdinOf(stdin),
  env: { GITHUB_API_URL: api, ...env },
  signal: new AbortController().signal,
});

describe('readIssue', () => {
  test('a file, named after itself', async () => {
    const file = join(folder, 'crash.md');
    writeFileSync(file, '\nIt crashes\r\nevery time\n\n');
    expect(await readIssue(file, sources())).toEqual({
      id: 'crash',
      statement: 'It crashes\nevery time',
    });
  });

  test('standard input and plain text', async () => {
    expect((await readIssue('-', sources('from a pipe'))).statement).toBe('from a pipe');
    expect((await readIssue('sort() is wrong', sources())).statement).toBe('sort() is wrong');
  });

  test('a GitHub issue, with the token where there is one', async () => {
    const issue = await readIssue('https://github.com/octo/cat/issues/7#top', sources());
    expect(issue).toEqual({ id: 'octo__cat-7', statement: 'It breaks\n\nLine one\nline two' });
    expect(lastAuthorization).toBeUndefined();
    await readIssue('https://github.com/octo/cat/issues/7', sources('', { GITHUB_TOKEN: 'abc' }));
    expect(lastAuthorization).toBe('token abc');
  });

  test.each([
    ['', /empty/],
    ['  \n ', /empty/],
    ['no/such/file.md', /there is no file/],
    ['missing.md', /there is no file/],
    [folder, /is a folder/],
    ['https://example.com/issues/1', /not the address of a GitHub issue/],
    ['https://github.com/octo/cat/issues/8', /it does not exist, or is private.*set GITHUB_TOKEN/],
    ['nul \0 byte', /not text/],
    ['x '.repeat(600_000), /over 1000000 bytes/],
  ])('refuses %j', async (from, message) => {
    await expect(readIssue(from, sources())).rejects.toThrow(message);
    await expect(readIssue(from, sources())).rejects.toHaveProperty('name', 'UsageError');
  });
});
