import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { jsonLines, runCli, type Started } from '../support/cli.ts';
import { endedIds, setUpQueue } from '../support/queue.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { type S3Server, startS3 } from '../support/s3.ts';

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

const said = (process: Started, pattern: RegExp) =>
  vi.waitFor(() => expect(process.errors()).toMatch(pattern), { timeout: 60_000, interval: 20 });
const batchOf = (stdout: string) => String(jsonLines(stdout)[0]?.batch);
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

describe('a queue', () => {
  it('hands a batch to workers, which grade what they make once', async () => {
    const set = setUpQueue({ url: redis.url, count: 4 });
    const workers = [set.worker(['--drain']), set.worker(['--drain', '-j', '2'])];
    const { code, stdout, stderr } = await set.batch(['--evaluate']).finished;
    expect(code, stderr).toBe(0);
    expect(endedIds(stdout).sort()).toEqual([...set.ids].sort());
    for (const { finished } of workers) expect((await finished).code).toBe(0);
    const done = workers.map(({ errors }) => errors()).join('');
    for (const id of set.ids) {
      expect(done.match(new RegExp(`${id}: begins`, 'g'))).toHaveLength(1);
      expect(JSON.parse(read(set.out, id, 'result.json'))).toMatchObject({ status: 'submitted' });
    }
    const args = ['--dataset', join(set.folder, 'tasks'), '--out', set.out, '--run-id', 'batch'];
    const graded = await set.run(['evaluate', join(set.out, 'preds.json'), ...args]);
    expect(graded.stdout).toMatch(/4 {2}resolved/);
    // Everything had its report from a worker: nothing was run again.
    expect(graded.stderr).toBe('');
    const stats = await set.run(['stats', set.out, '--json']);
    expect(JSON.parse(stats.stdout).runs).toHaveLength(4);
  });

  it('keeps keys and what is in the environment out of Redis', async () => {
    const secret = 'sk-ant-not-for-redis';
    const env = { ANTHROPIC_API_KEY: secret, AWS_SECRET_ACCESS_KEY: `${secret}-aws` };
    const set = setUpQueue({ url: redis.url, count: 1 });
    const worker = set.worker(['--drain'], env);
    expect((await set.batch([], env).finished).code).toBe(0);
    await worker.finished;
    const client = new Redis(redis.url);
    const dumped = await Promise.all((await client.keys('*')).map((key) => client.dumpBuffer(key)));
    client.disconnect();
    expect(dumped.length).toBeGreaterThan(0);
    for (const bytes of dumped) expect(bytes?.includes('not-for-redis')).toBe(false);
    const files = execFileSync('grep', ['-rlc', '', set.out], { encoding: 'utf8' });
    expect(files).toContain('result.json');
    expect(() => execFileSync('grep', ['-r', 'not-for-redis', set.out])).toThrow();
  });

  it('puts nothing in twice: what has landed stays, what failed is run anew with --redo', async () => {
    const set = setUpQueue({ url: redis.url, count: 3 });
    const first = set.worker(['--drain']);
    expect((await set.batch(['--ids', set.ids.slice(0, 2).join(',')]).finished).code).toBe(0);
    await first.finished;
    const before = read(set.out, set.ids[0] ?? '', 'result.json');
    const second = set.worker(['--drain']);
    const { stdout, code } = await set.batch().finished;
    expect(code).toBe(0);
    await second.finished;
    expect(jsonLines(stdout)[0]).toMatchObject({ type: 'queued', instances: 1, selected: 3 });
    expect(read(set.out, set.ids[0] ?? '', 'result.json')).toBe(before);
    expect(Object.keys(JSON.parse(read(set.out, 'preds.json')))).toHaveLength(3);
    const again = await set.batch(['--redo', 'submitted', '--detach']).finished;
    expect(jsonLines(again.stdout)[0]).toMatchObject({ instances: 3 });
    expect(existsSync(join(set.out, set.ids[0] ?? '', 'result.json'))).toBe(false);
    expect(readdirSync(join(set.out, 'discarded'))).toHaveLength(3);
    await set.run(['queue', 'cancel', batchOf(again.stdout)]);
  });
});

