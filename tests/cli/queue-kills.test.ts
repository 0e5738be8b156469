import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Started } from '../support/cli.ts';
import { endedIds, type QueueSetUp, setUpQueue } from '../support/queue.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';

const KILLS = 50;
const INSTANCES = 50;
const WORKERS = 4;
const JOBS = 4;

let redis: RedisServer;
let set: QueueSetUp;

beforeAll(async () => {
  redis = await startRedis();
  set = setUpQueue({ url: redis.url, count: INSTANCES, delayMs: 300 });
});

afterAll(async () => {
  await redis.stop();
  rmSync(set.folder, { recursive: true, force: true });
});

/** Kills workers that run something, each time a random one, and starts others in their place. */
async function killWorkers(alive: Started[], start: () => Started): Promise<void> {
  for (let kills = 0; kills < KILLS; ) {
    await sleep(Math.random() * 200);
    const busy = alive.filter(({ errors }) => /begins|taken up/.test(errors()));
    const victim = busy[Math.floor(Math.random() * busy.length)];
    if (!victim) continue;
    victim.child.kill('SIGKILL');
    expect((await victim.finished).signal, victim.errors()).toBe('SIGKILL');
    kills += 1;
    alive[alive.indexOf(victim)] = start();
  }
}

it(`ends each of ${INSTANCES} instances once while ${KILLS} workers are killed`, async () => {
  const watching = set.batch();
  await watching.printed(/"type":"batch"/);
  const start = () => set.worker(['-j', String(JOBS), '--max-deaths', '1000']);
  const alive = Array.from({ length: WORKERS }, start);
  await killWorkers(alive, start);
  const { code, stdout, stderr } = await watching.finished;
  expect(code, stderr).toBe(0);
  expect(endedIds(stdout).sort()).toEqual([...set.ids].sort());
  for (const { child, finished } of alive) {
    child.kill('SIGTERM');
    expect((await finished).code).toBe(130);
  }
  for (const id of set.ids) {
    const result = JSON.parse(readFileSync(join(set.out, id, 'result.json'), 'utf8'));
    expect(result, result.reason).toMatchObject({ instanceId: id, status: 'submitted' });
    const events = readFileSync(join(set.out, id, 'trajectory.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; seq: number });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n));
    expect(events.filter(({ type }) => type === 'outcome')).toHaveLength(1);
  }
  const predictions = JSON.parse(readFileSync(join(set.out, 'preds.json'), 'utf8'));
  expect(Object.keys(predictions).sort()).toEqual([...set.ids].sort());
  for (const id of set.ids) expect(predictions[id].model_patch).toContain('+value = 2');
  expect((await set.run(['collect', set.out])).stdout).toContain(`${INSTANCES} results`);
  expect(readdirSync(set.out).filter((name) => name.startsWith('.'))).toEqual([]);
}, 300_000);
