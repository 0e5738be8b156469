import type { Redis } from 'ioredis';
import { UsageError } from '../errors.ts';
import { Batches } from '../queue/batches.ts';
import { connectRedis } from '../queue/connection.ts';
import type { Host } from './host.ts';

export interface QueueConnection {
  readonly redis: Redis;
  readonly batches: Batches;
}

/**
 * Connects to the queue that `--queue` or `PATCHWRIGHT_QUEUE` names.
 *
 * @throws {UsageError} when none is named or it cannot be used
 */
export async function connectQueue(
  url: string | undefined,
  { env, stderr }: Pick<Host, 'env' | 'stderr'>,
): Promise<QueueConnection> {
  const address = url || env.PATCHWRIGHT_QUEUE;
  if (!address)
    throw new UsageError('--queue: give the address of Redis, or set PATCHWRIGHT_QUEUE');
  const redis = await connectRedis({
    url: address,
    onLine: (line) => void stderr.write(`${line}\n`),
  });
  return { redis, batches: new Batches(redis) };
}
