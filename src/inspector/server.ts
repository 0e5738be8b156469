import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerApi } from './api.ts';
import { RunStore } from './run-store.ts';

export interface InspectorOptions {
  /** Folder with the runs. */
  readonly folder: string;
  /** Folder with the built page. */
  readonly page: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

export interface Inspector {
  /** Address of the page, with the token. */
  readonly url: string;
  close(): Promise<void>;
}

const LIVE_INTERVAL_MS = 300;

/** Nothing but the page's own files; no inline script or style, no frame, no request elsewhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Serves the page over a folder of runs, on the loopback address only. Every path begins with a random token, and the
 * Host header must name this server, so that no other page can reach it.
 *
 * @throws the system's error when the port is taken
 */
export async function startInspector(options: InspectorOptions): Promise<Inspector> {
  const token = randomBytes(18).toString('base64url');
  const store = new RunStore(options.folder);
  const server = createServer((request, response) => {
    handle(request, response, { options, token, store, server }).catch(() => {
      if (!response.headersSent) send(response, 500, 'text/plain', 'failed');
      else response.destroy();
    });
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(options.port, '127.0.0.1', done);
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}/${token}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

interface Context {
  readonly options: InspectorOptions;
  readonly token: string;
  readonly store: RunStore;
  readonly server: Server;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { options, token, store, server }: Context,
): Promise<void> {
  const hosts = [`127.0.0.1:${portOf(server)}`, `localhost:${portOf(server)}`];
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const [, given = '', ...rest] = url.pathname.split('/');
  const allowed = hosts.includes(request.headers.host ?? '') && sameToken(given, token);
  if (!allowed) return send(response, 404, 'text/plain', 'not found');
  if (request.method !== 'GET') return send(response, 405, 'text/plain', 'GET only');
  const path = rest.join('/');
  if (path.startsWith('api/live/')) {
    return live(request, response, { store, id: path.slice('api/live/'.length) });
  }
  if (path.startsWith('api/')) {
    const answer = await answerApi(store, path.slice('api/'.length), url.searchParams);
    if (!answer) return send(response, 404, 'application/json', '{}');
    return send(response, 200, 'application/json; charset=utf-8', JSON.stringify(answer));
  }
  return file(response, options.page, path === '' ? 'index.html' : path);
}

/** Only plain names of the built page: no path leads elsewhere. */
async function file(response: ServerResponse, page: string, path: string): Promise<void> {
  const type = TYPES[extname(path)];
  const plain = /^(assets\/)?[\w-]+(\.[\w-]+)*$/.test(path);
  const content = type && plain ? await readFile(join(page, path)).catch(() => null) : null;
  if (!content || !type) return send(response, 404, 'text/plain', 'not found');
  send(response, 200, type, content);
}

/** Tells the page by server-sent events whenever a run's file has grown. */
async function live(
  request: IncomingMessage,
  response: ServerResponse,
  { store, id }: { store: RunStore; id: string },
): Promise<void> {
  if (!(await store.get(id))) return send(response, 404, 'text/plain', 'not found');
  response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' });
  response.write(': open\n\n');
  let last = await store.size(id);
  let open = true;
  request.once('close', () => {
    open = false;
  });
  while (open) {
    await sleep(LIVE_INTERVAL_MS, undefined, { ref: false });
    const size = await store.size(id);
    const run = size === last ? null : await store.get(id).catch(() => null);
    if (!run) continue;
    last = size;
    const told = { stepCount: run.steps.length, running: run.outcome === null };
    if (open) response.write(`data: ${JSON.stringify(told)}\n\n`);
  }
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': type });
  response.end(body);
}

function sameToken(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
