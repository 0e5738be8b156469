import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Service, startService } from './service.ts';

export interface RedisServer extends Service {
  readonly port: number;
  readonly url: string;
}

export interface RedisOptions {
  /** Default: a free one. */
  readonly port?: number;
  readonly args?: readonly string[];
}

/** A Redis of its own: loopback only, its own folder, nothing kept over its end unless `args` say so. */
export async function startRedis({ port, args = [] }: RedisOptions = {}): Promise<RedisServer> {
  const listens = port ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), 'patchwright-redis-'));
  const service = await startService(
    'redis-server',
    [
      ...['--port', String(listens), '--bind', '127.0.0.1', '--dir', folder],
      ...['--save', '', '--appendonly', 'no', ...args],
    ],
    /Ready to accept connections/,
  );
  return { ...service, port: listens, url: `redis://127.0.0.1:${listens}` };
}
