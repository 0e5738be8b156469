import type { Redis } from 'ioredis';
import { BatchSpec, type BatchState, EndedInstance, RunningInstance } from './batch-record.ts';

/** Before every key of ours, BullMQ's included. */
export const PREFIX = 'patchwright';
const BATCHES = `${PREFIX}:batches`;
/** Of a batch, besides what it is. */
const PARTS = ['', 'taken', 'running', 'ended', 'stuck'];
/** A batch of which nothing has been heard for 30 days is forgotten; its results stay where they landed. */
const KEPT_SECONDS = 30 * 86_400;

/** Which batches there are and how far they are, kept in Redis beside the queue. */
export class Batches {
  readonly #redis: Redis;
  /** Milliseconds by which the clock of Redis is ahead of ours. */
  #clockAhead: number | undefined;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Makes a batch known; its instances come after it. */
  async add(spec: BatchSpec): Promise<void> {
    await this.#redis
      .multi()
      .hset(key(spec.batch), 'spec', JSON.stringify(spec))
      .expire(key(spec.batch), KEPT_SECONDS)
      .zadd(BATCHES, String(Date.parse(spec.createdAt)), spec.batch)
      .exec();
  }

  /** @returns undefined for a batch that the queue does not know */
  async spec(batch: string): Promise<BatchSpec | undefined> {
    const text = await this.#redis.hget(key(batch), 'spec');
    return text === null ? undefined : BatchSpec.parse(JSON.parse(text));
  }

  /** Ids of the batches that are still known, the oldest first. */
  async ids(): Promise<string[]> {
    const known: string[] = [];
    for (const batch of await this.#redis.zrange(BATCHES, '0', '-1')) {
      if (await this.#redis.exists(key(batch))) known.push(batch);
      else await this.#redis.zrem(BATCHES, batch);
    }
    return known;
  }

  /** Counts one more taking up of an instance. @returns the number of it, from 1; never the same twice */
  countTaken(batch: string, instanceId: string): Promise<number> {
    return this.#redis.hincrby(key(batch, 'taken'), instanceId, 1);
  }

  async tellRunning(
    batch: string,
    instanceId: string,
    running: Omit<RunningInstance, 'at'>,
  ): Promise<void> {
    const record: RunningInstance = { ...running, at: await this.#now() };
    await this.#redis.hset(key(batch, 'running'), instanceId, JSON.stringify(record));
  }

  /** A run was cut in good order, so that its instance waits again. */
  async tellCut(batch: string, instanceId: string): Promise<void> {
    await this.#redis
      .multi()
      .hdel(key(batch, 'running'), instanceId)
      .hdel(key(batch, 'stuck'), instanceId)
      .exec();
  }

  /** The first report of an instance's end stays. */
  async tellEnded(batch: string, instanceId: string, ended: EndedInstance): Promise<void> {
    const telling = this.#redis
      .multi()
      .hsetnx(key(batch, 'ended'), instanceId, JSON.stringify(ended))
      .hdel(key(batch, 'running'), instanceId);
    for (const part of PARTS) telling.expire(key(batch, part), KEPT_SECONDS);
    await telling.exec();
  }

  /**
   * Counts how often in a row an instance was taken up without having got further.
   *
   * @param progress of any unit, 0 at the start
   * @returns 1 the first time, and again whenever `progress` is more than ever
   */
  async countStuck(batch: string, instanceId: string, progress: number): Promise<number> {
    const text = await this.#redis.hget(key(batch, 'stuck'), instanceId);
    const [furthest = -1, times = 0] = (text ?? '').split(' ').filter(Boolean).map(Number);
    const now = progress > furthest ? [progress, 1] : [furthest, times + 1];
    await this.#redis.hset(key(batch, 'stuck'), instanceId, now.join(' '));
    return now[1] ?? 1;
  }

  async hasEnded(batch: string, instanceId: string): Promise<boolean> {
    return (await this.#redis.hexists(key(batch, 'ended'), instanceId)) === 1;
  }

  /** A worker says why it cannot work on a batch. */
  async tellUnfit(batch: string, line: string): Promise<void> {
    await this.#redis
      .multi()
      .rpush(key(batch, 'unfit'), line)
      .expire(key(batch, 'unfit'), KEPT_SECONDS)
      .exec();
  }

  /** What workers have said of why they cannot work on a batch, from the `n`-th on. */
  unfit(batch: string, n: number): Promise<string[]> {
    return this.#redis.lrange(key(batch, 'unfit'), String(n), '-1');
  }

  async endedCount(batch: string): Promise<number> {
    return this.#redis.hlen(key(batch, 'ended'));
  }

  /** No worker starts an instance of it any more, and what runs is cut. The first reason stays. */
  async stop(batch: string, reason: string): Promise<void> {
    await this.#redis.hsetnx(key(batch), 'stopped', reason);
  }

  /** @returns why nothing more of it is started, or null */
  async stopped(batch: string): Promise<string | null> {
    return this.#redis.hget(key(batch), 'stopped');
  }

  /** Adds to what a batch has spent. @returns the sum in US dollars */
  async spend(batch: string, usd: number): Promise<number> {
    return Number(await this.#redis.hincrbyfloat(key(batch), 'spentUsd', usd));
  }

  /** @returns undefined for a batch that the queue does not know */
  async state(batch: string): Promise<BatchState | undefined> {
    const spec = await this.spec(batch);
    if (!spec) return undefined;
    const [stopped, ended, running, now] = await Promise.all([
      this.stopped(batch),
      this.#redis.hgetall(key(batch, 'ended')),
      this.#redis.hgetall(key(batch, 'running')),
      this.#now(),
    ]);
    const alive = records(running, RunningInstance).filter(
      ([id, { at, leaseMs }]) => at + 2 * leaseMs > now && !(id in ended),
    );
    return {
      spec,
      stopped,
      ended: new Map(records(ended, EndedInstance)),
      running: new Map(alive),
    };
  }

  /** Machines may differ in their clocks: all go by that of Redis. */
  async #now(): Promise<number> {
    this.#clockAhead ??= Number((await this.#redis.time())[0]) * 1000 - Date.now();
    return Date.now() + this.#clockAhead;
  }
}

function records<T>(
  hash: Record<string, string>,
  schema: { parse(value: unknown): T },
): [string, T][] {
  return Object.entries(hash).map(([id, text]) => [id, schema.parse(JSON.parse(text))]);
}

function key(batch: string, part = ''): string {
  return `${PREFIX}:batch:${batch}${part === '' ? '' : `:${part}`}`;
}