describe('a worker', () => {
  it('that is told to stop hands back what it runs, and another goes on from there', async () => {
    const set = setUpQueue({ url: redis.url, count: 1, delayMs: 700 });
    const watching = set.batch();
    const first = set.worker(['--grace', '0.2s']);
    await said(first, /begins/);
    await sleep(1500);
    first.child.kill('SIGTERM');
    expect((await first.finished).code).toBe(130);
    expect(first.errors()).toMatch(/stopping: 1 running get/);
    expect(first.errors()).toMatch(/owner__name-0: cut/);
    const second = set.worker(['--drain']);
    expect((await watching.finished).code).toBe(0);
    expect((await second.finished).code).toBe(0);
    expect(second.errors()).toMatch(/taken up, time 2/);
    const lines = read(set.out, 'owner__name-0', 'trajectory.jsonl').trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line));
    expect(events.filter(({ type }) => type === 'header')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'turn').map(({ step }) => step)).toEqual([
      1, 2, 3, 4, 5,
    ]);
    // The first worker's steps are in it: their answers are older than the second worker.
    expect(Date.parse(events[1].time)).toBeLessThan(Date.parse(events.at(-1).time) - 700);
  });

  it('gets time to end what it runs', async () => {
    const set = setUpQueue({ url: redis.url, count: 1, delayMs: 200 });
    const watching = set.batch();
    const worker = set.worker(['--grace', '60s']);
    await said(worker, /begins/);
    worker.child.kill('SIGTERM');
    expect((await worker.finished).code).toBe(130);
    expect(worker.errors()).toMatch(/owner__name-0 {2}submitted/);
    expect(endedIds((await watching.finished).stdout)).toEqual(['owner__name-0']);
  });

  it('that hung while another took over lands nothing over its result', async () => {
    const set = setUpQueue({ url: redis.url, count: 1, delayMs: 400 });
    const watching = set.batch(['--evaluate']);
    const hung = set.worker();
    await said(hung, /begins/);
    await sleep(1000);
    hung.child.kill('SIGSTOP');
    const other = set.worker();
    expect((await watching.finished).code).toBe(0);
    expect(other.errors()).toMatch(/owner__name-0 {2}submitted/);
    const files = () =>
      ['result.json', 'trajectory.jsonl', 'patch.diff'].map((name) =>
        read(set.out, 'owner__name-0', name),
      );
    const landed = files();
    hung.child.kill('SIGCONT');
    await said(hung, /the lease was lost|another worker was first/);
    for (const worker of [hung, other]) {
      worker.child.kill('SIGTERM');
      expect((await worker.finished).code).toBe(130);
    }
    expect(files()).toEqual(landed);
    expect(hung.errors()).not.toMatch(/owner__name-0 {2}submitted/);
  });

  it('survives the loss of Redis', async () => {
    const args = ['--appendonly', 'yes', '--appendfsync', 'always'];
    const folder = mkdtempSync(join(tmpdir(), 'patchwright-redis-'));
    let own = await startRedis({ args: [...args, '--dir', folder] });
    const set = setUpQueue({ url: own.url, count: 3, delayMs: 300 });
    const watching = set.batch();
    const worker = set.worker(['--drain']);
    await said(worker, /begins/);
    await own.stop('SIGKILL');
    await said(worker, /lost the connection to Redis at 127.0.0.1:\d+; trying again/);
    await sleep(1000);
    own = await startRedis({ port: own.port, args: [...args, '--dir', folder] });
    await said(worker, /connected to Redis at 127.0.0.1:\d+ again after \d+ s/);
    const { code, stdout, stderr } = await watching.finished;
    expect(code, stderr).toBe(0);
    expect(endedIds(stdout).sort()).toEqual(set.ids);
    expect((await worker.finished).code).toBe(0);
    await own.stop();
  });

  it('that cannot work on a batch says why, and leaves it to others', async () => {
    const set = setUpQueue({ url: redis.url, count: 1 });
    const watching = set.batch();
    await watching.printed(/"type":"batch"/);
    const unfit = set.worker(['--setup', '/nowhere.yaml']);
    const { code, stderr } = await unfit.finished;
    expect(code).toBe(2);
    expect(stderr).toContain('/nowhere.yaml');
    await said(watching, /\/nowhere\.yaml/);
    const fit = set.worker(['--drain']);
    expect((await watching.finished).code).toBe(0);
    await fit.finished;
  });
});

