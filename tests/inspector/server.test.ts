import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Inspector, startInspector } from '../../src/inspector/server.ts';
import { ownEvents, sampleEvents } from '../support/trajectories/own.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwright-test-'));
const page = join(folder, 'page');
const runs = join(folder, 'runs');
let inspector: Inspector;

beforeAll(async () => {
  for (const name of ['one', 'two']) mkdirSync(join(runs, name), { recursive: true });
  mkdirSync(page);
  writeFileSync(join(page, 'index.html'), '<!doctype html>page');
  writeFileSync(join(folder, 'secret.js'), 'secret');
  const lines = (events: readonly object[]) =>
    events.map((event) => `${JSON.stringify(event)}\n`).join('');
  writeFileSync(join(runs, 'one/trajectory.jsonl'), lines(sampleEvents()));
  const other = ownEvents([{ calls: [{ tool: 'bash', input: { command: 'pwd' }, answer: {} }] }]);
  writeFileSync(join(runs, 'two/trajectory.jsonl'), lines(other));
  inspector = await startInspector({ folder: runs, page, port: 0 });
});
afterAll(async () => {
  await inspector.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** A request whose path is sent as it is, which `fetch` would not do. */
function ask(path: string, options: { host?: string; method?: string } = {}): Promise<Answer> {
  const { port } = new URL(inspector.url);
  const headers = options.host === undefined ? {} : { host: options.host };
  const method = options.method ?? 'GET';
  return new Promise((done, failed) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        done({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', failed).end();
  });
}

const token = () => new URL(inspector.url).pathname;
const json = async (path: string) => JSON.parse((await ask(`${token()}api/${path}`)).body);

describe('who may ask', () => {
  test('only the loopback address, with the token, under its own name, by GET', async () => {
    expect(new URL(inspector.url).hostname).toBe('127.0.0.1');
    expect(token().length).toBeGreaterThan(20);
    expect((await ask(token())).status).toBe(200);
    for (const path of ['/', '/api/runs', '/wrong/', `/x${token().slice(2)}`]) {
      expect((await ask(path)).status, path).toBe(404);
    }
    expect((await ask(token(), { host: 'evil.example' })).status).toBe(404);
    expect((await ask(token(), { method: 'POST' })).status).toBe(405);
  });

  test('no path leads out of the page', async () => {
    for (const path of [
      '../secret.js',
      'assets/../../secret.js',
      '%2e%2e/secret.js',
      '/etc/passwd',
    ]) {
      const { status, body } = await ask(`${token()}${path}`);
      expect(status, path).toBe(404);
      expect(body).not.toContain('secret');
    }
  });

  test('a strict policy stands on every answer', async () => {
    for (const path of ['', 'api/runs', 'nothing']) {
      const { headers } = await ask(`${token()}${path}`);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
    }
  });
});

describe('what it answers', () => {
  test('runs, a run, its steps, one step, what the model saw, a comparison', async () => {
    const { runs: list } = await json('runs');
    expect(list.map(({ place }: { place: string }) => place)).toEqual([
      'one/trajectory.jsonl',
      'two/trajectory.jsonl',
    ]);
    const [one, two] = list.map(({ id }: { id: string }) => id);
    expect(await json(`run/${one}`)).toMatchObject({
      stepCount: 4,
      running: false,
      statement: 'It is broken.',
    });
    const { rows } = await json(`run/${one}/steps?from=2&count=1`);
    expect(rows).toMatchObject([{ step: 3, calls: [{ tool: 'edit', target: 'a', error: true }] }]);
    expect(await json(`run/${one}/step/1`)).toMatchObject({
      text: 'I look.',
      thinking: 'Where?',
      actions: [{ tool: 'bash', answer: { text: 'a\n' }, omitted: 0 }, { tool: 'view' }],
    });
    const { messages, left } = await json(`run/${one}/seen/3`);
    expect(messages.map(({ role }: { role: string }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'observations',
      'observations',
      'assistant',
      'user',
    ]);
    expect(left).toBe(0);
    expect(await json(`compare/${one}/${two}`)).toMatchObject({ from: 0 });
    expect(await json(`compare/${one}/${one}`)).toMatchObject({ from: 4 });
  });

  test.each(['run/none', 'run/none/steps', 'other', 'compare/a/b', 'live/none'])(
    '404 for api/%s',
    async (path) => {
      expect((await ask(`${token()}api/${path}`)).status).toBe(404);
    },
  );
});
