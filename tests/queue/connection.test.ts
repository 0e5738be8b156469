import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connectRedis,
  parseInfo,
  warningsOf,
  withoutPassword,
} from '../../src/queue/connection.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';

let server: RedisServer;
let url: (auth: string) => string;

beforeAll(async () => {
  server = await startRedis({ args: ['--requirepass', 'right'] });
  url = (auth) => server.url.replace('//', `//${auth}`);
});

afterAll(() => server.stop());

const connect = (address: string, lines: string[] = []) =>
  connectRedis({ url: address, onLine: (line) => lines.push(line) });

describe('connecting', () => {
  it.each([
    ['no password', '', /wants a password; put it into the address/],
    ['a wrong password', ':wrong@', /refuses the password; put the right one into the address/],
    ['an unknown user', 'nobody:right@', /refuses the password/],
  ])('with %s is one sentence, without the password', async (_, auth, message) => {
    const failure = await connect(url(auth)).catch((error: Error) => error);
    expect(failure).toMatchObject({ name: 'UsageError', message: expect.stringMatching(message) });
    expect((failure as Error).message).not.toMatch(/wrong|right@/);
  });

  it.each([
    ['redis://127.0.0.1:1', 'nothing listens at 127.0.0.1:1'],
    ['redis://nowhere.invalid', 'the host of nowhere.invalid:6379 is not known'],
    ['http://127.0.0.1', 'has to begin with redis://'],
    ['nonsense', 'this is no address'],
  ])('to %s is one sentence', async (address, message) => {
    await expect(connect(address)).rejects.toThrow(message);
  });

  it('warns of a policy that throws entries away', async () => {
    const good: string[] = [];
    const redis = await connect(url(':right@'), good);
    expect(good).toEqual([]);
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const bad: string[] = [];
    (await connect(url(':right@'), bad)).disconnect();
    expect(bad).toHaveLength(1);
    expect(bad[0]).toMatch(/^WARNING: Redis at 127.* allkeys-lru.*set it to noeviction$/);
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    redis.disconnect();
  });

  it('tells once of a connection that is lost, and once that it is back', async () => {
    const lines: string[] = [];
    const redis = await connect(url(':right@'), lines);
    const other = new Redis(url(':right@'));
    await other.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    expect(await redis.ping()).toBe('PONG');
    expect(lines).toEqual([
      expect.stringMatching(/^lost the connection to Redis at 127\.0\.0\.1:\d+; trying again/),
      expect.stringMatching(/^connected to Redis at 127\.0\.0\.1:\d+ again after \d+ s$/),
    ]);
    redis.disconnect();
    other.disconnect();
    expect(lines).toHaveLength(2);
  });
});

it('warns of old versions', () => {
  const of = (version: string) =>
    warningsOf(
      parseInfo(`# Server\r\nredis_version:${version}\r\nmaxmemory_policy:noeviction\r\n`),
    );
  for (const version of ['6.2.0', '6.10.1', '7.0.15', '8.0.0']) expect(of(version)).toEqual([]);
  for (const version of ['3.2.1', '5.0.14', '6.0.16']) {
    expect(of(version)).toEqual([`version ${version} is older than 6.2; use a newer one`]);
  }
});

it('shows addresses without what is secret in them', () => {
  expect(withoutPassword('redis://user:p@ss@host:1/2')).toBe('redis://***@host:1/2');
  expect(withoutPassword('redis://host:6379')).toBe('redis://host:6379');
});