describe('a batch in the queue', () => {
  it('is cancelled: what runs is cut, what waits is not begun, and it can go on later', async () => {
    const set = setUpQueue({ url: redis.url, count: 6, delayMs: 400 });
    const watching = set.batch();
    const worker = set.worker(['-j', '2']);
    await said(worker, /begins/);
    const listed = jsonLines((await set.run(['queue', 'list', '--json'])).stdout);
    const own = listed.find(({ out }) => out === set.out);
    expect(own).toMatchObject({ instances: 6, stopped: null });
    const batch = String(own?.batch);
    const cancelled = await set.run(['queue', 'cancel', batch]);
    expect(cancelled.code).toBe(0);
    const { stdout } = await watching.finished;
    expect(jsonLines(stdout).at(-1)).toMatchObject({ stopped: 'the batch was cancelled' });
    expect(endedIds(stdout).length).toBeLessThan(6);
    const again = await set.batch().finished;
    expect(again.code).toBe(0);
    expect(Object.keys(JSON.parse(read(set.out, 'preds.json')))).toHaveLength(6);
    worker.child.kill('SIGTERM');
    await worker.finished;
  });

  it('goes on when nobody watches it, and can be watched again', async () => {
    const set = setUpQueue({ url: redis.url, count: 2, delayMs: 100 });
    const watching = set.batch();
    await watching.printed(/"type":"batch"/);
    watching.child.kill('SIGINT');
    const stopped = await watching.finished;
    expect(stopped.code).toBe(130);
    const batch = batchOf(stopped.stdout);
    expect(stopped.stderr).toContain(`patchwright queue watch ${batch}`);
    expect(stopped.stderr).toContain(`patchwright queue cancel ${batch}`);
    await set.worker(['--drain']).finished;
    const again = await set.run(['queue', 'watch', batch]);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toContain('2 of 2 done');
    expect(Object.keys(JSON.parse(read(set.out, 'preds.json')))).toHaveLength(2);
  });

  it('ends at its dollar limit', async () => {
    const set = setUpQueue({ url: redis.url, count: 8 });
    const worker = set.worker();
    const { stdout } = await set.batch(['--max-total-cost', '0.12']).finished;
    expect(String(jsonLines(stdout).at(-1)?.stopped)).toContain('total cost limit of $0.12');
    expect(endedIds(stdout).length).toBeLessThan(8);
    worker.child.kill('SIGTERM');
    await worker.finished;
  });
});

describe('results in a bucket', () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await startS3();
    await s3.createBucket('runs');
  });
  afterAll(() => s3.stop());

  it('come from workers, are resumed from there, and are collected into a folder', async () => {
    const out = 's3://runs/verified';
    const set = setUpQueue({ url: redis.url, count: 3, delayMs: 500, out });
    const watching = set.batch([], s3.env);
    const first = set.worker(['-j', '3'], s3.env);
    await said(first, /begins/);
    await sleep(2500);
    first.child.kill('SIGKILL');
    await first.finished;
    const second = set.worker(['-j', '3', '--drain'], s3.env);
    const { code, stdout, stderr } = await watching.finished;
    expect(code, stderr).toBe(0);
    expect(endedIds(stdout).sort()).toEqual(set.ids);
    expect((await second.finished).code).toBe(0);
    const to = join(set.folder, 'fetched');
    const env = { ...s3.env };
    const options = { home: set.folder, cwd: set.folder, env };
    const collected = await runCli(['collect', out, '--to', to], options);
    expect(collected.stdout).toContain('3 results');
    expect(Object.keys(JSON.parse(read(to, 'preds.json')))).toHaveLength(3);
    expect(readdirSync(to).filter((name) => name.startsWith('.'))).toEqual([]);
    const stats = await runCli(['stats', to, '--json'], options);
    expect(JSON.parse(stats.stdout).runs).toHaveLength(3);
  });

  it('come from a batch on one machine too', async () => {
    const set = setUpQueue({ url: redis.url, count: 2 });
    const args = ['batch', join(set.folder, 'tasks'), '--sandbox', 'none', '--json'];
    const model = ['--model', `scripted:${join(set.folder, 'script.json')}`];
    const options = { home: set.folder, cwd: set.folder, env: { ...s3.env } };
    const run = () => runCli([...args, ...model, '--out', 's3://runs/alone'], options);
    const first = await run();
    expect(first.code, first.stderr).toBe(0);
    expect(endedIds(first.stdout).sort()).toEqual(set.ids);
    expect(endedIds((await run()).stdout)).toEqual([]);
  });
});

describe('what cannot be', () => {
  it.each([
    ['no queue', ['worker'], /give the address of Redis, or set PATCHWRIGHT_QUEUE/],
    ['nothing there', ['worker', '--queue', 'redis://127.0.0.1:1'], /nothing listens at 127/],
    ['no address', ['queue', 'list', '--queue', 'localhost'], /redis:\/\//],
    ['auto', ['batch', 'tasks', '--queue', 'redis://x'], /name the model with --model/],
    ['-j', ['batch', 'tasks', '-j', '2', '--queue', 'redis://x'], /patchwright worker -j N/],
    ['--evaluate', ['batch', 'tasks', '--evaluate'], /are for --queue/],
  ])('%s is one sentence', async (_, args, message) => {
    const folder = mkdtempSync(join(tmpdir(), 'patchwright-queue-'));
    const { code, stderr } = await runCli(args, { home: folder, cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.split('\n').length).toBeLessThanOrEqual(3);
  });

  it('an unknown batch is one sentence', async () => {
    const set = setUpQueue({ url: redis.url, count: 0 });
    const { code, stderr } = await set.run(['queue', 'watch', 'nothing']);
    expect(code).toBe(2);
    expect(stderr).toContain('the queue knows no batch nothing');
  });
});
