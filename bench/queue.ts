// The queue at the size of SWE-bench: time and memory to put 2,294 instances in, what Redis and the store are asked for
// by running instances, and the memory of a worker. Needs `npm run build` before, and redis-server on the PATH.
// Usage: node --import tsx bench/queue.ts [--instances 2294] [--row-bytes 45000] [--running 16] [--seconds 20] [--save]
// JSON on standard output, a table on standard error.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { Batches } from '../src/queue/batches.ts';
import { enqueue, openQueue } from '../src/queue/queue.ts';
import { FolderStore } from '../src/storage/folder-store.ts';
import type { Instance } from '../src/swebench/instance.ts';
import { setUpQueue } from '../tests/support/queue.ts';
import { startRedis } from '../tests/support/redis.ts';
import { report, SAVE } from './report.ts';

const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '2294' },
    'row-bytes': { type: 'string', default: '45000' },
    running: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '20' },
    ...SAVE,
  },
});
const [instances, rowBytes, running, seconds] = [
  values.instances,
  values['row-bytes'],
  values.running,
  values.seconds,
].map(Number) as [number, number, number, number];

const info = async (redis: Redis, field: string) =>
  Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(await redis.info())?.[1]);

async function putIn() {
  const server = await startRedis();
  const folder = mkdtempSync(join(tmpdir(), 'bench-queue-'));
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  const queue = openQueue(redis);
  const before = await info(redis, 'used_memory');
  const rows = Array.from({ length: instances }, (_, at) => ({
    id: `owner__repository-${at}`,
    testPatch: 'x'.repeat(rowBytes),
  })) as unknown as Instance[];
  const begin = performance.now();
  await enqueue({
    queue,
    batches: new Batches(redis),
    store: new FolderStore(folder),
    spec: {
      ...{ version: 1, batch: 'bench', createdAt: new Date().toISOString(), out: folder },
      ...{ dataset: 'full', model: 'none', instances, maxTotalCostUsd: null, evaluate: false },
      options: {},
    },
    instances: rows,
  });
  const took = (performance.now() - begin) / 1000;
  const bytes = (await info(redis, 'used_memory')) - before;
  await queue.close();
  redis.disconnect();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  return { instances, rowBytes, seconds: round(took), redisBytes: bytes };
}

/** What one worker with so many waiting runs takes; leases and savings as they are by default. */
async function work(count: number) {
  const server = await startRedis();
  const set = setUpQueue({ url: server.url, count: Math.max(1, count), delayMs: 600_000 });
  const watching = count > 0 ? set.batch(['--detach']) : undefined;
  await watching?.finished;
  const defaults = ['--lease', '30s', '--save-every', '5s'];
  const worker = set.worker(['-j', String(Math.max(1, count)), '--grace', '0.1s', ...defaults]);
  const began = () => (worker.errors().match(/begins/g) ?? []).length;
  while (began() < count || !worker.errors().includes('takes')) await sleep(100);
  await sleep(5000);
  const redis = new Redis(server.url);
  const commands = await info(redis, 'total_commands_processed');
  const cpu = cpuSeconds(worker.child.pid);
  await sleep(seconds * 1000);
  const used = {
    running: count,
    residentMb: residentMb(worker.child.pid),
    redisCommandsASecond: round(
      ((await info(redis, 'total_commands_processed')) - commands - 1) / seconds,
    ),
    cpuShare: round((cpuSeconds(worker.child.pid) - cpu) / seconds, 4),
  };
  redis.disconnect();
  worker.child.kill('SIGTERM');
  await worker.finished;
  await server.stop();
  rmSync(set.folder, { recursive: true, force: true });
  return used;
}

function residentMb(pid = 0): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return round(Number(kilobytes) / 1024);
}

function cpuSeconds(pid = 0): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

const result = {
  putIn: await putIn(),
  workers: [await work(0), await work(1), await work(running)],
};
process.stderr.write(
  `${result.putIn.instances} instances put in: ${result.putIn.seconds} s, ${result.putIn.redisBytes} bytes of Redis\n`,
);
for (const { running: n, residentMb: mb, redisCommandsASecond, cpuShare } of result.workers) {
  process.stderr.write(
    `${n} waiting for a model: ${mb} MB, ${redisCommandsASecond} commands a second, ${cpuShare} of a core\n`,
  );
}
report(values.save, result);
